"""Which pixels of a picture are obfuscated.

Shapes: ``H`` x ``W`` pixels, ``N`` boxes.

Convention:
    Masks are true where a picture is to be changed (1 = private). Boxes are xyxy in
    pixels, right and lower edges excluded; parts of pixels count as whole ones.
"""

from __future__ import annotations

import numpy as np

from mmprivacy.errors import ShapeError


def region_mask(
    size: tuple[int, int],
    mask: np.ndarray | None = None,
    boxes: np.ndarray | None = None,
) -> np.ndarray | None:
    """Unite a mask and boxes.

    Args:
        size: ``(H, W)`` of the picture.
        mask: Pixels to change (H, W) bool or integer, or None.
        boxes: Boxes to change (N, 4), or None. Parts outside the picture are ignored.

    Returns:
        Mask (H, W) bool, or None, the whole picture, if neither is given. No boxes at
        all, ``(0, 4)``, select nothing.

    Raises:
        ShapeError: If the mask has another size, or the boxes are not (N, 4).
    """
    if mask is None and boxes is None:
        return None
    chosen = np.zeros(size, bool)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.shape != tuple(size):
            raise ShapeError.explain(
                'mask',
                expected=f'{tuple(size)}, the size of the picture',
                got=mask.shape,
                fix='resize the mask with the picture',
            )
        chosen |= mask.astype(bool)
    if boxes is not None:
        boxes = np.asarray(boxes, np.float64)
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ShapeError.explain(
                'boxes',
                expected='(N, 4), xyxy',
                got=boxes.shape,
                fix='give one row a box',
            )
        low = np.floor(boxes[:, :2]).clip(0).astype(np.int64)
        high = np.ceil(boxes[:, 2:]).clip(0).astype(np.int64)
        for (x0, y0), (x1, y1) in zip(low, high):
            chosen[y0:y1, x0:x1] = True
    return chosen
