"""Figures of merit of predicted scores, and the predictors to beat, in NumPy.

Shapes: ``N`` photos, ``U`` user profiles. Scores are ``(N,)`` or ``(N, U)`` in any
unit; errors come in the same unit. Without photos, errors are NaN.
"""

from __future__ import annotations

import numpy as np

from mmprivacy.errors import ShapeError


def mean_absolute_error(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Mean distance to the truth (L1) over photos and profiles.

    Args:
        predictions: Predicted scores (N,) or (N, U) float.
        targets: True scores of the same shape.

    Returns:
        The error, in the unit of the scores.

    Raises:
        ShapeError: If the shapes differ; nothing is broadcast.
    """
    return _mean(np.abs(_errors(predictions, targets)))


def mean_squared_error(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Mean squared distance to the truth over photos and profiles.

    Args:
        predictions: Predicted scores (N,) or (N, U) float.
        targets: True scores of the same shape.

    Returns:
        The error, in the squared unit of the scores.

    Raises:
        ShapeError: If the shapes differ; nothing is broadcast.
    """
    return _mean(_errors(predictions, targets) ** 2)


def pearson(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Linear correlation of predictions and truth.

    Of scores of several profiles, the means over the profiles are correlated.

    Args:
        predictions: Predicted scores (N,) or (N, U) float.
        targets: True scores of the same shape.

    Returns:
        Correlation in [-1, 1]. 0 where it is not defined, that is, where predictions or
        truth do not vary: a constant predictor ranks nothing.

    Raises:
        ShapeError: If the shapes differ.
    """
    _errors(predictions, targets)
    return _correlation(_per_photo(predictions), _per_photo(targets))


def spearman(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Correlation of the ranks of predictions and truth, tied scores sharing a rank.

    Equal scores get the average of their ranks, as in ``scipy.stats.spearmanr``. This
    matters on VISPR, where 37.5 % of the test photos are tied at 0: ranks by the order
    of a sort, as in AMNet's ``getRankCorrelationWithMSE``, give other values.

    Args:
        predictions: Predicted scores (N,) or (N, U) float; of several profiles the
            means are ranked.
        targets: True scores of the same shape.

    Returns:
        Correlation in [-1, 1]; 0 where predictions or truth do not vary.

    Raises:
        ShapeError: If the shapes differ.
    """
    _errors(predictions, targets)
    first, second = _per_photo(predictions), _per_photo(targets)
    return _correlation(average_ranks(first), average_ranks(second))


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Rank values, equal ones sharing the average of their ranks.

    Args:
        values: Values (N,).

    Returns:
        Ranks (N,) float64, 1 for the smallest.

    Examples:
        >>> average_ranks([0, 7, 0, 3]).tolist()
        [1.5, 4.0, 1.5, 3.0]
    """
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2.0)[which.reshape(-1)]


def best_constant(targets: np.ndarray) -> np.ndarray:
    """Predict the same for every photo, as well as that can be done: the median.

    Args:
        targets: True scores (N,) or (N, U) float.

    Returns:
        The median, of each profile, for every photo: float64 of the same shape. No
        constant has a smaller mean absolute error.
    """
    targets = np.asarray(targets, np.float64)
    if not len(targets):
        return targets
    return np.broadcast_to(np.median(targets, 0), targets.shape).copy()


def safe_unsafe_oracle(targets: np.ndarray, safe_score: float = 0.0) -> np.ndarray:
    """Predict by knowing which photos are safe, and nothing else.

    Safe photos get the safe score, the others the median of the others. No score model
    learns to rank private photos unless it beats this.

    Args:
        targets: True scores (N,) or (N, U) float.
        safe_score: Score of a photo without any private attribute.

    Returns:
        Predictions, float64 of the same shape.
    """
    targets = np.asarray(targets, np.float64)
    safe = np.isclose(targets, safe_score, rtol=0, atol=1e-6)
    safe = safe.all(tuple(range(1, safe.ndim)))
    predictions = np.full_like(targets, safe_score)
    predictions[~safe] = best_constant(targets[~safe])
    return predictions


def _errors(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Subtract, and refuse to broadcast."""
    predictions = np.asarray(predictions, np.float64)
    targets = np.asarray(targets, np.float64)
    if predictions.shape != targets.shape or predictions.ndim not in (1, 2):
        raise ShapeError.explain(
            'predictions',
            expected=f'the shape of the targets {targets.shape}, (N,) or (N, U)',
            got=predictions.shape,
            fix='predict one score for each that is known',
        )
    return predictions - targets


def _per_photo(scores: np.ndarray) -> np.ndarray:
    """Average over the profiles: (N,) float64."""
    scores = np.asarray(scores, np.float64)
    return scores if scores.ndim == 1 else scores.mean(1)


def _mean(values: np.ndarray) -> float:
    """Average; NaN without a warning where there is nothing."""
    return float(values.mean()) if values.size else float('nan')


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Correlate two vectors; 0 if one does not vary."""
    if first.size < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    first, second = _unit(first), _unit(second)
    return float(np.clip(first @ second, -1, 1))


def _unit(values: np.ndarray) -> np.ndarray:
    """Centre and scale to length 1, safe for tiny and huge values."""
    centred = values - values.mean()
    centred = centred / np.abs(centred).max()
    return centred / np.linalg.norm(centred)
