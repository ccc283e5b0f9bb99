"""Encode photos from their pixels alone."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.tiff_writing import encode_tiff

_PNG_HEADER_END = 33


def encode_photo(file: PhotoFile) -> bytes:
    """Encode a photo from its pixels alone, in the format that it had.

    JPEG files keep their quantisation tables, WebP files whether they are lossless;
    HEIC becomes JPEG. Nothing is written besides the picture and its cleaned colour
    profile.

    Args:
        file: The photo.

    Returns:
        The bytes of the new file.
    """
    mode, native, icc = file.photo.mode, file.native, file.icc
    kind = output_format(file.photo.format)
    if kind == 'TIFF':
        return encode_tiff(native, mode, icc)
    if kind == 'PNG' and mode in ('RGB;16', 'RGBA;16'):
        return _encode_deep_png(native, icc)
    if kind == 'BMP' and mode == 'RGBA':
        return _encode_alpha_bmp(native)
    options: dict = {'icc_profile': icc} if icc and kind != 'BMP' else {}
    if kind == 'JPEG':
        tables, sampling = file.tables or (None, 0)
        options |= {'qtables': tables} if tables else {'quality': 95}
        options |= {'subsampling': sampling} if native.ndim == 3 else {}
    elif kind == 'WEBP':
        options |= {'exact': True, 'method': 4, 'quality': 90}
        options['lossless'] = file.lossless
    buffer = io.BytesIO()
    _as_pillow(native, mode).save(buffer, format=kind, **options)
    return buffer.getvalue()


def output_format(file_format: str) -> str:
    """Name the format that a photo of some format is written in."""
    return {'HEIF': 'JPEG', '': 'PNG'}.get(file_format, file_format)


def output_name(name: str, file_format: str) -> str:
    """Name the file that a photo is written to: its name, longer if the format changes.

    Examples:
        >>> output_name('trip/a.heic', 'HEIF'), output_name('trip/a.jpg', 'JPEG')
        ('trip/a.heic.jpg', 'trip/a.jpg')
    """
    return f'{name}.jpg' if file_format == 'HEIF' else name


def _as_pillow(native: np.ndarray, mode: str) -> Image.Image:
    if mode == 'CMYK':
        return Image.fromarray(native, 'CMYK')
    return Image.fromarray(native)


def _encode_deep_png(native: np.ndarray, icc: bytes | None) -> bytes:
    """Encode 16-bit colour with OpenCV, and put the colour profile into the file."""
    order = [2, 1, 0, 3][: native.shape[2]]
    data = cv2.imencode('.png', np.ascontiguousarray(native[..., order]))[1].tobytes()
    if not icc:
        return data
    body = b'iCCPICC Profile\0\0' + zlib.compress(icc)
    chunk = (
        struct.pack('>I', len(body) - 4) + body + struct.pack('>I', zlib.crc32(body))
    )
    return data[:_PNG_HEADER_END] + chunk + data[_PNG_HEADER_END:]


def _encode_alpha_bmp(native: np.ndarray) -> bytes:
    """Encode with a header of version 4, without which opacity is not read."""
    height, width = native.shape[:2]
    rows = native[..., [2, 1, 0, 3]].tobytes()
    header = struct.pack('<2sIII', b'BM', 122 + len(rows), 0, 122)
    header += struct.pack(
        '<IiiHHIIiiII', 108, width, -height, 1, 32, 3, len(rows), *[0] * 4
    )
    masks = struct.pack('<IIII', 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    return header + masks + b'BGRs' + bytes(48) + rows
