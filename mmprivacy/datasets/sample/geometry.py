"""Curves and polygon masks for the drawing canvas, in float points (N, 2) of x, y."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

Points = Sequence[tuple[float, float]] | np.ndarray
_SHIFT = 4


def smooth(points: Points, closed: bool = True, steps: int = 6) -> np.ndarray:
    """Catmull-Rom curve through the points, as (N * steps, 2) float64."""
    pts = np.asarray(points, np.float64)
    if len(pts) < 3:
        return pts
    if closed:
        before, after, far = (
            np.roll(pts, 1, 0),
            np.roll(pts, -1, 0),
            np.roll(pts, -2, 0),
        )
    else:
        ends = np.concatenate([pts[:1], pts, pts[-1:]])
        before, after, far = ends[:-3], pts[1:], ends[3:]
        pts = pts[:-1]
    t = (np.arange(steps) / steps)[None, :, None]
    p0, p1, p2, p3 = (p[:, None] for p in (before, pts, after, far))
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    curve = curve.reshape(-1, 2)
    return curve if closed else np.concatenate([curve, after[-1:]])


def ellipse(
    cx: float, cy: float, rx: float, ry: float, angle: float = 0.0, count: int = 28
) -> np.ndarray:
    """Points of an ellipse turned by ``angle`` in radians."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = rx * np.cos(t), ry * np.sin(t)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cx + x * cos - y * sin, cy + x * sin + y * cos], 1)


def rounded_rect(
    x0: float, y0: float, x1: float, y1: float, radius: float = 0.0
) -> np.ndarray:
    """Points of a rectangle with round corners."""
    radius = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    if radius <= 0:
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)
    quarter = np.linspace(0, np.pi / 2, 6)
    centres = [(x1 - radius, y1 - radius), (x0 + radius, y1 - radius)]
    centres += [(x0 + radius, y0 + radius), (x1 - radius, y0 + radius)]
    arcs = []
    for turn, (cx, cy) in enumerate(centres):
        t = quarter + turn * np.pi / 2
        arcs.append(np.stack([cx + radius * np.cos(t), cy + radius * np.sin(t)], 1))
    return np.concatenate(arcs)


def polygon_mask(
    points: np.ndarray, rows: int, cols: int
) -> tuple[np.ndarray, int, int] | None:
    """Rasterise a polygon with soft edges.

    Args:
        points: (N, 2) float, x and y in pixels.
        rows: Height of the canvas.
        cols: Width of the canvas.

    Returns:
        The (h, w) uint8 mask with its top and left in the canvas, or None where
        nothing of it is inside.
    """
    low = np.maximum(np.floor(points.min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(points.max(0)).astype(int) + 2, (cols, rows))
    if (high <= low).any():
        return None
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    fixed = np.round((points - low) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
    return mask, int(low[1]), int(low[0])


def stroke_mask(
    points: np.ndarray, radii: np.ndarray, rows: int, cols: int
) -> tuple[np.ndarray, int, int] | None:
    """Rasterise a round stroke of changing thickness.

    Args:
        points: (N, 2) float, the centre line in pixels.
        radii: (N,) float, half the thickness at each point in pixels.
        rows: Height of the canvas.
        cols: Width of the canvas.

    Returns:
        As :func:`polygon_mask`. A stroke thinner than a pixel is made fainter.
    """
    faint = min(1.0, float(radii.max()) / 0.5)
    radii = np.maximum(radii, 0.5)
    reach = radii[:, None]
    low = np.maximum(np.floor((points - reach).min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil((points + reach).max(0)).astype(int) + 2, (cols, rows))
    if (high <= low).any():
        return None
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    one = 1 << _SHIFT
    centre = np.round((points - low) * one).astype(np.int32)
    along = np.diff(points, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    side = along[:, ::-1] / length * (-1, 1)
    near, far = points[:-1] - low, points[1:] - low
    a, b = side * radii[:-1, None], side * radii[1:, None]
    quads = np.round(np.stack([near + a, far + b, far - b, near - a], 1) * one)
    for quad in quads.astype(np.int32):
        cv2.fillConvexPoly(mask, quad, 255, cv2.LINE_AA, _SHIFT)
    for (x, y), radius in zip(centre.tolist(), radii.tolist()):
        cv2.circle(mask, (x, y), round(radius * one), 255, -1, cv2.LINE_AA, _SHIFT)
    if faint < 1:
        mask = (mask * faint).astype(np.uint8)
    return mask, int(low[1]), int(low[0])


def line_mask(
    lines: Sequence[np.ndarray], thickness: float, rows: int, cols: int
) -> tuple[np.ndarray, int, int] | None:
    """Rasterise round lines of one thickness, all into one mask.

    Args:
        lines: Each (N, 2) float, in pixels.
        thickness: In pixels; between whole numbers the line is made fainter.
        rows: Height of the canvas.
        cols: Width of the canvas.

    Returns:
        As :func:`polygon_mask`.
    """
    points = np.concatenate(lines)
    reach = thickness / 2 + 1
    low = np.maximum(np.floor(points.min(0) - reach).astype(int), 0)
    high = np.minimum(np.ceil(points.max(0) + reach).astype(int) + 1, (cols, rows))
    if (high <= low).any():
        return None
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    fixed = [np.round((line - low) * (1 << _SHIFT)).astype(np.int32) for line in lines]
    whole = max(1, int(np.ceil(thickness - 0.3)))
    cv2.polylines(mask, fixed, False, 255, whole, cv2.LINE_AA, _SHIFT)
    if thickness < whole:
        mask = (mask * max(0.25, thickness / whole)).astype(np.uint8)
    return mask, int(low[1]), int(low[0])
