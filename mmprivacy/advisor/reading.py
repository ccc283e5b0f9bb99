"""Read a file that nobody writes to meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from mmprivacy.errors import DataError

SUFFIXES = (
    '.bmp', '.dib', '.heic', '.heif', '.jfif', '.jpe', '.jpeg', '.jpg', '.mpo', '.png',
    '.tif', '.tiff', '.webp',
)  # fmt: skip
"""File name endings of photos that can be protected, in lower case."""

FOREIGN_SUFFIXES = (
    '.avif', '.cr2', '.dng', '.gif', '.jp2', '.jxl', '.nef', '.psd', '.svg',
)  # fmt: skip
"""File name endings of pictures that cannot be protected, and must not be forgotten."""


def read_stable(path: str | Path) -> bytes:
    """Read a file at once, and make sure that nobody wrote to it meanwhile.

    Args:
        path: The file.

    Returns:
        Its bytes.

    Raises:
        DataError: If it is no regular file, empty, not readable, or changed.
    """
    path = Path(path)
    try:
        if not path.is_file():
            kind = 'a folder' if path.is_dir() else 'no regular file'
            raise refuse(path, 'an image file', kind, 'check the path')
        with path.open('rb') as file:
            before = os.fstat(file.fileno())
            data = file.read()
        after = os.stat(path)
    except OSError as e:
        raise refuse(
            path, 'a file that can be read', e.strerror or e, 'check its rights'
        ) from e
    if not data:
        raise refuse(path, 'an image file', 'an empty file', 'replace it')
    marks = [(s.st_ino, s.st_size, s.st_mtime_ns) for s in (before, after)]
    if marks[0] != marks[1] or len(data) != after.st_size:
        raise refuse(
            path, 'a file at rest', 'one that changed while it was read', 'run again'
        )
    return data


def refuse(path: str | Path, expected: object, got: object, fix: str) -> DataError:
    """Say what is wrong with a photo."""
    return DataError.explain(path or 'photo', expected=expected, got=got, fix=fix)
