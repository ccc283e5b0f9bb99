"""Figures of merit of attribute predictions, in NumPy.

Shapes: ``N`` photos, ``A`` attributes.
"""

from __future__ import annotations

import numpy as np


def average_precision(positive: np.ndarray, scores: np.ndarray) -> float:
    """Mean precision over the recall steps, photos of equal score entering together.

    The sum of ``(R_k - R_{k-1}) P_k`` over the thresholds, without interpolation, as in
    ``sklearn.metrics.average_precision_score``. Constant scores give the share of
    positive photos.

    Args:
        positive: Which photos have the attribute (N,) bool.
        scores: Score of the attribute (N,) float.

    Returns:
        Average precision in [0, 1]; NaN without a positive photo.
    """
    positive = np.asarray(positive, bool)
    if not positive.any():
        return float('nan')
    order = np.argsort(-np.asarray(scores, np.float64), kind='stable')
    hits, sorted_scores = np.cumsum(positive[order]), np.asarray(scores)[order]
    last = np.append(np.flatnonzero(np.diff(sorted_scores)), len(order) - 1)
    precision = hits[last] / (last + 1)
    return float((np.diff(hits[last], prepend=0) * precision).sum() / hits[-1])


def attribute_accuracy(
    present: np.ndarray, scores: np.ndarray, thr: float = 0.5
) -> np.ndarray:
    """Share of photos whose attribute is predicted right, for each attribute.

    Args:
        present: Which attributes are there (N, A) bool.
        scores: Predicted scores (N, A) float.
        thr: An attribute is predicted where its score is above this.

    Returns:
        Accuracies (A,) float64 in [0, 1]; NaN without photos.
    """
    right = (np.asarray(scores) > thr) == np.asarray(present, bool)
    return right.mean(0) if len(right) else np.full(right.shape[1], np.nan)
