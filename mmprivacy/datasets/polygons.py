"""Masks of polygons, and outlines of masks.

Convention:
    A pixel ``(x, y)`` reaches from ``x`` to ``x + 1``; it belongs to a polygon that
    holds its centre, as in COCO up to rounding at the edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from mmprivacy.errors import DataError


def polygons_mask(
    polygons: Iterable[Sequence[float]], size: tuple[int, int]
) -> np.ndarray:
    """Rasterise the union of polygons.

    Args:
        polygons: ``[x1, y1, x2, y2, ...]`` each, in pixels, closed or not.
        size: ``(h, w)`` of the photo.

    Returns:
        bool ``(h, w)``.

    Raises:
        DataError: A polygon has no three points, or a coordinate is not finite.
    """
    mask = np.zeros(size, bool)
    for polygon in polygons:
        points = np.asarray(polygon, np.float64)
        if points.ndim != 1 or len(points) < 6 or len(points) % 2:
            raise DataError.explain(
                'polygon',
                expected='[x1, y1, x2, y2, ...] with three points or more',
                got=f'{points.size} numbers',
                fix='correct the annotation',
            )
        if not np.isfinite(points).all():
            raise DataError.explain(
                'polygon',
                expected='finite coordinates',
                got=points.tolist(),
                fix='correct the annotation',
            )
        mask |= _fill(points.reshape(-1, 2), size)
    return mask


def _fill(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Fill one polygon (N, 2) by the even-odd rule: count the edges left of a pixel."""
    h, w = size
    x0, y0 = points.T
    x1, y1 = np.roll(points, -1, 0).T
    rows = np.arange(h)[:, None] + 0.5
    crosses = (y0 <= rows) != (y1 <= rows)
    row, edge = np.nonzero(crosses)
    slope = (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
    x = x0[edge] + (row + 0.5 - y0[edge]) * slope
    first = np.clip(np.ceil(x - 0.5), 0, w).astype(np.int64)
    toggles = np.zeros((h, w + 1), np.int32)
    np.add.at(toggles, (row, first), 1)
    return toggles.cumsum(1)[:, :w] % 2 == 1


def outlines(mask: np.ndarray) -> list[list[float]]:
    """Trace the outer outlines of a mask along the edges of its pixels.

    Args:
        mask: bool ``(h, w)``. Holes are lost.

    Returns:
        Closed polygons ``[x1, y1, ..., x1, y1]``, one a connected part.
    """
    # Enlarged four times, so that the outline runs along the edges of the pixels.
    large = np.repeat(np.repeat(np.asarray(mask, np.uint8), 4, 0), 4, 1)
    found, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    polygons = []
    for contour in found:
        points = np.rint((contour[:, 0].astype(np.float64) + 0.5) / 4)
        keep = np.abs(np.diff(points, axis=0, append=points[:1])).any(1)
        points = points[keep] if keep.any() else points
        points = np.concatenate([points, points[:1]])
        polygons.append(points.ravel().tolist())
    return polygons
