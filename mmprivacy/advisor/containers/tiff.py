"""TIFF: the tags of its pages, and bytes that no tag accounts for.

Source:
    TIFF 6.0, sections 2 and 8; TIFF Technical Note 2.
"""

from __future__ import annotations

import struct

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
PICTURE_TAGS = {
    254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322,
    323, 324, 325, 332, 338, 339, 530, 531, 532, 34675,
}  # fmt: skip
"""Size, samples, strips and tiles, colours, and the colour profile (34675)."""
_NAMES = {
    270: 'description', 271: 'camera maker', 272: 'camera model', 305: 'software',
    306: 'time', 315: 'artist', 316: 'computer', 330: 'further pictures',
    700: 'XMP', 33432: 'copyright', 33723: 'IPTC', 34377: 'Photoshop data',
    34665: 'EXIF', 34853: 'GPS', 37500: 'maker note', 282: 'resolution',
    283: 'resolution', 296: 'resolution',
}  # fmt: skip
_ORIENTATION = 274
_DATA = {273: 279, 324: 325}


def find_tiff_extras(data: bytes) -> list[str]:
    """List what is in a TIFF file besides one picture and its colour profile.

    Args:
        data: The file.

    Returns:
        A few words for each extra.
    """
    order = {b'II*\0': '<', b'MM\0*': '>'}.get(data[:4])
    if order is None or len(data) < 8:
        return ['a BigTIFF file' if data[2:3] in b'+\0' else 'no TIFF picture']
    first = struct.unpack_from(order + 'I', data, 4)[0]
    if first + 2 > len(data):
        return ['a picture without an end']
    used, extras = [(0, 8)], []
    following = _read_page(data, order, first, used, extras)
    if following:
        extras.append('further pages')
    at = 0
    for start, end in sorted(used):
        if start - at > 1:  # values begin at even places
            extras.append(f'{start - at} bytes outside of the picture')
        at = max(at, end)
    if at > len(data):
        extras.append('a picture without an end')
    elif at < len(data):
        extras.append(f'{len(data) - at} bytes after the picture')
    return extras


def _read_page(
    data: bytes, order: str, at: int, used: list[tuple[int, int]], extras: list[str]
) -> int:
    """Read the tags of a page; give the place of the next page, 0 for none."""
    count = struct.unpack_from(order + 'H', data, at)[0]
    end = at + 2 + 12 * count
    if end + 4 > len(data):
        extras.append('a page without an end')
        return 0
    used.append((at, end + 4))
    values: dict[int, tuple[int, ...]] = {}
    for place in range(at + 2, end, 12):
        tag, kind, number = struct.unpack_from(order + 'HHI', data, place)
        length = _SIZES.get(kind, 1) * number
        where = place + 8
        if length > 4:
            where = struct.unpack_from(order + 'I', data, where)[0]
            used.append((where, where + length))
        if tag not in PICTURE_TAGS:
            title = _NAMES.get(tag, 'further data')
            extras.append(f'{title} (tag {tag}), {length} bytes')
        elif (
            tag in (273, 279, 324, 325)
            and kind in (3, 4)
            and where + length <= len(data)
        ):
            letter = 'H' if kind == 3 else 'I'
            values[tag] = struct.unpack_from(f'{order}{number}{letter}', data, where)
    for starts, sizes in _DATA.items():
        for start, size in zip(values.get(starts, ()), values.get(sizes, ())):
            used.append((start, start + size))
    return struct.unpack_from(order + 'I', data, end)[0]


def as_stored(data: bytes) -> bytes:
    """Set the orientation of a TIFF file to upright, so that no reader turns it."""
    order = {b'II': '<', b'MM': '>'}.get(data[:2], '<')
    at = struct.unpack_from(order + 'I', data, 4)[0]
    count = struct.unpack_from(order + 'H', data, at)[0]
    for place in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack_from(order + 'H', data, place)[0] == _ORIENTATION:
            upright = struct.pack(order + 'HIHH', 3, 1, 1, 0)
            return data[: place + 2] + upright + data[place + 12 :]
    return data
