"""Find the photos below a folder, and what only looks like one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmprivacy.advisor.reading import FOREIGN_SUFFIXES, SUFFIXES


@dataclass(frozen=True)
class Entry:
    """A file to work on, or a reason why there is none.

    Attributes:
        name: Path below the folder, with forward slashes.
        problem: What is wrong with it; empty for a file.
    """

    name: str
    problem: str = ''


def walk(root: str | Path) -> Iterator[Entry]:
    """Walk over a folder tree by name, with one folder in memory at a time.

    Hidden files and folders, and files that are no photos by their name, are passed
    over. Symbolic links are followed, except into a folder that is being walked over
    already.

    Args:
        root: The folder.

    Yields:
        Photos; and pictures of other formats, folders that are named like photos,
        cannot be read or are links in a circle, with their problem. Folders named like
        photos are walked over, too.
    """
    yield from _walk(Path(root), '', ())


def _walk(
    folder: Path, prefix: str, above: tuple[tuple[int, int], ...]
) -> Iterator[Entry]:
    try:
        here = os.stat(folder)
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if not e.name.startswith('.'))
    except OSError as e:
        yield Entry(
            prefix.rstrip('/') or '.', f'a folder that cannot be read ({e.strerror})'
        )
        return
    mark = here.st_dev, here.st_ino
    if mark in above:
        yield Entry(prefix.rstrip('/'), 'a link to a folder that it is in')
        return
    for name in names:
        path, inner = folder / name, prefix + name
        looks_like_photo = name.lower().endswith(SUFFIXES)
        try:
            mode = os.stat(path).st_mode
        except OSError as e:
            if looks_like_photo or path.is_symlink():
                yield Entry(inner, f'a file that cannot be read ({e.strerror})')
            continue
        if stat.S_ISDIR(mode):
            if looks_like_photo:
                yield Entry(inner, 'a folder that is named like a photo')
            yield from _walk(path, inner + '/', (*above, mark))
        elif name.lower().endswith(FOREIGN_SUFFIXES):
            yield Entry(inner, 'a format that cannot be protected; convert it')
        elif looks_like_photo:
            kind = '' if stat.S_ISREG(mode) else 'no regular file'
            yield Entry(inner, kind)
