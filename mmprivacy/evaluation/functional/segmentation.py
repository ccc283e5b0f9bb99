"""Intersection over union of segmentation maps, in NumPy."""

from __future__ import annotations

import numpy as np


def confusion(
    truth: np.ndarray, found: np.ndarray, num_classes: int, ignored: int = 255
) -> np.ndarray:
    """Count the pixels of each pair of labels.

    Args:
        truth: True labels (h, w) integer; those from ``num_classes`` on do not count.
        found: Labels (h, w) integer; pixels that are ``ignored`` count for no class.
        num_classes: Number of classes K, background included.
        ignored: Label of pixels that were left open.

    Returns:
        int64 (K, K + 1): row = true, column = found; the last column, left open.
    """
    known = truth < num_classes
    columns = np.where(found == ignored, num_classes, found)[known].astype(np.int64)
    pairs = truth[known].astype(np.int64) * (num_classes + 1) + columns
    counts = np.bincount(pairs, minlength=num_classes * (num_classes + 1))
    return counts.reshape(num_classes, num_classes + 1)


def class_iou(counts: np.ndarray) -> np.ndarray:
    """Intersection over union of each class.

    Args:
        counts: See :func:`confusion`.

    Returns:
        float64 (K,) in [0, 1]; NaN for a class that is neither true nor found.
    """
    hits = np.diag(counts[:, :-1])
    union = counts.sum(1) + counts[:, :-1].sum(0) - hits
    return np.where(union > 0, hits / np.maximum(union, 1), np.nan)
