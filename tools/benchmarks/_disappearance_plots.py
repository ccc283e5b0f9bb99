"""Figures 4 to 7 of the paper, with our figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _disappearance_results import PUBLISHED_SWEEP, at
from _plots import BLUE, FAINT, GREEN, GREY, ORANGE, PURPLE, STYLE, plt

_FRAME = STYLE | {'axes.spines.left': True, 'ytick.major.size': 3}


def plot_budgets(path: Path, sweep: Mapping[str, Mapping]) -> Path:
    """Plot success, leakage and quality of M_sen over the budget (Figs. 5 and 6).

    Args:
        path: The PNG file.
        sweep: Figures by budget, such as ``'3/255'``.

    Returns:
        The path.
    """
    levels = [int(name.split('/')[0]) for name in sweep]
    found = list(sweep.values())
    with plt.rc_context(_FRAME):
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(8.4, 3.1), layout='constrained'
        )
        for key, colour in (('r_sen', BLUE), ('p_sen', ORANGE)):
            values = [100 * at(figures, key) for figures in found]
            left.plot(levels, values, 'o-', ms=4, color=colour, label=key, lw=1.6)
        left.plot([3, 3], [96.5, 2.52], 'D', ms=5, mfc='white', color=GREY)
        left.annotate(
            'the paper, on COCO',
            (3, 96.5),
            (6, -12),
            textcoords='offset points',
            fontsize=8,
            color=GREY,
        )
        _label(left, 'eps in grey levels', 'share in %', 'Success and leakage of M_sen')
        left.legend(frameon=False, loc='center right')
        right.plot(levels, [f['psnr'] for f in found], 'o-', ms=4, color=GREEN, lw=1.6)
        _label(right, 'eps in grey levels', 'PSNR in dB', 'Quality of M_sen')
        other = right.twinx()
        other.plot(levels, [f['ssim'] for f in found], 's--', ms=3.5, color=PURPLE)
        other.set_ylabel('SSIM', color=PURPLE)
        other.spines['top'].set_visible(False)
        right.yaxis.label.set_color(GREEN)
        for axes in (left, right):
            axes.xaxis.get_major_locator().set_params(integer=True)
        return _save(figure, path)


def plot_thresholds(path: Path, runs: Mapping[str, Mapping]) -> Path:
    """Plot success and leakage over the threshold T (Fig. 7 and Table 3).

    Args:
        path: The PNG file.
        runs: Figures of one run for each of ``'all'`` and ``'sen'``.

    Returns:
        The path.
    """
    with plt.rc_context(_FRAME):
        figure, pair = plt.subplots(1, 2, figsize=(8.4, 3.1), layout='constrained')
        for axes, kind, title in zip(
            pair, ('r', 'p'), ('Success over T', 'Leakage over T')
        ):
            for mode, colour in (('all', BLUE), ('sen', ORANGE)):
                if mode not in runs:
                    continue
                rates = runs[mode]['rates']
                values = [100 * r[f'{kind}_{mode}'] for r in rates.values()]
                places = list(map(float, rates))
                label = f'{kind}_{mode}'
                axes.plot(places, values, 'o-', ms=4, color=colour, label=label)
                if kind == 'p':
                    axes.plot(
                        PUBLISHED_SWEEP['t'],
                        [100 * v for v in PUBLISHED_SWEEP[f'p_{mode}']],
                        'D:',
                        ms=3.5,
                        mfc='white',
                        color=colour,
                        alpha=0.6,
                        label=f'{label}, the paper on COCO',
                    )
            _label(axes, 'threshold T', 'share in %', title)
            axes.legend(frameon=False, fontsize=8)
        return _save(figure, path)


def plot_classes(path: Path, classes: Mapping[str, Mapping]) -> Path:
    """Plot the leakage of single classes (Fig. 4).

    Args:
        path: The PNG file.
        classes: Figures by class.

    Returns:
        The path.
    """
    names = list(classes)[::-1]
    with plt.rc_context(STYLE):
        size = (6.4, 0.9 + 0.28 * len(names))
        figure, axes = plt.subplots(figsize=size, layout='constrained')
        values = [100 * at(classes[name], 'p_sen') for name in names]
        axes.barh(names, values, height=0.6, color=BLUE)
        for y, (name, value) in enumerate(zip(names, values)):
            boxes = at(classes[name], 'n_sensitive')
            axes.annotate(
                f'{value:.1f} %  ({boxes} photos)',
                (value, y),
                (4, 0),
                textcoords='offset points',
                va='center',
                fontsize=8,
                color=GREY,
            )
        axes.set_xlim(0, max(5.0, 1.35 * max(values, default=0)))
        _label(axes, 'p_sen in %', '', 'What is left of nine sensitive classes')
        axes.grid(axis='y', visible=False)
        return _save(figure, path)


def plot_peers(path: Path, peers: Mapping[str, Mapping]) -> Path:
    """Plot success from PNG, quality and time beside the peers.

    Args:
        path: The PNG file.
        peers: Figures by budget and by name of the method.

    Returns:
        The path.
    """
    titles = ('Success from PNG, %', 'PSNR, dB', 'Seconds a photo')
    colours = {'ours': BLUE, 'art': ORANGE, 'torchattacks': PURPLE}
    names = {
        'ours': 'mmprivacy',
        'art': 'ART, PGD',
        'torchattacks': 'torchattacks, PGD',
    }
    with plt.rc_context(_FRAME):
        figure, grid = plt.subplots(1, 3, figsize=(8.8, 2.9), layout='constrained')
        for axes, title, value in zip(grid, titles, _PEER_VALUES):
            for n, method in enumerate(colours):
                bars = [value(found[method]) for found in peers.values()]
                places = [i + 0.26 * (n - 1) for i in range(len(bars))]
                axes.bar(places, bars, 0.24, color=colours[method], label=names[method])
            axes.set_xticks(range(len(peers)), list(peers))
            _label(axes, 'eps', '', title)
        handles = grid[0].get_legend_handles_labels()
        figure.legend(*handles, loc='outside lower center', ncols=3, frameon=False)
        return _save(figure, path)


_PEER_VALUES: Sequence[Any] = (
    lambda found: 100 * at(found, 'r_all'),
    lambda found: found['psnr'] or 0,
    lambda found: found['seconds'],
)


def _label(axes: Any, x: str, y: str, title: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title, loc='left', fontsize=10.5, fontweight='bold')
    axes.grid(color=FAINT, lw=0.7)
    axes.set_axisbelow(True)


def _save(figure: Any, path: Path) -> Path:
    figure.savefig(path, dpi=140)
    plt.close(figure)
    return path
