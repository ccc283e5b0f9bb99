"""Look at every image file once, before training trips over one of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mmprivacy.datasets.loading import load_photo
from mmprivacy.errors import DataError


def check_images(
    sources: dict[str, Path],
    skipped: dict[str, str],
    skip_broken: bool = False,
    progress: bool = True,
) -> dict[str, Path]:
    """Decode every file and drop byte-identical ones.

    Args:
        sources: Name in the data set, ``<class>/<path>``, to file.
        skipped: Receives the names that are left out, with the reason.
        skip_broken: Leave out what cannot be decoded instead of refusing.
        progress: Show a bar on stderr.

    Returns:
        The sources that are kept, sorted by name.

    Raises:
        DataError: If files are broken, all of them named up to 20; or if the same bytes
            are in two classes.
    """
    names = list(sources)
    with ThreadPoolExecutor(min(16, os.cpu_count() or 1)) as pool:
        looked = pool.map(_look, sources.values())
        looked = list(track(looked, len(names), progress))
    broken = {n: str(e) for n, e in zip(names, looked) if isinstance(e, DataError)}
    if broken and not skip_broken:
        files = [str(sources[n]) for n in broken]
        more = f' and {len(files) - 20} more' if len(files) > 20 else ''
        raise DataError.explain(
            f'{len(files)} of {len(names)} files',
            expected='images that can be decoded',
            got=', '.join(files[:20]) + more,
            fix='replace them, or leave them out with --skip-broken',
        )
    skipped.update(broken)
    kept: dict[str, str] = {}
    for name, digest in zip(names, looked):
        if name in broken:
            continue
        same = kept.setdefault(digest, name)
        if same.split('/')[0] != name.split('/')[0]:
            raise DataError.explain(
                sources[name],
                expected='a photo that is private or public',
                got=f'the same file as {sources[same]}, which is in the other class',
                fix='remove one of the two',
            )
        if same != name:
            skipped[name] = f'the same file as {same}'
    return {name: sources[name] for name in sorted(kept.values())}


def _look(path: Path) -> str | DataError:
    """Decode a file; give its digest, or what is wrong with it."""
    try:
        load_photo(path)
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except DataError as e:
        return e


def find_unreadable(paths: Sequence[Path], progress: bool = True) -> list[str]:
    """Decode every file and say which ones cannot be decoded.

    Args:
        paths: Image files.
        progress: Show a bar on stderr.

    Returns:
        A message for each of them that names the file.
    """
    with ThreadPoolExecutor(min(16, os.cpu_count() or 1)) as pool:
        messages = pool.map(_problem, paths)
        return [m for m in track(messages, len(paths), progress) if m]


def _problem(path: Path) -> str | None:
    """Say what is wrong with a file, None if it can be decoded."""
    try:
        load_photo(path)
    except DataError as e:
        return str(e)
    return None


def track(
    items: Iterable, total: int, progress: bool, what: str = 'Checking photos'
) -> Iterable:
    """Show a bar while iterating, on stderr.

    Args:
        items: What to iterate over.
        total: How many there are.
        progress: Whether to show it.
        what: Words in front of the bar.

    Returns:
        The items.
    """
    if not progress:
        return items
    from rich import progress as bars
    from rich.console import Console

    return bars.track(items, what, total=total, console=Console(stderr=True))
