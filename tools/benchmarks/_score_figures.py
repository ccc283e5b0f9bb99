"""Figures of merit of privacy scores, and what is predicted."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from mmprivacy.datasets.vispr_scores import ScoreOptions
from mmprivacy.evaluation.functional import (
    mean_absolute_error,
    mean_squared_error,
    pearson,
    spearman,
)

METRICS = ('l1', 'l1_mean', 'pearson', 'spearman', 'mse')
TARGETS = {
    'max_of_mean': 'one score',
    'mean_of_max': 'one score, mean over users',
    'per_profile': '30 profiles',
}


def score_figures(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Compare predicted with true scores (N, U).

    Returns:
        The figures of :class:`~mmprivacy.evaluation.PrivacyScoreMetric`, and
        ``l1_mean``, the error of the mean over the U scores of a photo.
    """
    return {
        'l1': mean_absolute_error(scores, truth),
        'l1_mean': mean_absolute_error(scores.mean(1), truth.mean(1)),
        'pearson': pearson(scores, truth),
        'spearman': spearman(scores, truth),
        'mse': mean_squared_error(scores, truth),
    }


def target_name(cfg: Any) -> str:
    """Name what a config predicts; figures of other targets do not compare."""
    node = cfg.test_dataloader.dataset
    given = {f.name: node[f.name] for f in fields(ScoreOptions) if f.name in node}
    chosen, usual = ScoreOptions(**given), ScoreOptions()
    parts = [TARGETS[chosen.score_mode]]
    for name in ('users', 'pool', 'safe_weight', 'scale'):
        implied = name == 'users' and chosen.score_mode == 'per_profile'
        if getattr(chosen, name) != getattr(usual, name) and not implied:
            parts.append(f'{name}={getattr(chosen, name)}')
    return ', '.join(parts)
