"""Noise, roundness and patterns: what keeps a drawn shape from looking flat."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

_LIGHT = (0.55, 0.85)  # towards the light: up and to the left, as seen by the shape
_COARSE = 72  # relief is computed on at most this many pixels a side, then enlarged


@lru_cache(maxsize=8)
def noise_tile(octaves: int, size: int = 512) -> np.ndarray:
    """A constant (size, size) float32 noise tile, mean 0, deviation 1, periodic.

    One octave is grain, more are clouds. The tile is a constant of the package;
    callers take a window of it at a place their own generator draws.
    """
    rng = np.random.default_rng(1234 + octaves)
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        cells = size >> octave
        layer = rng.standard_normal((cells, cells)).astype(np.float32)
        layer = np.pad(layer, 2, mode='wrap')
        factor = size // cells
        layer = cv2.resize(
            layer, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC
        )
        edge = 2 * factor
        total += layer[edge : edge + size, edge : edge + size] * 1.6**octave
    total -= total.mean()
    total /= total.std()
    total.flags.writeable = False
    return total


def noise_window(
    rng: np.random.Generator, height: int, width: int, octaves: int
) -> np.ndarray:
    """A (height, width) float32 window of :func:`noise_tile` at a random place."""
    tile = noise_tile(octaves)
    size = tile.shape[0]
    top, left = (int(v) for v in rng.integers(0, size, 2))
    if height <= size - top and width <= size - left:
        return tile[top : top + height, left : left + width]
    if height <= size and width <= size:
        top, left = top % (size - height + 1), left % (size - width + 1)
        return tile[top : top + height, left : left + width]
    tiled = np.tile(tile, (-(-height // size), -(-width // size)))
    return tiled[:height, :width]


def coarse(mask: np.ndarray) -> np.ndarray:
    """The mask, reduced to the size on which light is computed."""
    height, width = mask.shape
    scale = _COARSE / max(height, width)
    if scale >= 1:
        return mask
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    return cv2.resize(mask, size, interpolation=cv2.INTER_AREA)


def relief(mask: np.ndarray, reach: float) -> np.ndarray:
    """Light on a shape as if it were inflated, from up left.

    Args:
        mask: (h, w) uint8, the shape.
        reach: Width of the rounded rim as a fraction of the shorter side.

    Returns:
        (h, w) float32, about -1 (turned away) to 1 (towards the light), 0 inside.
    """
    sigma = max(0.8, reach * min(mask.shape) * 0.5)
    pad = int(2 * sigma) + 1
    soft = cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    soft = cv2.GaussianBlur(soft.astype(np.float32), (0, 0), sigma)
    gain = sigma * 2.5 / 255 / 8
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=gain * _LIGHT[0])
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=gain * _LIGHT[1])
    return (across + down)[pad:-pad, pad:-pad]


def pattern(kind: str, height: int, width: int, pitch: float) -> np.ndarray:
    """A (height, width) float32 blend map in [0, 1] of a printed or woven pattern.

    Args:
        kind: 'stripes' (level), 'pins' (upright), 'checks' or 'dots'.
        height: Rows.
        width: Columns.
        pitch: Period in pixels.
    """
    pitch = max(pitch, 3.0)
    rows = np.arange(height, dtype=np.float32)[:, None]
    cols = np.arange(width, dtype=np.float32)[None, :]
    wave_y = np.clip(np.sin(rows * (6.2832 / pitch)) * 3 + 0.5, 0, 1)
    wave_x = np.clip(np.sin(cols * (6.2832 / pitch)) * 3 + 0.5, 0, 1)
    if kind == 'stripes':
        return np.broadcast_to(wave_y, (height, width))
    if kind == 'pins':
        return np.broadcast_to(wave_x, (height, width))
    if kind == 'checks':
        return (wave_y + wave_x) / 2
    odd = np.floor(rows / pitch) % 2 * pitch / 2
    dots = np.hypot((rows % pitch) - pitch / 2, ((cols + odd) % pitch) - pitch / 2)
    return np.clip(pitch * 0.28 - dots + 0.5, 0, 1)
