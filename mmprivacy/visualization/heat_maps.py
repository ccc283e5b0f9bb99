"""Lay maps of what a model looks at over the photo.

Shapes: ``H``, ``W`` the photo, ``h``, ``w`` the maps, ``N`` maps of one photo.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

from mmprivacy.errors import ConfigError, ShapeError

NORMALIZATIONS = ('image', 'map')


def normalize_maps(maps: np.ndarray, mode: str = 'image') -> np.ndarray:
    """Scale the maps of one photo to [0, 1].

    With ``'image'`` one minimum and one maximum serve **all N maps of the photo**, so
    that brightness compares between regions: a region that hardly responds stays dark.
    With ``'map'`` each map fills [0, 1] on its own, which shows where a weak region
    looks but not that it is weak. Maps of different photos never compare.

    Args:
        maps: Maps (N, h, w) float. Values that are not finite count as the minimum.
        mode: ``'image'`` or ``'map'``.

    Returns:
        Maps (N, h, w) float32 in [0, 1]; all 0 where there is no contrast, or only the
        rounding of float32.

    Raises:
        ConfigError: If the mode is unknown.
        ShapeError: If the maps are not (N, h, w).
    """
    if mode not in NORMALIZATIONS:
        raise ConfigError.explain(
            'normalize', expected="'image' or 'map'", got=repr(mode), fix='choose one'
        )
    maps = np.asarray(maps, np.float32)
    if maps.ndim != 3 or 0 in maps.shape:
        raise ShapeError.explain(
            'heat maps',
            expected='(N, h, w), at least one map and pixel',
            got=maps.shape,
            fix='add the missing dimension, or drop the batch dimension',
        )
    finite = np.isfinite(maps)
    axes = None if mode == 'image' else (1, 2)
    low = np.where(finite, maps, np.inf).min(axes, keepdims=True)
    high = np.where(finite, maps, -np.inf).max(axes, keepdims=True)
    span = high - low
    rounding = 1e-6 * np.maximum(np.abs(low), np.abs(high))
    usable = np.isfinite(span) & (span > np.maximum(rounding, 1e-12))
    low = np.where(np.isfinite(low), low, 0)
    scaled = (np.where(finite, maps, low) - low) / np.where(usable, span, 1)
    return (scaled * usable).astype(np.float32)


def upsample(heat: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge a map bilinearly, the centres of the cells kept in place.

    Args:
        heat: Map (h, w) float32.
        size: ``(H, W)``.

    Returns:
        Map (H, W) float32 in the range of the input.
    """
    heat = np.ascontiguousarray(heat, np.float32)
    return cv2.resize(heat, size[::-1], interpolation=cv2.INTER_LINEAR)


def colorize(heat: np.ndarray, colormap: str = 'inferno') -> np.ndarray:
    """Colour a map.

    Args:
        heat: Map (..., ) float in [0, 1].
        colormap: Matplotlib colour map; a perceptually uniform one keeps equal steps
            looking equal and survives gray printing.

    Returns:
        Colours (..., 3) **RGB** uint8.

    Raises:
        ConfigError: If the colour map is unknown.
    """
    table = _table(colormap)
    index = np.clip(np.rint(np.asarray(heat) * 255), 0, 255).astype(np.uint8)
    return table[index]


def overlay_heat_map(
    photo: np.ndarray,
    heat: np.ndarray,
    opacity: float = 0.75,
    colormap: str = 'inferno',
) -> np.ndarray:
    """Lay a map over a photo.

    The photo fades to a dark gray where the map is low, and takes the map's colour in
    proportion to the value where it is high, so cold places stay recognisable and hot
    ones stand out without hiding what is there.

    Convention:
        Photo and result are **RGB** uint8 (H, W, 3) in [0, 255].

    Args:
        photo: The photo (H, W, 3).
        heat: Map (h, w) in [0, 1].
        opacity: Share of the colour where the map is 1, in [0, 1].
        colormap: Matplotlib colour map.

    Returns:
        The picture (H, W, 3).
    """
    heat = upsample(heat, photo.shape[:2])[..., None]
    photo = photo.astype(np.float32)
    gray = photo @ np.array([0.299, 0.587, 0.114], np.float32)
    cold = 0.6 * gray[..., None] + 0.05 * photo
    base = cold + heat * (0.9 * photo - cold)
    alpha = opacity * heat**0.7
    color = colorize(heat[..., 0], colormap).astype(np.float32)
    mixed = base * (1 - alpha) + color * alpha
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=8)
def _table(colormap: str) -> np.ndarray:
    """Read a colour map as (256, 3) uint8."""
    import matplotlib

    try:
        cmap = matplotlib.colormaps[colormap]
    except KeyError as e:
        raise ConfigError.explain(
            'colormap',
            expected="a Matplotlib colour map such as 'inferno'",
            got=repr(colormap),
            fix='correct the name',
        ) from e
    return (cmap(np.linspace(0, 1, 256))[:, :3] * 255 + 0.5).astype(np.uint8)
