"""Boxes of detectors: shrinking photos before, merging and placing them after.

Convention:
    Boxes are xyxy in pixels, right and lower edges excluded.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np


def shrink(pixels: np.ndarray, max_side: int | None) -> tuple[np.ndarray, float]:
    """Make a picture smaller if its longer side is above a limit.

    Args:
        pixels: Picture (H, W, 3) or (H, W).
        max_side: The limit in pixels; None for none.

    Returns:
        The picture, and by how much coordinates in it have to be multiplied.
    """
    longest = max(pixels.shape[:2])
    if max_side is None or longest <= max_side:
        return pixels, 1.0
    scale = max_side / longest
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return small, 1 / scale


def merge(
    found: Sequence[tuple[Sequence[float], float]], overlap: float = 0.4
) -> list[tuple[np.ndarray, float]]:
    """Unite boxes of the same thing.

    A box joins the best box before it that it overlaps, or that it lies in. The united
    box covers both: what is to be hidden should rather be too large.

    Args:
        found: Pairs of a box xyxy and a score.
        overlap: Intersection over union from which two boxes mean the same thing.

    Returns:
        United boxes (4,) with the highest score of each, the highest first.
    """
    order = sorted(found, key=lambda item: (-item[1], *item[0]))
    groups: list[tuple[np.ndarray, np.ndarray, float]] = []
    for values, score in order:
        box = np.asarray(values, np.float64)
        for n, (first, union, best) in enumerate(groups):
            if iou(box, first) >= overlap or inside(box, first):
                low = np.minimum(union[:2], box[:2])
                high = np.maximum(union[2:], box[2:])
                groups[n] = first, np.concatenate([low, high]), best
                break
        else:
            groups.append((box, box, score))
    return [(union, score) for _, union, score in groups]


def iou(box: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes; 0 if both are empty.

    The room for metrics has it for many boxes, and loads torch, which a worker that
    runs OpenCV alone does without.
    """
    common = _area(_common(box, other))
    union = _area(box) + _area(other) - common
    return common / union if union > 0 else 0.0


def inside(box: Sequence[float], other: Sequence[float], share: float = 0.8) -> bool:
    """Tell whether at least so much of a box, by area, lies in another."""
    area = _area(box)
    return area > 0 and _area(_common(box, other)) / area >= share


def _common(box: Sequence[float], other: Sequence[float]) -> list[float]:
    low = [max(a, b) for a, b in zip(box[:2], other[:2])]
    return low + [min(a, b) for a, b in zip(box[2:], other[2:])]


def _area(box: Sequence[float]) -> float:
    return float(max(box[2] - box[0], 0) * max(box[3] - box[1], 0))


def place(
    box: Sequence[float], scale: float, size: tuple[int, int]
) -> tuple[float, float, float, float] | None:
    """Bring a box back to the full photo, and cut it at the edges.

    Args:
        box: xyxy in the smaller picture.
        scale: What :func:`shrink` gave.
        size: ``(H, W)`` of the photo.

    Returns:
        xyxy inside the photo, or None if it is not finite or has no area there.
    """
    height, width = size
    values = np.asarray(box, np.float64) * scale
    if not np.isfinite(values).all():
        return None
    x0, x1 = values[[0, 2]].clip(0, width)
    y0, y1 = values[[1, 3]].clip(0, height)
    if x1 <= x0 or y1 <= y0:
        return None
    return float(x0), float(y0), float(x1), float(y1)
