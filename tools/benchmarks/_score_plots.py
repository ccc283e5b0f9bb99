"""Predicted against true scores, one picture a network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from _jobs import Job
from _markdown import number
from _plots import BLUE, GREY, INK, ORANGE, STYLE, legend_below, plt
from _score_figures import score_figures

FILE = 'predictions.npz'
COLUMNS = 3


def read_predictions(jobs: Sequence[Job], names: Sequence[str]) -> dict[str, dict]:
    """Read what finished runs predicted, for the lowest seed of each config.

    Args:
        jobs: All measurements.
        names: The configs in the order wanted.

    Returns:
        Name to ``seed``, ``scores`` and ``truth`` (N, U).
    """
    found: dict[str, dict] = {}
    for job in sorted(jobs, key=lambda j: j.seed or 0):
        path = job.folder / FILE
        if job.name in found or not path.is_file() or job.record() is None:
            continue
        with np.load(path) as file:
            arrays = {key: file[key] for key in ('scores', 'truth')}
        found[job.name] = {'seed': job.seed, **arrays}
    return {name: found[name] for name in names if name in found}


def plot_predictions(
    path: str | Path, predictions: Mapping[str, dict], data: str
) -> Path | None:
    """Plot one point a photo; of several scores a photo, their means.

    Args:
        path: The PNG file.
        predictions: As :func:`read_predictions` returns them.
        data: Name of the data.

    Returns:
        The path, or None if there is nothing to plot.
    """
    if not predictions:
        return None
    columns = min(COLUMNS, len(predictions))
    rows = math.ceil(len(predictions) / columns)
    with plt.rc_context(STYLE | {'axes.spines.left': True}):
        figure, grid = plt.subplots(
            rows,
            columns,
            figsize=(0.6 + 2.6 * columns, 1.1 + 2.75 * rows),
            layout='constrained',
            sharey=True,
            squeeze=False,
        )
        for axes, (name, found) in zip(grid.flat, predictions.items()):
            _scatter(axes, name, found)
        for axes in grid.flat[len(predictions) :]:
            axes.axis('off')
        for axes in grid[:, 0]:
            axes.set_ylabel('predicted score', fontsize=8.5, color=GREY)
        for axes in list(grid.flat)[: len(predictions)][-columns:]:
            axes.set_xlabel('true score', fontsize=8.5, color=GREY)
        title = f'Predicted against true scores on {data}'
        figure.suptitle(title, x=0.01, ha='left', fontsize=11.5, fontweight='bold')
        _legend(figure)
        figure.savefig(path, dpi=140)
        plt.close(figure)
    return Path(path)


def _scatter(axes, name: str, found: Mapping) -> None:
    """Draw one network; true scores take few values, so points are spread a little."""
    truth, scores = found['truth'].mean(1), found['scores'].mean(1)
    safe = truth <= 1e-6
    spread = np.random.default_rng(0).uniform(-0.09, 0.09, len(truth))
    alpha = float(np.clip(160 / len(truth), 0.05, 0.55))
    axes.plot([0, 5], [0, 5], color=GREY, lw=0.9, zorder=0)
    for chosen, colour in ((~safe, BLUE), (safe, ORANGE)):
        x, y = (truth + spread)[chosen], scores[chosen]
        axes.scatter(x, y, s=11, color=colour, alpha=alpha, lw=0)
    figures = score_figures(found['scores'], found['truth'])
    profiles = found['truth'].shape[1]
    of = f'mean of {profiles} profiles\n' if profiles > 1 else ''
    axes.set_title(f'{name}, seed {found["seed"]}', fontsize=9.5, loc='left')
    axes.annotate(
        f'{of}L1 {figures["l1_mean"]:.2f}\nSpearman {number(figures["spearman"], 2)}',
        (0.04, 0.97),
        xycoords='axes fraction',
        va='top',
        fontsize=8,
        color=INK,
        bbox=dict(fc='white', ec='none', alpha=0.75, pad=1.5),
    )
    axes.set_xlim(-0.25, 5.1)
    axes.set_ylim(-0.25, 5.1)
    axes.set_aspect('equal')
    axes.set_xticks(range(6))
    axes.set_yticks(range(6))


def _legend(figure) -> None:
    style = dict(ls='', marker='o', ms=5)
    handles = [
        plt.Line2D([], [], color=BLUE, label='unsafe photo', **style),
        plt.Line2D([], [], color=ORANGE, label='safe photo', **style),
        plt.Line2D([], [], color=GREY, lw=0.9, label='prediction = truth'),
    ]
    legend_below(figure, handles, handletextpad=0.4)
