"""Figures of merit of a classifier, in NumPy.

Shapes: ``n`` photos, ``c`` classes. A figure that the data do not define (no photo of a
class, nothing predicted as it) is NaN; callers decide what to say about it.
"""

from __future__ import annotations

import numpy as np


def confusion_matrix(
    labels: np.ndarray, predictions: np.ndarray, num_classes: int = 2
) -> np.ndarray:
    """Count label and prediction pairs.

    Args:
        labels: True classes (n,) int.
        predictions: Predicted classes (n,) int.
        num_classes: Number of classes c.

    Returns:
        Counts (c, c) int64: row = label, column = prediction.
    """
    flat = np.asarray(labels, np.int64) * num_classes + np.asarray(
        predictions, np.int64
    )
    counts = np.bincount(flat, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def accuracy(confusion: np.ndarray) -> float:
    """Share of photos predicted right, in [0, 1].

    Args:
        confusion: Counts (c, c).
    """
    return float(_ratio(np.trace(confusion), confusion.sum()))


def precision_recall_f1(
    confusion: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each class.

    Args:
        confusion: Counts (c, c).

    Returns:
        Three arrays (c,) float64 in [0, 1]. Precision is NaN for a class that is never
        predicted, recall for one that does not occur, F1 where both hold.
    """
    hits = np.diag(confusion).astype(np.float64)
    predicted, present = confusion.sum(0), confusion.sum(1)
    f1 = _ratio(2 * hits, predicted + present)
    return _ratio(hits, predicted), _ratio(hits, present), f1


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Mean recall over the classes, in [0, 1]; NaN if a class does not occur.

    Args:
        confusion: Counts (c, c).
    """
    return float(precision_recall_f1(confusion)[1].mean())


def auroc(positive: np.ndarray, scores: np.ndarray) -> float:
    """Area under the receiver operating characteristic, by ranks.

    The chance that a positive photo scores higher than a negative one, ties counting
    half (the Mann-Whitney statistic), so no threshold has to be swept.

    Args:
        positive: Which photos are positive (n,) bool.
        scores: Score of the positive class (n,) float.

    Returns:
        Area in [0, 1]; NaN unless both kinds occur.
    """
    positive = np.asarray(positive, bool)
    num_positive = int(positive.sum())
    num_negative = positive.size - num_positive
    if num_positive == 0 or num_negative == 0:
        return float('nan')
    _, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[which.reshape(-1)]
    above = ranks[positive].sum() - num_positive * (num_positive + 1) / 2.0
    return float(above / (num_positive * num_negative))


def expected_calibration_error(
    labels: np.ndarray, probabilities: np.ndarray, num_bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equal-width confidence bins.

    Bins are open below and closed above, (0, 1/15], (1/15, 2/15] and so on.

    Args:
        labels: True classes (n,) int.
        probabilities: Predicted probabilities (n, c), rows summing to 1.
        num_bins: Number of bins over [0, 1].

    Returns:
        Error in [0, 1]; NaN without photos.

    Reference:
        Guo et al., On Calibration of Modern Neural Networks, ICML 2017, Eq. 3.
    """
    if len(probabilities) == 0:
        return float('nan')
    confidence = probabilities.max(1).astype(np.float64)
    right = probabilities.argmax(1) == np.asarray(labels)
    edges = np.linspace(0.0, 1.0, num_bins + 1)
    which = np.clip(
        np.searchsorted(edges, confidence, side='left') - 1, 0, num_bins - 1
    )
    gaps = np.bincount(which, weights=right - confidence, minlength=num_bins)
    return float(np.abs(gaps).sum() / len(confidence))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; NaN instead of a warning where the whole is 0."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)
