"""The curated re-release of the image privacy data sets (Zenodo 15348506).

One table ``annotations/labels_splits.csv`` a data set, with numeric labels whose
meaning **differs between the data sets**: IPD writes 0 for private, PicAlert and
PrivacyAlert write 0 for public. The meaning is taken from the file where it tells,
and from ``label_order`` otherwise; it is never guessed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from mmprivacy.datasets.annotation_csv import read_rows
from mmprivacy.datasets.image_files import FileIndex, list_images
from mmprivacy.datasets.image_privacy import (
    CLASSES,
    SPLITS,
    ImageRecord,
    check_disjoint,
)
from mmprivacy.errors import ConfigError, DataError, nearest

NAME_COLUMN = 'Image Name'
LABEL_COLUMN = 'Label 2-class'
IPD_FILE = 'ipd_imgs_curated.json'


def read_curated_csv(
    ann_file: str | Path,
    data_root: str | Path,
    split: str,
    split_column: str = 'Final',
    label_order: Sequence[str] | None = None,
) -> list[ImageRecord]:
    """Read one split of a curated table.

    Args:
        ann_file: ``labels_splits.csv``. If ``ipd_imgs_curated.json`` stands beside it,
            that file tells where the images are.
        data_root: The data set's folder, which holds ``imgs/``.
        split: ``'train'``, ``'val'`` or ``'test'`` (0, 1, 2 in the table).
        split_column: ``'Original'``, ``'Final'`` or ``'Fold k'``.
        label_order: What label 0 and label 1 of the table mean. Needed unless the file
            tells: a table with ``ipd_imgs_curated.json`` is IPD (0 = private), one with
            a column ``batch`` is PrivacyAlert (0 = public).

    Returns:
        The photos, 0 = **private**; rows labelled -1 are left out.

    Raises:
        ConfigError: If ``split`` or ``label_order`` is no valid value.
        DataError: If the polarity is unknown or contradicts the file, a column, label
            or image is missing, the split is empty, or a photo is in two splits.
    """
    ann_file, root = Path(ann_file).expanduser(), Path(data_root).expanduser()
    if split not in SPLITS:
        raise ConfigError.explain(
            'split', expected='train, val or test', got=repr(split), fix='name one'
        )
    rows = read_rows(ann_file, (NAME_COLUMN, LABEL_COLUMN))
    columns = list(rows[0][1]) if rows else []
    if split_column not in columns:
        raise DataError.explain(
            ann_file,
            expected=f'a split column {split_column!r}',
            got=', '.join(columns) or 'an empty table',
            fix=f'set split_column; {nearest(split_column, columns)}',
        )
    order = _label_order(ann_file, columns, label_order)
    find = _image_finder(ann_file, root)
    splits: dict[str, list[ImageRecord]] = {name: [] for name in SPLITS}
    for line, row in rows:
        where = f'{ann_file}, line {line}'
        label = _label(where, row[LABEL_COLUMN], order)
        part = _number(row[split_column])
        if label is None or part not in (0, 1, 2):
            continue
        path = find(where, row) if SPLITS[part] == split else _key(row)
        splits[SPLITS[part]].append(ImageRecord(path, label))
    if not splits[split]:
        raise DataError.explain(
            f'{ann_file}, column {split_column!r}',
            expected=f'rows of the {split} split ({SPLITS.index(split)})',
            got='an empty split',
            fix='choose another split_column; the Final split has no val part',
        )
    _check_rows(ann_file, rows, split_column)
    return splits[split]


def _label_order(
    ann_file: Path, columns: Sequence[str], given: Sequence[str] | None
) -> tuple[str, ...]:
    """Settle what 0 and 1 mean, from the file, the argument, or not at all."""
    if given is not None and tuple(sorted(given)) != CLASSES:
        raise ConfigError.explain(
            'label_order',
            expected="('private', 'public') or ('public', 'private')",
            got=repr(given),
            fix='name what label 0 and label 1 of the table mean',
        )
    known, mark = None, ''
    if ann_file.with_name(IPD_FILE).is_file():
        known, mark = ('private', 'public'), IPD_FILE
    elif 'batch' in columns:
        known, mark = ('public', 'private'), "its column 'batch'"
    if known is None and given is None:
        raise DataError.explain(
            ann_file,
            expected='label_order, since 0 is private in some tables, public in others',
            got='none given, and nothing in the file that tells',
            fix="set label_order=('public', 'private') for PicAlert, PrivacyAlert and "
            "VISPR, ('private', 'public') for IPD",
        )
    if known and given and tuple(given) != known:
        raise DataError.explain(
            ann_file,
            expected=f'label_order {known}, as {mark} tells',
            got=f'{tuple(given)}',
            fix='drop label_order',
        )
    return known or tuple(given)


def _label(where: str, value: str, order: Sequence[str]) -> int | None:
    """Map a label of the table to 0 = private, 1 = public, None = skip."""
    number = _number(value)
    if number == -1:
        return None
    if number in (0, 1):
        return CLASSES.index(order[number])
    raise DataError.explain(
        where, expected='label 0, 1 or -1', got=repr(value), fix='correct the row'
    )


def _number(value: str | None) -> int | None:
    """Parse ``'1'`` or ``'1.0'``; None for anything that is no whole number."""
    try:
        number = float(value or '')
    except ValueError:
        return None
    return int(number) if number == int(number) else None


def _key(row: dict[str, str]) -> str:
    """Identify a photo inside one table."""
    return f'{row.get("batch") or ""}/{row[NAME_COLUMN].strip()}'


def _check_rows(
    ann_file: Path, rows: Sequence[tuple[int, dict]], split_column: str
) -> None:
    """Refuse a photo in two splits or with two labels."""
    splits: dict[str, list[ImageRecord]] = {name: [] for name in SPLITS}
    for _, row in rows:
        part, label = _number(row[split_column]), _number(row[LABEL_COLUMN])
        if part in (0, 1, 2) and label in (0, 1):
            splits[SPLITS[part]].append(ImageRecord(_key(row), label))
    check_disjoint(splits, ann_file)


class _BatchImages:
    """Finds the images of a table below ``<data_root>/imgs``."""

    def __init__(self, root: Path) -> None:
        self._folder = root / 'imgs'
        self._index = FileIndex()
        self._by_name: dict[str, str] | None = None

    def __call__(self, where: str, row: dict[str, str]) -> str:
        name, batch = row[NAME_COLUMN].strip(), (row.get('batch') or '').strip()
        if batch:
            number = _number(batch)
            text = batch if number is None else str(number)
            folders = dict.fromkeys((f'batch{text}', f'batch{text:0>2}', batch))
            for folder in folders:
                for ending in ('', '.jpg', '.png'):
                    path = os.path.join(self._folder, folder, name + ending)
                    if path in self._index:
                        return path
        elif name in self._all() or Path(name).stem in self._all():
            return self._all().get(name) or self._all()[Path(name).stem]
        raise DataError.explain(
            where,
            expected=f'an image {name!r} below {self._folder}',
            got='no such file',
            fix='unpack the images of the data set there, or set data_root',
        )

    def _all(self) -> dict[str, str]:
        """List all images once, by path and by stem."""
        if self._by_name is None:
            self._by_name = {}
            for path in list_images(self._folder):
                full = os.path.join(self._folder, path)
                for key in (path, Path(path).name, Path(path).stem):
                    self._by_name.setdefault(key, full)
        return self._by_name


class _IPDImages:
    """Finds the images that ``ipd_imgs_curated.json`` names."""

    def __init__(self, path: Path, root: Path) -> None:
        try:
            content = json.loads(path.read_text(encoding='utf-8'))
            folders = {k: v['data_dir'] for k, v in content['datasets'].items()}
            self._images = {
                a['image']: (folders[a['dataset']], a['fullpath'])
                for a in content['annotations']
            }
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise DataError.explain(
                path,
                expected="JSON with 'datasets' and 'annotations'",
                got=f'{type(e).__name__} {e}',
                fix='unpack the file again',
            ) from e
        self._root = root
        self._index = FileIndex()

    def __call__(self, where: str, row: dict[str, str]) -> str:
        name = row[NAME_COLUMN].strip()
        folder, path = self._images.get(name, ('', name))
        moved = self._root.parent / Path(folder).name
        bases = (Path(folder), self._root / folder, self._root.parent / folder, moved)
        for base in dict.fromkeys(bases):
            for place in (base / 'imgs' / path, base / path):
                if folder and os.fspath(place) in self._index:
                    return os.fspath(place)
        raise DataError.explain(
            where,
            expected=f'an image {name!r} of {folder or "a data set in " + IPD_FILE}',
            got='no such file',
            fix=f'put it beside {self._root}, or correct data_dir in {IPD_FILE}',
        )


def _image_finder(ann_file: Path, root: Path) -> _BatchImages | _IPDImages:
    """Choose how images are found for this table."""
    ipd = ann_file.with_name(IPD_FILE)
    return _IPDImages(ipd, root) if ipd.is_file() else _BatchImages(root)
