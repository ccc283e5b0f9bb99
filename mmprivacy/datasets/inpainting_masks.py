"""Read a mask file: which pixels of a photo are to be removed.

Convention:
    Masks are uint8 (h, w) with the values 0 and 1; 1 = private, to be removed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from mmprivacy.datasets.loading import UNREADABLE, to_rgb
from mmprivacy.errors import DataError, ShapeError

HALF = 127
"""Gray levels above it are 1 in files with levels 0 to 255."""
JPEG_NOISE = 16
"""Gray level up to which a black pixel of a JPEG file may have been lifted."""


def load_mask(path: str | Path, size: tuple[int, int] | None = None) -> np.ndarray:
    """Read a mask file of any common kind.

    * Levels 0 and 255, and what JPEG makes of them: above 127 is 1.
    * Levels 0 and 1, as label maps have them: 1 is 1 (not in JPEG files).
    * Palettes: whatever is not black is 1.

    A file whose brightest pixel is in between is refused: read either way, it could
    lose the private region without a word. The EXIF orientation is applied.

    Args:
        path: The mask file.
        size: Height and width that it has to have, those of the upright photo.

    Returns:
        Mask (h, w) uint8 of 0 and 1.

    Raises:
        DataError: If the file is missing or broken, is transparent in parts, or has
            levels that mean nothing here.
        ShapeError: If it has another size than asked for.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError.explain(
            path,
            expected='a mask file',
            got='no such file',
            fix='check the folder of the masks and their suffix',
        )
    try:
        with Image.open(path) as image:
            lossy = image.format in ('JPEG', 'WEBP')
            mask = _binary(ImageOps.exif_transpose(image), path, lossy)
    except UNREADABLE as e:
        if isinstance(e, DataError):
            raise
        raise DataError.explain(
            path,
            expected='a complete mask file',
            got=f'one that cannot be decoded ({e})',
            fix='write the mask again',
        ) from e
    if size is not None:
        check_mask_size(mask, size, path)
    return mask


def check_mask_size(mask: np.ndarray, size: tuple[int, int], where: object) -> None:
    """Refuse a mask of another size than its photo.

    It is never resized in silence: a mask that belongs to another photo would uncover
    the private region.

    Args:
        mask: Array (h, w).
        size: Height and width of the photo.
        where: The file, or what the mask was given as.

    Raises:
        ShapeError: If the sizes differ.
    """
    if tuple(mask.shape) != tuple(size):
        raise ShapeError.explain(
            where,
            expected=f'a mask of {size[1]} x {size[0]} pixels, the size of its photo',
            got='x'.join(map(str, mask.shape[::-1])),
            fix='resize the mask with nearest-neighbour interpolation, or name the '
            'right one',
        )


def _binary(image: Image.Image, path: Path, lossy: bool) -> np.ndarray:
    """Turn a picture into 0 and 1, or refuse it."""
    if image.mode == '1':
        return np.asarray(image).astype(np.uint8)
    if 'A' in image.getbands() and image.getchannel('A').getextrema()[0] < 255:
        raise DataError.explain(
            path,
            expected='an opaque mask',
            got='one that is transparent in parts',
            fix='save it as a gray PNG file: 0 = keep, 255 = remove',
        )
    if image.mode in ('P', 'PA'):
        return np.asarray(image.convert('RGB')).any(-1).astype(np.uint8)
    levels = np.asarray(to_rgb(image)).max(-1)
    top = int(levels.max(initial=0))
    if top <= 1 and not lossy:
        return levels
    if (JPEG_NOISE if lossy else 1) < top <= HALF:
        raise DataError.explain(
            path,
            expected='gray levels 0 and 255 (or 0 and 1)',
            got=f'none above {top}',
            fix='save it as a gray PNG file: 0 = keep, 255 = remove; of a label map, '
            'choose the private labels first',
        )
    return (levels > HALF).astype(np.uint8)
