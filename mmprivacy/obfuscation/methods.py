"""Classical obfuscation of pictures: blur, pixelate, mosaic, fill, noise, ...

Shapes: ``H`` x ``W`` pixels, ``N`` boxes.

Every function takes a picture, one strength, and optionally where to change it, and
returns a new picture; pixels outside are not touched. The same arguments give the same
picture.

Convention:
    Pictures are uint8 (H, W, 3) in [0, 255], **BGR**; only JPEG depends on the order of
    the channels. ``mask`` and ``boxes`` are those of
    :func:`~mmprivacy.obfuscation.regions.region_mask`; without them the whole picture
    is changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import cv2
import numpy as np

from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.obfuscation.regions import region_mask

Array = np.ndarray


def blur(
    image: Array, sigma: float, mask: Array | None = None, boxes: Array | None = None
) -> Array:
    """Blur with a Gaussian.

    Args:
        image: Picture (H, W, 3) uint8.
        sigma: Standard deviation in pixels, above 0.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    _check('blur: sigma', sigma, sigma > 0, 'above 0')

    def blurred(x: Array) -> Array:  # on bytes, OpenCV rounds the weights too
        return _to_uint8(cv2.GaussianBlur(x.astype(np.float32), (0, 0), sigma))

    return _inside(image, blurred, mask, boxes)


def pixelate(
    image: Array, cell: int, mask: Array | None = None, boxes: Array | None = None
) -> Array:
    """Give every square cell its mean colour.

    The grid starts at the upper left corner of the picture. Cells at the right and
    lower edge may be smaller.

    Args:
        image: Picture (H, W, 3) uint8.
        cell: Side of a cell in pixels, 1 or more; 1 changes nothing.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    _check('pixelate: cell', cell, cell >= 1 and cell == int(cell), 'an integer from 1')
    return _inside(image, lambda x: _cell_means(x, int(cell)), mask, boxes)


def mosaic(
    image: Array, cell: int, mask: Array | None = None, boxes: Array | None = None
) -> Array:
    """Give every square cell the colour of the pixel in its middle.

    What picture editors do when they reduce and enlarge without interpolation. Unlike
    :func:`pixelate` it keeps contrast, and aliases.

    Args:
        image: Picture (H, W, 3) uint8.
        cell: Side of a cell in pixels, 1 or more; 1 changes nothing.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    _check('mosaic: cell', cell, cell >= 1 and cell == int(cell), 'an integer from 1')
    return _inside(image, lambda x: _cell_centres(x, int(cell)), mask, boxes)


def fill(
    image: Array,
    color: Sequence[int] = (0, 0, 0),
    mask: Array | None = None,
    boxes: Array | None = None,
) -> Array:
    """Paint over with one colour: nothing of the picture remains.

    Args:
        image: Picture (H, W, 3) uint8.
        color: Three values in [0, 255], in the order of the channels.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the colour is no colour.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    right = len(color) == 3 and all(0 <= c <= 255 for c in color)
    _check('fill: color', tuple(color), right, 'three values from 0 to 255')
    value = np.array(color, np.uint8)

    def paint(x: Array) -> Array:
        row = np.full((x.shape[1], 3), value)  # rows are copied faster than pixels
        return np.broadcast_to(row, x.shape)

    return _inside(image, paint, mask, boxes)


def add_noise(
    image: Array,
    sigma: float,
    mask: Array | None = None,
    boxes: Array | None = None,
    seed: int = 0,
) -> Array:
    """Add Gaussian noise, independent for each pixel and channel.

    The noise depends on the seed and on the picture, so different pictures get
    different noise and the same picture always the same, in whatever order and process.

    Args:
        image: Picture (H, W, 3) uint8.
        sigma: Standard deviation in gray levels, 0 or more.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.
        seed: Seed, 0 or more.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength or the seed is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    _check('add_noise: sigma', sigma, sigma >= 0, '0 or more')
    _check('add_noise: seed', seed, seed >= 0, '0 or more')

    def noisy(x: Array) -> Array:
        rng = np.random.default_rng([seed, zlib.crc32(np.ascontiguousarray(x))])
        return _to_uint8(x + rng.normal(0, sigma, x.shape))

    return _inside(image, noisy, mask, boxes)


def reduce_brightness(
    image: Array, factor: float, mask: Array | None = None, boxes: Array | None = None
) -> Array:
    """Multiply all values by a factor.

    Args:
        image: Picture (H, W, 3) uint8.
        factor: 1 changes nothing, 0 is black.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    _check('reduce_brightness: factor', factor, 0 <= factor <= 1, 'from 0 to 1')
    table = _to_uint8(np.arange(256) * factor)
    return _inside(image, lambda x: table[x], mask, boxes)


def compress_jpeg(
    image: Array, quality: int, mask: Array | None = None, boxes: Array | None = None
) -> Array:
    """Compress as JPEG and decompress again.

    Args:
        image: Picture (H, W, 3) uint8, BGR.
        quality: Quality of libjpeg, 1 (worst) to 100.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the strength is out of range.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    right = 1 <= quality <= 100 and quality == int(quality)
    _check('compress_jpeg: quality', quality, right, 'an integer from 1 to 100')

    def through_file(x: Array) -> Array:
        _, data = cv2.imencode('.jpg', x, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
        return cv2.imdecode(data, cv2.IMREAD_COLOR)

    return _inside(image, through_file, mask, boxes)


def _inside(image: Array, change, mask: Array | None, boxes: Array | None) -> Array:
    """Change a copy of the picture where mask or boxes say so."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ShapeError.explain(
            'picture to obfuscate',
            expected='(H, W, 3) uint8',
            got=f'{image.shape} {image.dtype}',
            fix='put the transform before normalisation and packing',
        )
    chosen = region_mask(image.shape[:2], mask, boxes)
    if chosen is None:
        return np.array(change(image))
    result = image.copy()
    if chosen.any():
        # Twenty times as fast as indexing by the mask.
        changed = np.ascontiguousarray(change(image))
        cv2.copyTo(changed, chosen.view(np.uint8), result)
    return result


def _cell_means(image: Array, cell: int) -> Array:
    """Replace each cell by its mean, rounded."""
    h, w = image.shape[:2]
    rows, columns = np.arange(0, h, cell), np.arange(0, w, cell)
    sums = np.add.reduceat(image.astype(np.int64), rows, axis=0)
    sums = np.add.reduceat(sums, columns, axis=1)
    high, wide = np.diff([*rows, h]), np.diff([*columns, w])
    means = _to_uint8(sums / (high[:, None] * wide)[..., None])
    return means.repeat(high, axis=0).repeat(wide, axis=1)


def _cell_centres(image: Array, cell: int) -> Array:
    """Replace each cell by its middle pixel."""
    rows, columns = (
        np.minimum(np.arange(n) // cell * cell + cell // 2, n - 1)
        for n in image.shape[:2]
    )
    return image[np.ix_(rows, columns)]


def _to_uint8(values: Array) -> Array:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _check(where: str, value: object, right: bool, expected: str) -> None:
    if not right:
        raise ConfigError.explain(
            where, expected=expected, got=value, fix='correct the strength'
        )
