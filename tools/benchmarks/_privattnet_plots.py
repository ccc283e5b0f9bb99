"""The bar plot of docs/results/privattnet.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from _markdown import number
from _plots import BLUE, FAINT, GREY, INK, ORANGE, PURPLE, STYLE, legend_below, plt

COLOURS = {'PrivAttNet': BLUE, 'other network': ORANGE, 'dumb baseline': PURPLE}
METRIC = 'spearman'


def plot_spearman(path: str | Path, methods: Sequence[dict], data: str) -> Path | None:
    """Plot one bar a method, with spread and seeds, in a group for each target.

    Args:
        path: The PNG file.
        methods: As :func:`_privattnet_results.summarise` returns them.
        data: Name of the data.

    Returns:
        The path, or None if there is nothing to plot.
    """
    if not methods:
        return None
    targets = list(dict.fromkeys(m['target'] for m in methods))
    with plt.rc_context(STYLE):
        height = 1.5 + 0.36 * (len(methods) + 1.1 * len(targets))
        figure, axes = plt.subplots(figsize=(7.6, height), layout='constrained')
        y, ticks = 0.0, {}
        for target in targets:
            axes.annotate(
                f'predicted: {target}',
                (0, y),
                xycoords=('axes fraction', 'data'),
                xytext=(4, 0),
                textcoords='offset points',
                va='center',
                fontsize=8.5,
                color=GREY,
                style='italic',
                bbox=dict(fc='white', ec='none', pad=1),
            )
            y += 0.9
            for method in (m for m in methods if m['target'] == target):
                _bar(axes, y, method)
                ticks[y] = method['name']
                y += 1
            y += 0.2
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(y - 0.4, -0.6)
        low = min(_reach(m)[0] for m in methods)
        axes.set_xlim(low - 0.03 if low < 0 else 0.0, 1.0)
        axes.axvline(0, color=GREY, lw=0.8)
        axes.grid(axis='x', color=FAINT, lw=0.8)
        axes.set_axisbelow(True)
        axes.set_xlabel(
            'Spearman on the test pictures: mean, standard deviation and seeds',
            fontsize=8.5,
            color=GREY,
        )
        title = f'Ranking by privacy on {data}'
        axes.set_title(title, loc='left', fontsize=11.5, fontweight='bold', pad=10)
        _legend(figure, methods)
        figure.savefig(path, dpi=140)
        plt.close(figure)
    return Path(path)


def _values(method: dict) -> list[float]:
    return [v for v in method['values'][METRIC] if v is not None]


def _reach(method: dict) -> tuple[float, float]:
    """Return the ends of the spread and the seeds."""
    found = method['summary'][METRIC]
    mean, spread, values = found['mean'], found['spread'] or 0.0, _values(method)
    return min([mean - spread, *values]), max([mean + spread, *values])


def _kind(method: dict) -> str:
    if method['kind'] == 'dumb':
        return 'dumb baseline'
    return 'PrivAttNet' if method['attends'] else 'other network'


def _bar(axes, y: float, method: dict) -> None:
    """Draw a bar, its spread, its seeds and its value."""
    found = method['summary'][METRIC]
    mean, spread, values = found['mean'], found['spread'] or 0.0, _values(method)
    if not values:
        return
    axes.barh(y, mean, height=0.62, color=COLOURS[_kind(method)], alpha=0.85)
    if spread:
        axes.errorbar(mean, y, xerr=spread, color=INK, lw=1.2, capsize=3)
    if len(values) > 1:
        style = dict(ms=3.6, mfc='white', mec=INK, mew=0.7, zorder=3)
        axes.plot(values, [y] * len(values), 'o', **style)
    axes.annotate(
        number(mean, 2),
        (max(0.0, _reach(method)[1]), y),
        (6, 0),
        textcoords='offset points',
        va='center',
        fontsize=8,
    )


def _legend(figure, methods: Sequence[dict]) -> None:
    shown = {_kind(m) for m in methods}
    handles = [
        plt.Rectangle((0, 0), 1, 1, color=colour, alpha=0.85, label=kind)
        for kind, colour in COLOURS.items()
        if kind in shown
    ]
    legend_below(figure, handles, handlelength=1.1)
