"""What an image file holds besides its picture, by an allow-list.

Everything that is not needed to show the picture is an extra: EXIF with its places,
times, serial numbers and thumbnail, XMP, IPTC, maker notes, comments, text, further
pictures, and bytes that belong to nothing.
"""

from __future__ import annotations

from mmprivacy.advisor.containers.bmp import find_bmp_extras
from mmprivacy.advisor.containers.jpeg import find_jpeg_extras
from mmprivacy.advisor.containers.png import find_png_extras
from mmprivacy.advisor.containers.tiff import find_tiff_extras
from mmprivacy.advisor.containers.webp import find_webp_extras

__all__ = ['PARSERS', 'find_extras']

PARSERS = {
    'BMP': find_bmp_extras,
    'JPEG': find_jpeg_extras,
    'PNG': find_png_extras,
    'TIFF': find_tiff_extras,
    'WEBP': find_webp_extras,
}
"""Format to the function that reads its files."""


def find_extras(data: bytes, file_format: str) -> list[str]:
    """List what a file holds that is not needed to show its picture.

    Args:
        data: The file.
        file_format: One of :data:`PARSERS`.

    Returns:
        A few words for each extra, with its size; empty for a clean file. A file that
        breaks the rules of its format has extras, too.
    """
    if file_format not in PARSERS:
        return [f'a file of format {file_format or "unknown"}, which cannot be checked']
    return PARSERS[file_format](data)
