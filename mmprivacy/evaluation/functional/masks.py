"""Overlap of predicted masks with the truth, in NumPy; masks may overlap each other.

Shapes: ``A`` attributes, ``T`` thresholds, ``N`` photos of ``h`` x ``w`` pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MaskCounts:
    """Pixels of one photo.

    Attributes:
        both: Predicted and true (A, T) int64.
        predicted: Predicted (A, T) int64.
        true: True (A,) int64.
        centre: True and in the middle of the photo (A,) int64.
        middle: In the middle of the photo.
        pixels: Of the photo.
    """

    both: np.ndarray
    predicted: np.ndarray
    true: np.ndarray
    centre: np.ndarray
    middle: int
    pixels: int


def count_pixels(
    truth: np.ndarray, scores: np.ndarray, thrs: Sequence[float] | np.ndarray
) -> MaskCounts:
    """Count the pixels of one photo.

    Args:
        truth: Pixels of each attribute (A, h, w) bool.
        scores: Scores of each attribute (A, h, w) float.
        thrs: A pixel is predicted where its score is above the threshold: the same for
            all attributes (T,), or of each (A, T).

    Returns:
        The counts. The middle is the rectangle of half the height and width.
    """
    num, h, w = truth.shape
    thrs = np.asarray(thrs)
    thrs = np.broadcast_to(thrs, (num, thrs.shape[-1]))
    both = np.zeros(thrs.shape, np.int64)
    predicted = np.zeros_like(both)
    peaks = scores.reshape(num, -1).max(1) if h * w else np.zeros(num)
    for a in np.flatnonzero(peaks > thrs.min(1)):
        for t, thr in enumerate(thrs[a]):
            shown = scores[a] > thr
            predicted[a, t] = np.count_nonzero(shown)
            both[a, t] = np.count_nonzero(shown & truth[a])
    middle = truth[:, h // 4 : h // 4 + h // 2, w // 4 : w // 4 + w // 2]
    return MaskCounts(
        both,
        predicted,
        truth.sum((1, 2)),
        middle.sum((1, 2)),
        middle.shape[1] * middle.shape[2],
        h * w,
    )


def dataset_iou(photos: Sequence[MaskCounts]) -> np.ndarray:
    """Intersection over union of the pixels of all photos together.

    Args:
        photos: Counts of N photos.

    Returns:
        float64 (A, T); NaN where no photo shows the attribute.
    """
    both = sum(p.both for p in photos)
    true = sum(p.true for p in photos)[:, None]
    return _ratio(both, sum(p.predicted for p in photos) + true - both, true > 0)


def photo_iou(photos: Sequence[MaskCounts]) -> np.ndarray:
    """Mean over photos of the intersection over union in each.

    Photos count in which the attribute is true or predicted; if one of the two is
    missing, with 0.

    Args:
        photos: Counts of N photos.

    Returns:
        float64 (A, T); NaN where no photo shows the attribute.

    Reference:
        The evaluation of Visual Redactions (Orekondy et al. 2018).
    """
    both = np.stack([p.both for p in photos])
    true = np.stack([p.true for p in photos])[..., None]
    union = np.stack([p.predicted for p in photos]) + true - both
    each = np.nan_to_num(_ratio(both, union, union > 0))
    return _ratio(each.sum(0), (union > 0).sum(0), (true > 0).any(0))


def blind_iou(photos: Sequence[MaskCounts]) -> dict[str, np.ndarray]:
    """Intersection over union of who knows the labels, but not where.

    Args:
        photos: Counts of N photos.

    Returns:
        float64 (A,), NaN where no photo shows the attribute: ``photo`` for all pixels
        of the photos that show it, ``centre`` for those in their middle, ``chance`` for
        as many pixels as are true, drawn at random (expected value).
    """
    true = np.stack([p.true for p in photos])
    shown = true > 0
    area = true.sum(0)
    pixels = (shown * np.array([p.pixels for p in photos])[:, None]).sum(0)
    middle = (shown * np.array([p.middle for p in photos])[:, None]).sum(0)
    centre = np.stack([p.centre for p in photos]).sum(0)
    share = _ratio(area, pixels, area > 0)
    return dict(
        photo=share,
        centre=_ratio(centre, middle + area - centre, area > 0),
        chance=share / (2 - share),
    )


def _ratio(part: np.ndarray, whole: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Divide; NaN where the ratio is not known."""
    known = np.broadcast_to(known, np.shape(part))
    return np.where(known, part / np.maximum(whole, 1), np.nan)
