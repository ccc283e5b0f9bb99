"""The Image Privacy format: photos labelled private or public.

Three layouts are read: partition CSV files, two folders, and the curated re-release
(:mod:`mmprivacy.datasets.image_privacy_curated`). Label 0 is **private** in all of them
after reading, whatever the file says.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from mmprivacy.datasets.annotation_csv import PREPARE_HINT, read_rows
from mmprivacy.datasets.image_files import FileIndex, list_images
from mmprivacy.errors import DataError

CLASSES = ('private', 'public')
"""Class names in label order: 0 is private, 1 is public."""

SPLITS = ('train', 'val', 'test')
PAPER_RATIO = (15, 10, 7)
"""Train, val and test parts of each class (Yang et al. 2022, Sec. 4.1)."""

OVERLAP_FILE = 'overlap.txt'
"""Names, next to the CSV files, of the photos that are in several splits on purpose."""


@dataclass(frozen=True)
class ImageRecord:
    """One labelled photo.

    Attributes:
        img_path: Path of the image file.
        gt_label: 0 = private, 1 = public.
    """

    img_path: str
    gt_label: int


def read_partition_csv(
    ann_file: str | Path, data_root: str | Path = '', img_prefix: str | Path = ''
) -> list[ImageRecord]:
    """Read one split of a partition: columns ``,img_name,label``.

    ``img_name`` may be relative to ``data_root`` or absolute. An absolute path that is
    not there, because the CSV comes from another machine, is looked for as
    ``<data_root>/<label>/<file name>``.

    Args:
        ann_file: The CSV file. If its folder holds the other splits too, no photo may
            be in two of them, unless ``overlap.txt`` beside it names the photo.
        data_root: Folder that relative names start from.
        img_prefix: Folder of the images, if it is not ``data_root``.

    Returns:
        The photos in the order of the file.

    Raises:
        DataError: If the file is missing or empty, a label is unknown, an image is
            missing, or a photo is in two splits or has two labels.
    """
    ann_file = Path(ann_file).expanduser()
    root = str(Path(img_prefix or data_root).expanduser())
    index = FileIndex()
    records = _parse_partition(ann_file, root, index)
    paths = [r.img_path for r in records]
    index.require(ann_file, paths, f'check data_root; or {PREPARE_HINT}')
    splits = {ann_file.stem: records}
    if ann_file.stem in SPLITS:
        for name in SPLITS:
            sibling = ann_file.with_name(f'{name}.csv')
            if name != ann_file.stem and sibling.is_file():
                splits[name] = _parse_partition(sibling, root, index)
    allowed = _declared_overlap(ann_file.parent, root)
    repeated = check_disjoint(splits, ann_file.parent, allowed)
    if repeated:
        print_log(
            f'{ann_file}: {repeated} photos are in several splits, as {OVERLAP_FILE} '
            'declares: results on them mean nothing.',
            logger='current',
            level=logging.WARNING,
        )
    return records


def read_folders(root: str | Path) -> list[ImageRecord]:
    """Read ``<root>/private`` and ``<root>/public``, each searched recursively.

    Args:
        root: The folder that holds the two.

    Returns:
        The photos, private ones first, each class sorted by name.

    Raises:
        DataError: If a folder is missing or has no image.
    """
    root = Path(root).expanduser()
    records = []
    for label, name in enumerate(CLASSES):
        paths = list_images(root / name)
        if not paths:
            raise DataError.explain(
                root / name,
                expected=f'the {name} photos',
                got='no image file' if (root / name).is_dir() else 'no such folder',
                fix=PREPARE_HINT,
            )
        records += [ImageRecord(str(root / name / p), label) for p in paths]
    return records


def class_weights(labels: Sequence[int], source: str = 'class_weights') -> list[float]:
    """Weigh each class by the share of the other: ``1 - n_c / n``.

    Args:
        labels: Labels of the **training** photos, 0 = private, 1 = public.
        source: Where they come from, for the error message.

    Returns:
        The weights of private and public, which sum to 1.

    Raises:
        DataError: If a label is unknown, or a class has no photo.
    """
    values = np.asarray(labels, dtype=np.int64).reshape(-1)
    if values.size == 0 or not np.isin(values, (0, 1)).all():
        got = 'none' if values.size == 0 else sorted(set(values.tolist()))
        raise DataError.explain(
            source,
            expected='labels 0 (private) and 1 (public)',
            got=got,
            fix='pass the labels of the training split',
        )
    counts = np.bincount(values, minlength=2)
    if (counts == 0).any():
        raise DataError.explain(
            source,
            expected='private and public training photos',
            got=f'{counts[0]} private, {counts[1]} public',
            fix='add photos of the other class',
        )
    return (1.0 - counts / values.size).tolist()


def check_disjoint(
    splits: dict[str, Sequence[ImageRecord]],
    where: str | Path,
    allowed: frozenset[str] = frozenset(),
) -> int:
    """Refuse a photo that stands in two splits, or twice with different labels.

    Args:
        splits: The photos by split name.
        where: The annotations, for the message.
        allowed: Paths that may stand in several splits.

    Returns:
        How many photos stand in several splits because they may.

    Raises:
        DataError: If there is such a photo.
    """
    seen: dict[str, tuple[str, int]] = {}
    repeated: set[str] = set()
    for split, records in splits.items():
        for record in records:
            known = seen.setdefault(record.img_path, (split, record.gt_label))
            if known[1] != record.gt_label:
                got = f'{record.img_path} labelled both private and public'
            elif known[0] == split:
                continue
            elif record.img_path in allowed:
                repeated.add(record.img_path)
                continue
            else:
                got = f'{record.img_path} in {known[0]} and in {split}'
            raise DataError.explain(
                where,
                expected='every photo in one split with one label',
                got=got,
                fix='remove the duplicate row',
            )
    return len(repeated)


def _parse_partition(ann_file: Path, root: str, index: FileIndex) -> list[ImageRecord]:
    """Parse a partition CSV; paths are resolved but not required to exist."""
    records = []
    for line, row in read_rows(ann_file, ('img_name', 'label')):
        name, label = row['img_name'].strip(), row['label'].strip().lower()
        if label not in CLASSES:
            raise DataError.explain(
                f'{ann_file}, line {line}',
                expected='label private or public',
                got=repr(row['label']),
                fix='correct the row',
            )
        path = os.path.join(root, os.path.expanduser(name))
        if os.path.isabs(name) and path not in index:
            path = os.path.join(root, label, os.path.basename(name))
        records.append(ImageRecord(os.path.normpath(path), CLASSES.index(label)))
    if not records:
        raise DataError.explain(
            ann_file,
            expected='at least one row',
            got='an empty split',
            fix=PREPARE_HINT,
        )
    return records


def _declared_overlap(folder: Path, root: str) -> frozenset[str]:
    """Read the names of the photos that are in several splits on purpose."""
    path = folder / OVERLAP_FILE
    if not path.is_file():
        return frozenset()
    lines = path.read_text(encoding='utf-8').splitlines()
    names = (s for s in lines if s and s[0] != '#')
    return frozenset(os.path.normpath(os.path.join(root, s)) for s in names)
