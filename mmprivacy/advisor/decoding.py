"""Decode photos of any common format, upright.

Convention:
    Pictures are **RGB**; native pixels are described in
    :mod:`mmprivacy.advisor.native`.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin

from mmprivacy.advisor.containers import PARSERS, find_extras
from mmprivacy.advisor.containers.tiff import as_stored
from mmprivacy.advisor.containers.webp import is_lossless_webp
from mmprivacy.advisor.contracts import Photo
from mmprivacy.advisor.icc import clean_profile
from mmprivacy.advisor.native import MODES, clear_hidden, has_alpha, to_colour
from mmprivacy.advisor.orientation import make_upright
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.reading import refuse
from mmprivacy.errors import DataError, MissingDependencyError

_UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError, cv2.error,
)  # fmt: skip
"""What Pillow and OpenCV raise on broken files."""

_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258
_HEIF_BRANDS = (b'heic', b'heix', b'heim', b'heis', b'hevc', b'mif1', b'msf1')


def sniff_format(data: bytes) -> str:
    """Tell a format by the first bytes of a file; empty if unknown."""
    if data[:3] == b'\xff\xd8\xff':
        return 'JPEG'
    if data[:8] == b'\x89PNG\r\n\x1a\n':
        return 'PNG'
    if data[:4] == b'RIFF' and data[8:12] == b'WEBP':
        return 'WEBP'
    if data[:4] in (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+'):
        return 'TIFF'
    if data[4:8] == b'ftyp' and data[8:12] in _HEIF_BRANDS:
        return 'HEIF'
    return 'BMP' if data[:2] == b'BM' else ''


def decode_photo(
    data: bytes, path: str | Path = '', max_megapixels: float = 150
) -> PhotoFile:
    """Decode a file.

    Args:
        data: The file.
        path: Its name, for messages.
        max_megapixels: Refuse larger pictures before memory is spent on them.

    Returns:
        The photo, upright.

    Raises:
        DataError: If it is truncated, no photo of a known format, too large, or of a
            kind that cannot be written without loss of meaning.
        MissingDependencyError: If it is HEIC and no reader is installed.
    """
    file_format = sniff_format(data)
    if not file_format:
        raise refuse(
            path,
            'a JPEG, PNG, WebP, TIFF, BMP or HEIC file',
            'another one, or a broken one',
            'convert it, or leave it out',
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return _decode(data, file_format, str(path), max_megapixels)
    except (DataError, MissingDependencyError):
        raise
    except _UNREADABLE as e:
        reason = str(e).strip().partition('\n')[0] or type(e).__name__
        raise refuse(
            path,
            'a complete image file',
            f'one that cannot be decoded ({reason})',
            'replace the file, or leave it out',
        ) from e


def _decode(
    data: bytes, file_format: str, path: str, max_megapixels: float
) -> PhotoFile:
    formats = ['JPEG', 'MPO'] if file_format == 'JPEG' else [file_format]
    if file_format == 'HEIF':
        _register_heif()
    with Image.open(io.BytesIO(data), formats=formats) as image:
        width, height = image.size
        if width * height > max_megapixels * 1e6:
            raise refuse(
                path,
                f'at most {max_megapixels:g} megapixels',
                f'{width} x {height}',
                'raise max_megapixels if there is memory for it, or leave it out',
            )
        deep = _is_deep_colour(image, data, file_format)
        stored = _orientation_of(image)
        image.load()
        # Pillow turns TIFF files itself when it loads them.
        orientation = _orientation_of(image)
        icc = image.info.get('icc_profile')
        tables = _tables_of(image) if file_format == 'JPEG' else None
        further = getattr(image, 'n_frames', 1) - 1
        if deep:
            bare = as_stored(data) if file_format == 'TIFF' else data
            native, mode = _decode_deep(bare)
            orientation = stored
        else:
            native, mode = _native(image, path)
        removed = _heif_extras(image) if file_format == 'HEIF' else []
    native = clear_hidden(make_upright(native, orientation), mode)
    if file_format in PARSERS:
        removed = find_extras(data, file_format)
    elif has_alpha(mode):  # HEIC becomes JPEG
        native, mode = to_colour(native, mode), 'RGB'
    if further > 0:
        removed.append(f'further pictures: {further}')
    photo = Photo(to_colour(native, mode), path, data, file_format, mode, stored)
    lossless = file_format in ('PNG', 'TIFF', 'BMP') or is_lossless_webp(data)
    icc = clean_profile(icc, mode)
    return PhotoFile(photo, native, icc, lossless, tables, tuple(removed))


def _orientation_of(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _UNREADABLE:  # a broken EXIF block says nothing
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _is_deep_colour(image: Image.Image, data: bytes, file_format: str) -> bool:
    """Tell whether colours have 16 bits, which Pillow would cut to 8."""
    if file_format == 'PNG':
        return data[24] == 16 and data[25] != 0
    if file_format == 'TIFF':
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, ())
        return len(bits) > 1 and max(bits) == 16
    return False


def _decode_deep(data: bytes) -> tuple[np.ndarray, str]:
    """Decode 16-bit colour."""
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 3:
        raise ValueError('16-bit colour of an unknown layout')
    if stored.shape[2] == 4:
        return stored[..., [2, 1, 0, 3]], 'RGBA;16'
    return stored[..., ::-1], 'RGB;16'


def _native(image: Image.Image, path: str) -> tuple[np.ndarray, str]:
    """Take the pixels as they are, or as the nearest mode that can be written."""
    mode = image.mode
    if mode.startswith('I;16'):
        return np.asarray(image).astype(np.uint16), 'I;16'
    if mode in ('I', 'F', 'LAB', 'HSV'):
        raise refuse(
            path,
            '8 or 16 bits of gray, RGB or CMYK',
            f'pixels of mode {mode}',
            'convert it, or leave it out',
        )
    if 'transparency' in image.info or mode in ('PA', 'RGBa', 'La'):
        mode = 'LA' if mode in ('L', 'La', '1') else 'RGBA'
    elif mode == '1':
        mode = 'L'
    elif mode not in MODES:
        mode = 'RGB'
    return np.asarray(image if mode == image.mode else image.convert(mode)), mode


def _tables_of(image: Image.Image) -> tuple[dict[int, list[int]], int] | None:
    tables = getattr(image, 'quantization', None)
    if not tables:
        return None
    sampling = JpegImagePlugin.get_sampling(image)
    return {k: list(v) for k, v in tables.items()}, max(sampling, 0)


def _heif_extras(image: Image.Image) -> list[str]:
    """List what a HEIC file holds besides its picture, as far as its reader tells."""
    info = image.info
    kinds = {'exif': 'EXIF', 'xmp': 'XMP'}
    extras = [f'{kinds[k]}, {len(info[k])} bytes' for k in kinds if info.get(k)]
    for key in ('metadata', 'thumbnails', 'depth_images', 'aux'):
        if info.get(key):
            extras.append(f'{key.replace("_", " ")}: {len(info[key])}')
    return extras


def _register_heif() -> None:
    try:
        import pillow_heif
    except ModuleNotFoundError as e:
        raise MissingDependencyError.explain(
            'HEIC files',
            expected="the package 'pillow-heif'",
            got='none installed',
            fix='run `pip install pillow-heif`',
        ) from e
    pillow_heif.register_heif_opener()
