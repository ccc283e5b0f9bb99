"""Write TIFF files that hold pixels and a colour profile, and nothing else.

Pillow writes no 16-bit colour, and OpenCV no colour profile; a file of one strip needs
neither.

Source:
    TIFF 6.0, sections 2 to 8; TIFF Technical Note 2 (deflate).
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from mmprivacy.advisor.native import has_alpha

_PHOTOMETRIC = {'L': 1, 'LA': 1, 'I;16': 1, 'CMYK': 5}
_RGB = 2
_UNASSOCIATED_ALPHA = 2
_DEFLATE = 8
_SHORT, _LONG, _UNDEFINED = 3, 4, 7


def encode_tiff(native: np.ndarray, mode: str, icc: bytes | None = None) -> bytes:
    """Encode a picture as TIFF, little-endian, deflated.

    Args:
        native: Native pixels, see :mod:`mmprivacy.advisor.native`.
        mode: Their mode.
        icc: Colour profile.

    Returns:
        The file.
    """
    height, width = native.shape[:2]
    channels = 1 if native.ndim == 2 else native.shape[2]
    bits = 8 * native.dtype.itemsize
    strip = zlib.compress(native.astype(native.dtype.newbyteorder('<')).tobytes(), 6)
    tags = [
        (256, _LONG, [width]),
        (257, _LONG, [height]),
        (258, _SHORT, [bits] * channels),
        (259, _SHORT, [_DEFLATE]),
        (262, _SHORT, [_PHOTOMETRIC.get(mode, _RGB)]),
        (273, _LONG, [8]),
        (277, _SHORT, [channels]),
        (278, _LONG, [height]),
        (279, _LONG, [len(strip)]),
        (284, _SHORT, [1]),
    ]
    if has_alpha(mode):
        tags.append((338, _SHORT, [_UNASSOCIATED_ALPHA]))
    if icc:
        tags.append((34675, _UNDEFINED, icc))
    strip += bytes(len(strip) % 2)
    return _assemble(strip, tags)


def _assemble(strip: bytes, tags: list[tuple[int, int, list[int] | bytes]]) -> bytes:
    """Put header, strip, tags and the values that do not fit into tags in a row."""
    table, values = b'', b''
    place = 8 + len(strip) + 2 + 12 * len(tags) + 4
    for tag, kind, value in tags:
        if isinstance(value, bytes):
            packed = value
        else:
            letter = {_SHORT: 'H', _LONG: 'I'}[kind]
            packed = struct.pack(f'<{len(value)}{letter}', *value)
        table += struct.pack('<HHI', tag, kind, len(value))
        if len(packed) <= 4:
            table += packed.ljust(4, b'\0')
        else:
            table += struct.pack('<I', place + len(values))
            values += packed + bytes(len(packed) % 2)
    header = b'II*\0' + struct.pack('<I', 8 + len(strip))
    count = struct.pack('<H', len(tags))
    return header + strip + count + table + bytes(4) + values
