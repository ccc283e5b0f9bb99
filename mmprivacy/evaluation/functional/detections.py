"""Boxes that a detector finds, and which of them are right, in NumPy.

Shapes: ``N`` detections, ``M`` boxes to be found.

Convention: boxes are xyxy in pixels; labels are class indices from 0 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Boxes(NamedTuple):
    """Boxes of one photo.

    Attributes:
        boxes: xyxy (N, 4) float64.
        labels: Class indices (N,) int64.
        scores: Scores in [0, 1], (N,) float64; ones for ground truth.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    def keep(self, chosen: np.ndarray) -> Boxes:
        """Select by a mask or by indices."""
        return Boxes(self.boxes[chosen], self.labels[chosen], self.scores[chosen])

    def above(self, thr: float) -> Boxes:
        """Select those with a score of ``thr`` or more."""
        return self.keep(self.scores >= thr)


def box_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of every pair of boxes.

    Args:
        first: Boxes (N, 4).
        second: Boxes (M, 4).

    Returns:
        Values in [0, 1], (N, M) float64; 0 for two boxes without area.
    """
    first, second = (np.asarray(b, np.float64).reshape(-1, 4) for b in (first, second))
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.prod((high - low).clip(0), axis=-1)
    areas = [np.prod((b[:, 2:] - b[:, :2]).clip(0), axis=-1) for b in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def match_boxes(found: Boxes, truth: Boxes, iou_thr: float = 0.5) -> np.ndarray:
    """Pair detections with boxes of the same class, highest score first.

    Each box is taken once, by the first detection that it is the nearest free one for,
    so a second detection of the same object is wrong.

    Args:
        found: N detections.
        truth: M boxes to be found.
        iou_thr: Least intersection over union of a pair.

    Returns:
        Index of the box that each detection found, -1 for a wrong detection, (N,)
        int64.
    """
    matches = np.full(len(found.boxes), -1)
    overlap = box_iou(found.boxes, truth.boxes)
    overlap[found.labels[:, None] != truth.labels[None, :]] = 0
    if overlap.size == 0:
        return matches
    for n in np.argsort(-found.scores, kind='stable'):
        best = int(overlap[n].argmax())
        if overlap[n, best] >= iou_thr:
            matches[n] = best
            overlap[:, best] = 0
    return matches
