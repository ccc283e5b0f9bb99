"""PNG: chunks, and what hides in their compressed streams.

Source:
    W3C PNG specification, third edition, 5 (data stream) and 11 (chunks).
"""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b'\x89PNG\r\n\x1a\n'
_SIZES = {b'IHDR': 13, b'IEND': 0, b'gAMA': 4, b'cHRM': 32, b'sRGB': 1, b'cICP': 4}
_PICTURE = {b'PLTE', b'IDAT', b'tRNS', b'iCCP', *_SIZES}
_NAMES = {
    b'eXIf': 'EXIF', b'tEXt': 'text', b'zTXt': 'text', b'iTXt': 'text or XMP',
    b'tIME': 'time', b'pHYs': 'resolution', b'acTL': 'animation',
}  # fmt: skip
_PROFILE_NAME = b'ICC Profile'


def find_png_extras(data: bytes) -> list[str]:
    """List what is in a PNG file besides one picture and its colour profile.

    Args:
        data: The file.

    Returns:
        A few words for each extra.
    """
    if data[:8] != SIGNATURE:
        return ['no PNG picture']
    extras, at, picture, header = [], 8, [], b''
    while at + 12 <= len(data):
        length, name = struct.unpack_from('>I4s', data, at)
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if at > len(data):
            break
        extras += _judge(name, body)
        if zlib.crc32(name + body) != struct.unpack_from('>I', data, at - 4)[0]:
            extras.append(f'chunk {_shown(name)} with a wrong checksum')
        if name == b'IDAT':
            picture.append(body)
        elif name == b'IHDR':
            header = body
        elif name == b'IEND':
            if at < len(data):
                extras.append(f'{len(data) - at} bytes after the picture')
            return extras + _hidden(picture, header)
    return [*extras, 'a picture without an end']


def _judge(name: bytes, body: bytes) -> list[str]:
    """Say what a chunk is if it is not needed for the picture."""
    if name not in _PICTURE:
        title = _NAMES.get(name, 'further data')
        return [f'{title} ({_shown(name)}), {len(body)} bytes']
    if len(body) != _SIZES.get(name, len(body)):
        return [f'chunk {_shown(name)} of a wrong size']
    if name == b'iCCP':
        title, _, rest = body.partition(b'\0')
        if title != _PROFILE_NAME:
            return ['a name of the colour profile']
        return _after_stream([rest[1:]], 'the colour profile')
    return []


def _hidden(picture: list[bytes], header: bytes) -> list[str]:
    """Look for bytes after the last row, inside and outside of the stream."""
    size = _size_of_rows(header)
    return _after_stream(picture, 'the last row', size)


def _after_stream(parts: list[bytes], what: str, size: int | None = None) -> list[str]:
    """Look for what follows a compressed stream, or exceeds its known size."""
    stream, length, left = zlib.decompressobj(), 0, 0
    try:
        for part in parts:
            if stream.eof:
                left += len(part)
            while part and not stream.eof:
                length += len(stream.decompress(part, 1 << 20))
                part = stream.unconsumed_tail
    except zlib.error:
        return [f'a broken stream of {what}']
    left += len(stream.unused_data)
    extras = [f'{left} bytes after {what}'] if left else []
    if size is not None and length > size:
        extras.append(f'{length - size} bytes below {what}')
    return extras


def _size_of_rows(header: bytes) -> int | None:
    """Count the bytes of all rows with their filter bytes; None if interlaced."""
    if len(header) != 13:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', header)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour)
    if interlaced or channels is None:
        return None
    return height * (1 + (width * depth * channels + 7) // 8)


def _shown(name: bytes) -> str:
    return name.decode('ascii', 'replace')
