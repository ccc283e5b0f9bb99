"""How much of what was there can still be seen in a protected region.

Shapes: ``H`` x ``W`` pixels.

Convention:
    Pictures are RGB uint8 (H, W, 3). Masks are true inside the region.
"""

from __future__ import annotations

import cv2
import numpy as np

_CELL = 8
_TEXTURED = 4.0  # gray levels, standard deviation from which a cell shows something
_ALIKE = 0.95  # correlation of two cells that show the same
_NEAR = 12.0  # gray levels, mean difference of two cells that show the same


def share_left(original: np.ndarray, written: np.ndarray, mask: np.ndarray) -> float:
    """Tell how much of a region still shows what it showed before.

    The region is cut into cells of 8 x 8 pixels. Of those that show something at all
    (a flat cell has nothing to hide), the ones are counted that correlate with what was
    there and are as bright.

    Args:
        original: The picture before (H, W, 3).
        written: The picture of the written file (H, W, 3).
        mask: The region (H, W) bool.

    Returns:
        A share, 0 to 1; 0 if the region showed nothing.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return 0.0
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    inside = mask[part]
    before, after = (_gray(picture[part]) for picture in (original, written))
    weight = _sums(inside.astype(np.float64))
    usable = weight >= _CELL * _CELL / 4
    before, after = before * inside, after * inside
    n = np.maximum(weight, 1)
    mean_b, mean_a = _sums(before) / n, _sums(after) / n
    var_b = np.maximum(_sums(before * before) / n - mean_b**2, 0)
    var_a = np.maximum(_sums(after * after) / n - mean_a**2, 0)
    both = _sums(before * after) / n - mean_b * mean_a
    gap = _sums(np.abs(before - after)) / n
    textured = usable & (var_b > _TEXTURED**2)
    if not textured.any():
        return 0.0
    alike = both > _ALIKE * np.sqrt(var_a * var_b)
    left = textured & alike & (var_a > 0) & (gap < _NEAR)
    return float(left.sum() / textured.sum())


def is_blank(picture: np.ndarray, box: tuple[int, int, int, int]) -> bool:
    """Tell whether a part of a picture has one colour, up to compression.

    Args:
        picture: The picture (H, W, 3).
        box: ``(x0, y0, x1, y1)`` in whole pixels.

    Returns:
        Whether nothing can be seen there. An empty box is blank.
    """
    x0, y0, x1, y1 = box
    part = picture[y0:y1, x0:x1]
    return part.size == 0 or float(part.std(axis=(0, 1)).max()) < 2.0


def _gray(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY).astype(float)


def _sums(values: np.ndarray) -> np.ndarray:
    """Add up cells of 8 x 8 values, smaller at the right and lower edge."""
    rows, columns = (np.arange(0, n, _CELL) for n in values.shape)
    return np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
