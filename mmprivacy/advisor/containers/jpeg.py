"""JPEG: segments before, between and after the scans.

Source:
    ITU-T T.81, Annex B; JFIF 1.02; ICC.1:2022, Annex B.4.
"""

from __future__ import annotations

import re
import struct

_PICTURE = {
    *range(0xC0, 0xD0),  # frames, Huffman and arithmetic tables
    0xDB, 0xDD,  # quantisation tables, restart interval
} - {0xC8}  # fmt: skip
_MARKER = re.compile(rb'\xff[^\x00\xd0-\xd7\xff]')  # `\xff+` takes ten times as long
_FILLED = re.compile(rb'\xff+[^\xff]')
_NAMES = {
    b'Exif\0': 'EXIF',
    b'http://ns.adobe.com/xap/': 'XMP',
    b'http://ns.adobe.com/xmp/': 'XMP extension',
    b'Photoshop 3.0\0': 'IPTC',
    b'MPF\0': 'multi-picture index',
    b'JFXX\0': 'JFIF thumbnail',
    b'FPXR\0': 'FlashPix',
}


def find_jpeg_extras(data: bytes) -> list[str]:
    """List what is in a JPEG file besides one picture and its colour profile.

    Args:
        data: The file.

    Returns:
        A few words for each extra.
    """
    if data[:2] != b'\xff\xd8':
        return ['no JPEG picture']
    extras, at = [], 2
    while True:
        found = _FILLED.match(data, at)
        if not found:
            extras.append(f'{len(data) - at} bytes that are no segment')
            return extras
        marker, start = data[found.end() - 1], found.end()
        if found.end() - found.start() > 2:
            extras.append('filling between segments')
        if marker == 0xD9:
            if start < len(data):
                extras.append(f'{len(data) - start} bytes after the picture')
            return extras
        if start + 2 > len(data):
            return [*extras, 'a segment without an end']
        length = struct.unpack_from('>H', data, start)[0]
        body = data[start + 2 : start + length]
        extras += _judge(marker, body)
        at = start + max(length, 2)
        if marker == 0xDA:
            following = _MARKER.search(data, at)
            if not following:
                return [*extras, 'a picture without an end']
            scan, at = at, following.start()
            while at > scan and data[at - 1] == 0xFF:  # filling belongs to the marker
                at -= 1


def _judge(marker: int, body: bytes) -> list[str]:
    """Say what a segment is if it is not needed for the picture."""
    if marker in _PICTURE or marker == 0xDA:
        return []
    if marker == 0xE0 and body[:5] == b'JFIF\0' and len(body) == 14:
        return []
    if marker == 0xE2 and body[:12] == b'ICC_PROFILE\0':
        return []
    if marker == 0xEE and body[:5] == b'Adobe' and len(body) == 12:
        return []
    size = f'{len(body)} bytes'
    if marker == 0xFE:
        return [f'comment, {size}']
    if 0xE0 <= marker <= 0xEF:
        known = (name for start, name in _NAMES.items() if body.startswith(start))
        return [f'{next(known, "application data")} (APP{marker - 0xE0}), {size}']
    return [f'segment {marker:02X}, {size}']
