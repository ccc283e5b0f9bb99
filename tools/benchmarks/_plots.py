"""Plots of the benchmarks: one style, colours that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use('Agg')

import matplotlib.pyplot as plt

# Okabe and Ito, Color Universal Design, 2008.
BLUE, ORANGE, GREEN, PURPLE = '#0072B2', '#D55E00', '#009E73', '#CC79A7'
INK, GREY, FAINT = '#222222', '#6b6b6b', '#dddddd'
STYLE = {
    'font.family': 'DejaVu Sans',
    'font.size': 9.5,
    'text.color': INK,
    'axes.edgecolor': GREY,
    'axes.labelcolor': INK,
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.spines.left': False,
    'xtick.color': GREY,
    'xtick.labelcolor': INK,
    'ytick.labelcolor': INK,
    'ytick.major.size': 0,
    'figure.facecolor': 'white',
    'savefig.facecolor': 'white',
}


def plot_accuracies(
    path: str | Path, methods: Sequence[dict], title: str, note: str
) -> Path | None:
    """Plot one row a method, one point a seed, dumb baselines as lines.

    Args:
        path: The PNG file.
        methods: As :func:`_drag_results.summarise` returns them.
        title: Title, which names the data.
        note: A line below the axis.

    Returns:
        The path, or None if there is nothing to plot.
    """
    rows = [m for m in methods if m['kind'] == 'config']
    lines = [m for m in methods if m['kind'] == 'dumb']
    if not rows and not lines:
        return None
    rows = rows[::-1]
    stages = {m['of']: m for m in methods if m['kind'] == 'stage'}
    with plt.rc_context(STYLE):
        height = 1.6 + 0.42 * len(rows) + 0.24 * len(lines)
        figure, axes = plt.subplots(figsize=(7.6, height), layout='constrained')
        for y, method in enumerate(rows):
            axes.axhline(y, color=FAINT, lw=0.8, zorder=0)
            if method['name'] in stages:
                _points(axes, y - 0.2, stages[method['name']], GREY, 'D', 4)
            colour = BLUE if method.get('drag') else ORANGE
            _points(axes, y, method, colour, 'o', 6)
        top = max(len(rows), 1) - 0.35
        _baseline_lines(axes, lines, top)
        axes.set_yticks(range(len(rows)), [m['name'] for m in rows])
        axes.set_ylim(-0.6, top + 0.55 * len(lines) + 0.2)
        axes.set_xlabel(f'test accuracy (%)\n{note}', fontsize=8.5, color=GREY)
        axes.set_title(title, loc='left', fontsize=11.5, fontweight='bold', pad=10)
        _legend(axes, bool(stages))
        figure.savefig(path, dpi=140)
        plt.close(figure)
    return Path(path)


def _points(
    axes, y: float, method: dict, colour: str, marker: str, size: float
) -> None:
    values = [100 * v for v in method['values']['accuracy'] if v is not None]
    axes.plot(
        values,
        [y] * len(values),
        marker,
        ms=size,
        mfc=colour if marker == 'o' else 'white',
        mec='white' if marker == 'o' else colour,
        mew=0.6 if marker == 'o' else 1.0,
        alpha=0.9,
        clip_on=False,
    )
    if values and marker == 'o':
        mean = sum(values) / len(values)
        axes.plot([mean, mean], [y - 0.13, y + 0.3], color=colour, lw=1.6)
        axes.annotate(
            f'{mean:.1f}',
            (mean, y + 0.3),
            (0, 2),
            textcoords='offset points',
            ha='center',
            fontsize=7.5,
            color=colour,
        )


def _baseline_lines(axes, lines: Sequence[dict], top: float) -> None:
    """Draw vertical lines; each label has a row of its own, the leftmost the highest.

    So no line crosses a label that is written to the right of another line.
    """
    mean = {m['name']: 100 * m['summary']['accuracy']['mean'] for m in lines}
    ordered = sorted(lines, key=lambda m: -mean[m['name']])
    styles = [(0, (1, 1.5)), (0, (4, 2)), (0, (6, 2, 1, 2)), '-']
    for i, method in enumerate(ordered):
        x, y = mean[method['name']], top + 0.55 * i + 0.3
        style = styles[i % len(styles)]
        axes.plot([x, x], [-0.6, y], ls=style, lw=1.1, color=PURPLE, zorder=1)
        axes.annotate(
            f'{method["name"]}, {x:.1f}',
            (x, y),
            (3, 0),
            textcoords='offset points',
            va='center',
            fontsize=8,
            color='#8f3f6d',
            annotation_clip=False,
        )


def _legend(axes, stages: bool) -> None:
    handles = [
        plt.Line2D([], [], ls='', marker='o', color=BLUE, label='DRAG, one seed'),
        plt.Line2D([], [], ls='', marker='o', color=ORANGE, label='no DRAG, one seed'),
    ]
    if stages:
        style = dict(ls='', marker='D', ms=4, mfc='white', color=GREY)
        label = 'the same run, fine-tuned only'
        handles.append(plt.Line2D([], [], label=label, **style))
    handles.append(plt.Line2D([], [], color=PURPLE, ls='--', label='dumb baseline'))
    legend_below(axes.figure, handles, handletextpad=0.4, columnspacing=1.4)


def legend_below(figure: Any, handles: Sequence[Any], **style: float) -> None:
    """Put a legend in one row below all axes."""
    figure.legend(
        handles=handles,
        loc='outside lower center',
        ncols=len(handles),
        frameon=False,
        fontsize=8,
        **style,
    )
