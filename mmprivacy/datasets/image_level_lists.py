"""Lists of photos with the classes they show: one line a photo.

``<id> <class> <class> ...``, classes counted from 0 without the background, as lists
of weakly supervised segmentation have them: ``2007_000032 0 14`` shows an aeroplane and
a person. Segmentation maps count them from 1, after the background.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import DataError


class ImageLevelRecord(NamedTuple):
    """One photo of a list.

    Attributes:
        name: File name without its ending; it may hold folders.
        labels: Classes without the background, counted from 0, sorted; empty if the
            photo shows none of them; None if the list has no classes at all.
    """

    name: str
    labels: tuple[int, ...] | None


def read_image_level_list(
    path: str | Path, num_classes: int, prepare: str = 'write it with a tool'
) -> list[ImageLevelRecord]:
    """Read a list.

    Args:
        path: The list file.
        num_classes: Number of classes without the background.
        prepare: What to do if the file is missing, for the message.

    Returns:
        The photos in the order of the file.

    Raises:
        DataError: If the file is missing or empty, a class is none, or a photo is named
            twice.
    """
    path = Path(path).expanduser()
    try:
        lines = path.read_text(encoding='utf-8-sig').splitlines()
    except (OSError, UnicodeDecodeError) as e:
        missing = isinstance(e, FileNotFoundError)
        raise DataError.explain(
            path,
            expected='a list of photos with their classes',
            got='no such file' if missing else e,
            fix=prepare,
        ) from e
    records: dict[str, ImageLevelRecord] = {}
    for number, line in enumerate(lines, 1):
        name, *words = line.split() or ['']
        if not name:
            continue
        wrong = [w for w in words if not (w.isdecimal() and int(w) < num_classes)]
        if wrong or name in records:
            raise DataError.explain(
                f'{path}, line {number}',
                expected=f'a photo with classes from 0 to {num_classes - 1}, once',
                got=repr(wrong[0]) if wrong else f'{name} again',
                fix='correct the list; the background is no class in it',
            )
        labels = tuple(sorted({int(w) for w in words}))
        records[name] = ImageLevelRecord(name, labels)
    if not records:
        raise DataError.explain(
            path, expected='at least one photo', got='none', fix=prepare
        )
    if not any(record.labels for record in records.values()):
        return [ImageLevelRecord(name, None) for name in records]
    return list(records.values())


def write_image_level_list(
    path: Path, records: Iterable[tuple[str, Sequence[int]]]
) -> None:
    """Write a list, atomically.

    Args:
        path: The list file.
        records: Name and classes of each photo, counted from 0 without background.
    """
    lines = (' '.join([name, *map(str, sorted(labels))]) for name, labels in records)
    write_text(path, '\n'.join(lines) + '\n')
