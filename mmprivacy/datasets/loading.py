"""Read a photo the way a viewer shows it.

Shapes: ``h``, ``w`` height and width of the upright photo in pixels.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from mmengine.registry import TRANSFORMS
from PIL import Image, ImageOps

from mmprivacy.errors import DataError

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on broken files; it has no common base class for them."""


def load_photo(path: str | Path, min_side: int | None = None) -> np.ndarray:
    """Read an image file of any mode as an upright colour photo.

    The EXIF orientation is applied. Gray, palette, CMYK, 16-bit and float files become
    colour; transparent pixels are laid on white, as a viewer shows them; of an
    animation the first frame is taken.

    Convention:
        The result is **BGR** uint8 in [0, 255], as MMEngine's preprocessors expect.

    Args:
        path: The image file.
        min_side: If given, a JPEG file may be decoded at a half, a quarter or an eighth
            of its size, which is several times faster, as long as both sides keep at
            least so many pixels. Take twice the size that you resize to.

    Returns:
        Array (h, w, 3) uint8, contiguous.

    Raises:
        DataError: If the file is missing, truncated or not an image.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError.explain(
            path,
            expected='an image file',
            got='no such file',
            fix='check the path and the data_root',
        )
    try:
        with Image.open(path) as image:
            if min_side is not None:
                image.draft(image.mode, (min_side, min_side))
            rgb = to_rgb(ImageOps.exif_transpose(image))
    except UNREADABLE as e:
        reason = str(e).strip().partition('\n')[0] or type(e).__name__
        raise DataError.explain(
            path,
            expected='a complete image file',
            got=f'one that cannot be decoded ({reason})',
            fix='replace the file, or take it out of the annotations',
        ) from e
    return np.ascontiguousarray(np.asarray(rgb)[..., ::-1])


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert a picture of any Pillow mode to 8-bit RGB.

    Args:
        image: The picture; 16-bit, 32-bit and float ones are rescaled to 8 bits.

    Returns:
        The picture in mode ``'RGB'``.
    """
    if image.mode == 'RGB' and 'transparency' not in image.info:
        return image
    if image.mode == 'F' or image.mode.startswith('I'):
        return Image.fromarray(_to_8_bit(np.asarray(image))).convert('RGB')
    if image.mode in ('LA', 'PA', 'RGBA', 'La', 'RGBa') or 'transparency' in image.info:
        rgba = image.convert('RGBA')
        white = Image.new('RGBA', rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert('RGB')
    return image.convert('RGB')


def _to_8_bit(values: np.ndarray) -> np.ndarray:
    """Scale gray values (h, w) from [0, 1], 16 or 32 bits to uint8."""
    values = np.nan_to_num(values.astype(np.float64))
    if values.size == 0:
        return values.astype(np.uint8)
    top = float(values.max())
    sixteen_bit = values.shape and top > 255 and top <= 65535
    if sixteen_bit:
        values = values / 257.0
    elif top > 65535:
        values = values * (255.0 / top)
    elif top <= 1 and not np.array_equal(values, np.rint(values)):
        values = values * 255.0
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@TRANSFORMS.register_module()
class LoadPhoto:
    """Load ``results['img_path']`` with :func:`load_photo`.

    Unlike the loaders of OpenMMLab it names the file when one is broken, and gives
    three channels for every kind of file.

    Convention:
        ``img`` is BGR uint8 (h, w, 3); ``img_shape`` and ``ori_shape`` are ``(h, w)``,
        after ``min_side``.

    Args:
        min_side: See :func:`load_photo`; None decodes every file at full size.
    """

    def __init__(self, min_side: int | None = None) -> None:
        self.min_side = min_side

    def __call__(self, results: dict) -> dict:
        """Add ``img``, ``img_shape`` and ``ori_shape`` to the results.

        Args:
            results: Data information with ``img_path``.

        Returns:
            The same dictionary.

        Raises:
            DataError: If ``img_path`` is not given, or the file cannot be read.
        """
        if 'img_path' not in results:
            raise DataError.explain(
                'LoadPhoto',
                expected="'img_path' in the data information",
                got=f'keys {sorted(results)}',
                fix='let the data set give img_path',
            )
        results['img'] = load_photo(results['img_path'], self.min_side)
        results['img_shape'] = results['img'].shape[:2]
        results['ori_shape'] = results['img'].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(min_side={self.min_side})'
