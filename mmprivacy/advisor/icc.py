"""Colour profiles: keep what colours need, drop what names a device or its owner.

Source:
    ICC.1:2022, the profile header (7.2) and the tag table (7.3).
"""

from __future__ import annotations

import struct

COLOUR_SPACES = {
    'L': b'GRAY', 'LA': b'GRAY', 'I;16': b'GRAY', 'CMYK': b'CMYK',
    'RGB': b'RGB ', 'RGBA': b'RGB ', 'RGB;16': b'RGB ', 'RGBA;16': b'RGB ',
}  # fmt: skip
"""Mode of a photo to the colour space that its profile must have."""

_STANDARD = {
    *(b'A2B%d' % n for n in range(4)), *(b'B2A%d' % n for n in range(4)),
    *(b'D2B%d' % n for n in range(4)), *(b'B2D%d' % n for n in range(4)),
    b'rXYZ', b'gXYZ', b'bXYZ', b'rTRC', b'gTRC', b'bTRC', b'kTRC', b'wtpt', b'bkpt',
    b'chad', b'chrm', b'cicp', b'gamt', b'lumi', b'meas', b'tech', b'view', b'vued',
    b'desc', b'cprt', b'dmnd', b'dmdd', b'rig0', b'rig2', b'ciis', b'pre0', b'pre1',
    b'pre2',
}  # fmt: skip
"""Tags of the standard that say how colours look, and the texts that it demands.

Not among them: calibration dates and targets, lists of names, and what vendors add
(Apple's ``mmod`` holds the serial number of a display).
"""


def clean_profile(data: bytes | None, mode: str) -> bytes | None:
    """Make a colour profile fit to be published.

    Args:
        data: The profile, or None.
        mode: Mode of the photo that it is for, see
            :class:`mmprivacy.advisor.contracts.Photo`.

    Returns:
        The same bytes if all tags are of the standard; without the others, and
        without bytes that no tag uses, if there are any; None if it is no profile, or
        one for another colour space.
    """
    tags = _read(data)
    if tags is None or data[16:20] != COLOUR_SPACES.get(mode):
        return None
    kept = [tag for tag in tags if tag[0] in _STANDARD]
    size = struct.unpack('>I', data[:4])[0]
    if len(kept) == len(tags) and not _unused(tags, size):
        return data[:size]
    return _write(data, kept)


def _read(data: bytes | None) -> list[tuple[bytes, int, int]] | None:
    """Read the tag table: signature, offset, size; None if it is broken."""
    if not data or len(data) < 132 or data[36:40] != b'acsp':
        return None
    size, count = (
        struct.unpack('>I', data[:4])[0],
        struct.unpack_from('>I', data, 128)[0],
    )
    if size > len(data) or 132 + 12 * count > size:
        return None
    tags = [struct.unpack_from('>4sII', data, 132 + 12 * n) for n in range(count)]
    if any(at < 132 + 12 * count or at + length > size for _, at, length in tags):
        return None
    return tags


def _unused(tags: list[tuple[bytes, int, int]], size: int) -> bool:
    """Tell whether bytes lie between the tags, beyond what fills up to four."""
    end = 132 + 12 * len(tags)
    for at, length in sorted({(at, length) for _, at, length in tags}):
        if at - end > 3:
            return True
        end = max(end, at + length)
    return size - end > 3


def _write(data: bytes, tags: list[tuple[bytes, int, int]]) -> bytes:
    """Write a profile again with some of its tags."""
    header, table, body = bytearray(data[:128]), b'', b''
    start, placed = 132 + 12 * len(tags), {}
    for name, at, length in tags:
        if (at, length) not in placed:
            placed[at, length] = start + len(body)
            body += data[at : at + length] + bytes(-length % 4)
        table += struct.pack('>4sII', name, placed[at, length], length)
    header[0:4] = struct.pack('>I', start + len(body))
    header[84:100] = bytes(16)  # the profile's id, a digest of what it was
    return bytes(header) + struct.pack('>I', len(tags)) + table + body
