"""The VISPR format: photos with the privacy attributes that they show.

One JSON file a photo, and one list of them a split:

* ``<root>/train2017.txt``, with lines ``annotations/train2017/2017_10001018.json``;
* ``<root>/annotations/train2017/2017_10001018.json``;
* ``<root>/images/train2017/2017_10001018.jpg``.

Annotations are also found in a flat ``annotations/``, photos also in another folder,
such as the reduced ``images_250/``. Class indices are those of
:data:`~mmprivacy.datasets.attributes.ATTRIBUTE_IDS`.

Reference:
    Orekondy et al., *Towards a Visual Privacy Advisor*, ICCV 2017.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES, suggest_attribute
from mmprivacy.datasets.image_files import FileIndex
from mmprivacy.errors import DataError

SAFE = ATTRIBUTES['a0_safe'].idx
"""Class index of ``a0_safe``: no attribute is visible."""

VISPR_PREPARE_HINT = (
    'check the data with `python tools/prepare_data.py vispr --root <data_root>`, or '
    'add --sample to run on drawn sample data'
)


@dataclass(frozen=True)
class VISPRRecord:
    """One annotated photo.

    Attributes:
        img_id: Its id, such as ``'2017_10001018'``.
        img_path: Path of the image file.
        labels: Class indices in the order of the file, at least one, without repeats.
            They are those of the file: 17 of the 22,167 published photos have
            ``a0_safe`` beside other attributes (:func:`count_mixed`).
    """

    img_id: str
    img_path: str
    labels: tuple[int, ...]


def list_name(split: str) -> str:
    """Name the list file of a split: ``'train2017.txt'`` for ``'train'``."""
    return f'{split}2017.txt'


def read_vispr(
    ann_file: str | Path, root: str | Path = '', images: str | Path = 'images'
) -> list[VISPRRecord]:
    """Read one split.

    Args:
        ann_file: The list file, such as ``<root>/train2017.txt``.
        root: Folder that the annotation paths start from; that of the list if empty.
        images: Folder that stands for the leading ``images/`` of each ``image_path``,
            relative to ``root`` or absolute.

    Returns:
        The photos in the order of the list.

    Raises:
        DataError: If the list is missing, empty or names a photo twice; if an
            annotation is missing or broken (:func:`read_annotation`), or an image is
            missing.
    """
    ann_file = Path(ann_file).expanduser()
    root = Path(root).expanduser() if str(root) else ann_file.parent
    folder = str(root / Path(images).expanduser())
    index = FileIndex()
    records = []
    for line in read_list(ann_file):
        found = find_annotation(line, root, ann_file.stem, index)
        if found is None:
            raise DataError.explain(
                root / line,
                expected=f'the annotation that {ann_file} names',
                got='no such file, nor one in annotations/',
                fix=VISPR_PREPARE_HINT,
            )
        img_id, image_path, labels = read_annotation(found)
        path = os.path.join(folder, _below_images(image_path))
        records.append(VISPRRecord(img_id, os.path.normpath(path), labels))
    paths = [r.img_path for r in records]
    _refuse_repeats(ann_file, paths, 'photo')
    fix = 'unpack the images there, or name their folder in data_prefix'
    index.require(ann_file, paths, fix)
    return records


def read_list(ann_file: Path) -> list[str]:
    """Read a list file: one annotation path a line, blank lines left out.

    Args:
        ann_file: The list file.

    Returns:
        The lines.

    Raises:
        DataError: If it is missing, empty or names a file twice.
    """
    try:
        lines = ann_file.read_text(encoding='utf-8-sig').splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError.explain(
            ann_file,
            expected='a list of annotation files',
            got='no such file' if isinstance(e, FileNotFoundError) else e,
            fix=VISPR_PREPARE_HINT,
        ) from e
    lines = [line.strip() for line in lines if line.strip()]
    if not lines:
        raise DataError.explain(
            ann_file, expected='at least one line', got='none', fix=VISPR_PREPARE_HINT
        )
    _refuse_repeats(ann_file, lines, 'annotation')
    return lines


def find_annotation(
    line: str, root: Path, folder: str, index: FileIndex
) -> Path | None:
    """Find an annotation in either folder layout.

    Args:
        line: Line of the list.
        root: Folder of the data set.
        folder: Name of the split's own folder, such as ``'train2017'``.
        index: Listings of the folders so far.

    Returns:
        ``<root>/<line>``, ``<root>/annotations/<name>`` or
        ``<root>/annotations/<folder>/<name>``, the first that is there; None if there
        is none.
    """
    name = PurePosixPath(line).name
    places = (line, f'annotations/{name}', f'annotations/{folder}/{name}')
    paths = (os.path.join(root, place) for place in places)
    return next((Path(path) for path in paths if path in index), None)


def read_annotation(path: Path) -> tuple[str, str, tuple[int, ...]]:
    """Read one annotation file.

    Args:
        path: The JSON file, with keys ``id``, ``image_path`` and ``labels``;
            ``openimages_id`` and ``source_url`` are not needed.

    Returns:
        Id, image path as published (``'images/train2017/<id>.jpg'``), class indices.

    Raises:
        DataError: If it is no JSON object, a key is missing or of the wrong type, there
            is no label, or an attribute id is unknown.
    """
    try:
        data = json.loads(path.read_text(encoding='utf-8-sig'))
    except (OSError, ValueError, RecursionError) as e:
        raise DataError.explain(
            path, expected='a JSON file', got=e, fix='unpack the annotations again'
        ) from e
    if not isinstance(data, dict):
        raise DataError.explain(
            path,
            expected='a JSON object with the keys id, image_path and labels',
            got=f'a {type(data).__name__}',
            fix='unpack the annotations again',
        )
    for key, kind in (('id', str), ('image_path', str), ('labels', list)):
        if not isinstance(data.get(key), kind) or not data[key]:
            raise DataError.explain(
                path,
                expected=f'{key!r}: a {kind.__name__} that is not empty',
                got=repr(data[key]) if key in data else f'keys {sorted(data)}',
                fix='unpack the annotations again, or correct the file',
            )
    for name in data['labels']:
        if not isinstance(name, str) or name not in ATTRIBUTES:
            raise DataError.explain(
                path,
                expected='ids of the 68 attributes',
                got=repr(name),
                fix=f'correct the label; {suggest_attribute(name)}',
            )
    labels = dict.fromkeys(ATTRIBUTES[name].idx for name in data['labels'])
    return data['id'], data['image_path'], tuple(labels)


def multi_hot(labels: Iterable[Sequence[int]]) -> np.ndarray:
    """Write label lists as rows.

    Args:
        labels: Class indices of N photos.

    Returns:
        bool ``(N, 68)``, True = the attribute is visible.
    """
    rows = list(labels)
    table = np.zeros((len(rows), len(ATTRIBUTE_IDS)), bool)
    for row, present in zip(table, rows):
        row[list(present)] = True
    return table


def count_mixed(labels: np.ndarray) -> int:
    """Count the photos that carry ``a0_safe`` together with other attributes.

    Args:
        labels: bool ``(N, 68)``, see :func:`multi_hot`.

    Returns:
        Their number: 10 / 3 / 4 in the published splits.
    """
    return int((labels[:, SAFE] & (labels.sum(1) > 1)).sum())


def _refuse_repeats(ann_file: Path, entries: Sequence[str], what: str) -> None:
    """Refuse a list that has an entry twice."""
    entry, count = Counter(entries).most_common(1)[0]
    if count > 1:
        raise DataError.explain(
            ann_file,
            expected=f'every {what} once',
            got=f'{entry} {count} times',
            fix='remove the repeated lines',
        )


def _below_images(image_path: str) -> str:
    """Drop the leading ``images/`` of an image path."""
    parts = PurePosixPath(image_path).parts
    return os.path.join(*parts[1:]) if parts[:1] == ('images',) else image_path
