"""BMP: headers, palette, and the bytes around the rows.

Source:
    Microsoft, "Bitmap Storage": BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER.
"""

from __future__ import annotations

import struct


def find_bmp_extras(data: bytes) -> list[str]:
    """List what is in a BMP file besides one picture.

    Args:
        data: The file.

    Returns:
        A few words for each extra.
    """
    if data[:2] != b'BM' or len(data) < 54:
        return ['no BMP picture']
    reserved, start, size, width, height, _, depth, packing = struct.unpack_from(
        '<IIIiiHHI', data, 6
    )
    colours = struct.unpack_from('<I', data, 46)[0]
    if size not in (40, 56, 108, 124):
        return [f'a header of {size} bytes']
    extras = ['reserved bytes'] if reserved else []
    if size == 124 and struct.unpack_from('<I', data, 126)[0]:
        extras.append('a colour profile')
    if depth <= 8:
        colours = colours or 1 << depth
    masks = 12 if packing == 3 and size == 40 else 16 if packing == 6 else 0
    table = 14 + size + masks + 4 * colours
    if start != table:
        extras.append(f'{start - table} bytes before the picture')
    if packing in (0, 3, 6):
        end = start + abs(height) * ((abs(width) * depth + 31) // 32 * 4)
        if end < len(data):
            extras.append(f'{len(data) - end} bytes after the picture')
        elif end > len(data):
            extras.append('a picture without an end')
    else:
        extras.append('a packed picture, whose end is not known')
    return extras
