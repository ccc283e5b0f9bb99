"""WebP: chunks of the RIFF file.

Source:
    RFC 9649, sections 2.3 to 2.7.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PICTURE = {b'VP8 ', b'VP8L', b'VP8X', b'ALPH', b'ICCP'}
_NAMES = {b'EXIF': 'EXIF', b'XMP ': 'XMP', b'ANIM': 'animation', b'ANMF': 'a frame'}


def find_webp_extras(data: bytes) -> list[str]:
    """List what is in a WebP file besides one picture and its colour profile.

    Args:
        data: The file.

    Returns:
        A few words for each extra.
    """
    if data[:4] != b'RIFF' or data[8:12] != b'WEBP':
        return ['no WebP picture']
    extras, at = [], 12
    for name, length, at in _chunks(data):
        if name not in _PICTURE:
            title = _NAMES.get(name, 'further data')
            extras.append(f'{title} ({name.decode("latin-1")}), {length} bytes')
        if length % 2 and data[at - 1 : at] not in (b'\0', b''):
            extras.append('a byte between chunks')
    if at > len(data):
        return [*extras, 'a picture without an end']
    if at < len(data):
        extras.append(f'{len(data) - at} bytes after the picture')
    return extras


def is_lossless_webp(data: bytes) -> bool:
    """Tell whether a file is WebP whose picture keeps every pixel."""
    if data[:4] != b'RIFF' or data[8:12] != b'WEBP':
        return False
    return any(name == b'VP8L' for name, _, _ in _chunks(data))


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Walk over the chunks: name, length, and where the next one begins."""
    at, end = 12, min(struct.unpack_from('<I', data, 4)[0] + 8, len(data))
    while at + 8 <= end:
        name, length = struct.unpack_from('<4sI', data, at)
        at += 8 + length + length % 2
        yield name, length, at
