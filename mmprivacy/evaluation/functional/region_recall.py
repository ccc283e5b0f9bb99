"""What an adversary finds of what was to be removed, before and after, in NumPy."""

from __future__ import annotations

import numpy as np

from mmprivacy.evaluation.functional.detections import Boxes, box_iou, match_boxes


def inside_share(boxes: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Share of each box that a mask covers.

    Args:
        boxes: xyxy in pixels (N, 4); pixels that are partly inside count as whole ones.
        mask: bool (H, W).

    Returns:
        Values in [0, 1], (N,); 0 for boxes without area.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    sums = np.pad(np.cumsum(np.cumsum(mask, 0, np.int64), 1), ((1, 0), (1, 0)))
    h, w = mask.shape
    x0, y0 = (np.floor(boxes[:, k]).astype(int).clip(0, n) for k, n in ((0, w), (1, h)))
    x1, y1 = (np.ceil(boxes[:, k]).astype(int).clip(0, n) for k, n in ((2, w), (3, h)))
    covered = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
    area = (x1 - x0).clip(0) * (y1 - y0).clip(0)
    return np.divide(covered, area, out=np.zeros(len(boxes)), where=area > 0)


def found_again(after: Boxes, before: Boxes, iou_thr: float = 0.5) -> np.ndarray:
    """Tell which objects an adversary still finds.

    Args:
        after: What it finds after the edit.
        before: The objects, M of them.
        iou_thr: Least intersection over union with the object, of the same class.

    Returns:
        bool (M,).
    """
    matches = match_boxes(after, before, iou_thr)
    found = np.zeros(len(before.boxes), bool)
    found[matches[matches >= 0]] = True
    return found


def found_of_any_class(after: Boxes, before: Boxes, iou_thr: float = 0.5) -> np.ndarray:
    """Tell at which objects an adversary still finds something, of whatever class.

    Args:
        after: What it finds after the edit.
        before: The objects, M of them.
        iou_thr: Least intersection over union with the object.

    Returns:
        bool (M,).
    """
    return (box_iou(before.boxes, after.boxes) >= iou_thr).any(1)
