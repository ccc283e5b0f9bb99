"""From the canvas to the finished sprite: crop, reduce, straighten the alpha."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from .sprite import Sprite, Text

_VISIBLE = 0.06  # alpha from which the outermost pixels count as drawn


def cut_out(
    planes: np.ndarray,
    parts: Mapping[str, np.ndarray],
    texts: Sequence[Text],
    height: int,
) -> Sprite:
    """Cut what is drawn out of a canvas.

    Args:
        planes: (4, rows, cols) float32, red, green, blue premultiplied, then alpha.
        parts: Attribute id to (rows, cols) bool.
        texts: With boxes in canvas pixels.
        height: Height of the sprite in pixels.

    Returns:
        The sprite, tight around what is drawn.
    """
    alpha = planes[3] > _VISIBLE
    rows, cols = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(cols[0]), int(cols[-1]) + 1
    ratio = height / (bottom - top)
    size = (max(1, round((right - left) * ratio)), height)
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    layer = cv2.merge([plane[top:bottom, left:right] for plane in planes])
    rgba = _straight(cv2.resize(layer, size, interpolation=method))
    alpha = rgba[..., 3] > 0
    ys, xs = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    crop = (slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1))
    kept = {}
    for name, part in sorted(parts.items()):
        part = part[top:bottom, left:right].astype(np.uint8) * 255
        part = cv2.resize(part, size, interpolation=method) > 100
        part = (part & alpha)[crop]
        if part.any():
            kept[name] = part
    rgba = np.ascontiguousarray(rgba[crop])
    shift = (left + xs[0] / ratio, top + ys[0] / ratio)
    return Sprite(rgba, kept, _moved(texts, shift, ratio, rgba.shape))


def _moved(
    texts: Sequence[Text],
    shift: tuple[float, float],
    ratio: float,
    shape: tuple[int, ...],
) -> tuple[Text, ...]:
    moved = []
    for text in texts:
        box = (np.array(text.box).reshape(2, 2) - shift) * ratio
        box = np.clip(box, 0, (shape[1], shape[0])).ravel().tolist()
        if box[2] > box[0] and box[3] > box[1]:
            moved.append(Text(text.content, tuple(box)))
    return tuple(moved)


def _straight(layer: np.ndarray) -> np.ndarray:
    """Premultiplied float (h, w, 4) to straight uint8."""
    alpha = layer[..., 3:]
    faint = alpha < 0.02
    rgb = layer[..., :3] / np.maximum(alpha, 1e-3)
    rgba = np.concatenate([rgb, alpha * 255], 2)
    rgba[faint[..., 0]] = 0
    return np.clip(np.round(rgba), 0, 255).astype(np.uint8)


def warp_reduced(
    layer: np.ndarray, goal: np.ndarray, matrix: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Warp premultiplied pixels, reduced beforehand where they become much smaller.

    Args:
        layer: (h, w, 4) float32, premultiplied.
        goal: (4, 2) float, where its corners go (tl, tr, br, bl), in pixels.
        matrix: (3, 3), from the layer to the goal window.
        size: Width and height of the result.
    """
    side = np.linalg.norm(goal[3] - goal[0]) + 1e-6
    factor = max(1.0, layer.shape[0] / side)
    if factor > 1.5:
        small = cv2.resize(
            layer, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA
        )
        grow = np.diag(
            [layer.shape[1] / small.shape[1], layer.shape[0] / small.shape[0], 1]
        )
        layer, matrix = small, matrix @ grow
    return cv2.warpPerspective(layer, matrix, size, flags=cv2.INTER_LINEAR)
