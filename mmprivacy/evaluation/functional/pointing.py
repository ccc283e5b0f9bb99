"""The pointing game: whether a map is highest on what it should point at, in NumPy.

Shapes: ``h`` x ``w`` the map, ``H`` x ``W`` the mask; both show the whole photo.

Convention: masks are true on what is to be pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmprivacy.errors import DataError, ShapeError

ROUNDING = 1e-6
"""Values that differ by less than this share of the largest are the same."""


def pointing_hit(heat: np.ndarray, mask: np.ndarray) -> float:
    """Tell whether a map has its maximum on the mask.

    The maximum lies at the centre of its cell, where it also is after bilinear
    enlarging. If several cells share it, each of them is pointed at equally often; a
    flat map points anywhere in the photo. So a map that knows nothing gets what chance
    gets, and not what the first cell happens to show.

    Args:
        heat: Map (h, w) float.
        mask: What to point at (H, W) bool.

    Returns:
        Expected hits in [0, 1]: 0 or 1 for a single maximum, the area of the mask for a
        flat map.

    Raises:
        ShapeError: If one of them is not two-dimensional, or is empty.
        DataError: If a value of the map is not finite.

    Reference:
        Zhang et al., *Top-down Neural Attention by Excitation Backprop*, ECCV 2016.
    """
    heat, mask = _plane(heat, 'map').astype(np.float64), _plane(mask, 'mask')
    if not np.isfinite(heat).all():
        raise DataError.explain(
            'map',
            expected='finite values',
            got='NaN or infinity',
            fix='the weights are broken: use an earlier checkpoint',
        )
    highest = heat >= heat.max() - ROUNDING * np.abs(heat).max()
    if highest.all():
        return float(mask.astype(bool).mean())
    return float(mask_at_cells(mask, heat.shape)[highest].mean())


def mask_at_cells(mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Look a mask up at the centre of every cell of a grid over the photo.

    ``(1, 1)`` is the centre of the photo.

    Args:
        mask: The mask (H, W) bool.
        grid: Number of rows and columns ``(h, w)``.

    Returns:
        Values (h, w) bool.

    Raises:
        ShapeError: If the mask is not two-dimensional, or is empty.
    """
    mask = _plane(mask, 'mask').astype(bool)
    rows, columns = (
        ((np.arange(n) + 0.5) * size / n).astype(np.int64)
        for n, size in zip(grid, mask.shape)
    )
    return mask[np.ix_(rows, columns)]


def best_fixed_point(masks: Sequence[np.ndarray], grid: tuple[int, int]) -> float:
    """Point at the same place of every photo, as well as that can be done.

    The place is chosen on these very masks, which is more than a model can know.

    Args:
        masks: One mask (H, W) bool a photo, in any sizes.
        grid: Places to choose from: the centres of ``(h, w)`` cells.

    Returns:
        Share of the masks that are hit, in [0, 1]; NaN without masks.

    Raises:
        ShapeError: If a mask is not two-dimensional, or is empty.
    """
    if not len(masks):
        return float('nan')
    return float(np.mean([mask_at_cells(m, grid) for m in masks], axis=0).max())


def _plane(values: np.ndarray, name: str) -> np.ndarray:
    """Return an array, and refuse one that is not (h, w)."""
    values = np.asarray(values)
    if values.ndim != 2 or values.size == 0:
        raise ShapeError.explain(
            name,
            expected='(h, w), at least one cell',
            got=values.shape,
            fix='take one map of one photo',
        )
    return values
