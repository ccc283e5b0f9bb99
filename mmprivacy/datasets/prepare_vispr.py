"""Check a downloaded VISPR: what is there, what is missing and where to get it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from mmprivacy.datasets.file_writing import write_text
from mmprivacy.datasets.image_checks import find_unreadable, track
from mmprivacy.datasets.image_files import SUFFIXES, FileIndex
from mmprivacy.datasets.image_privacy import SPLITS
from mmprivacy.datasets.vispr import (
    SAFE,
    count_mixed,
    list_name,
    multi_hot,
    read_annotation,
    read_list,
)
from mmprivacy.datasets.vispr_users import (
    NUM_USERS,
    PROFILES,
    STUDY,
    load_ratings,
    packaged_means,
)
from mmprivacy.errors import DataError

URL = 'https://datasets.d2.mpi-inf.mpg.de/orekondy17iccv/'
STUDY_URL = 'https://github.com/tribhuvanesh/vpa (folder user_studies)'
IMAGE_FOLDERS = ('images', 'images_250')
"""Folders of photos: the published ones, and reduced ones (short side 250)."""

PUBLISHED = {'train': (10000, 3711), 'val': (4167, 1539), 'test': (8000, 3006)}
"""Photos of each split, and how many of them carry ``a0_safe``."""

PUBLISHED_LABELS = 115742
"""Labels of all splits together."""

Annotations = dict[str, tuple[str, tuple[int, ...]]]
"""Name of the annotation file to name of the image file and class indices."""


@dataclass
class SplitCounts:
    """What there is of one split.

    Attributes:
        annotations: Annotation files.
        images: Files in ``images/``, or in ``images_250/`` if that is all there is.
        listed: Lines of the list file.
        labels: Labels of all photos.
        safe: Photos with ``a0_safe``.
        mixed: Photos with ``a0_safe`` and other attributes.
    """

    annotations: int = 0
    images: int = 0
    listed: int = 0
    labels: int = 0
    safe: int = 0
    mixed: int = 0


@dataclass
class VISPRReport:
    """What :func:`prepare_vispr` found.

    Attributes:
        root: The data set.
        splits: Counts by split.
        written: List files that it wrote.
        problems: What is missing or broken, with what to do; empty if all is well.
        notes: What is worth knowing, but no obstacle.
    """

    root: Path
    splits: dict[str, SplitCounts] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def prepare_vispr(
    root: str | Path, check_images: bool = False, progress: bool = True
) -> VISPRReport:
    """Check a VISPR tree against the published figures.

    The list file of a split is written, atomically, if it is missing and the
    annotations of the split are complete. Nothing that exists is changed.

    Args:
        root: The folder with ``images/``, ``annotations/`` (with a folder a split, or
            flat), the list files and ``user_studies/``.
        check_images: Decode every photo too, which takes hours on the full-size ones.
        progress: Show bars on stderr.

    Returns:
        Counts, problems and notes.

    Raises:
        DataError: If there is no such folder.
    """
    root = Path(root).expanduser()
    if not root.is_dir():
        raise DataError.explain(
            root,
            expected='the folder of VISPR',
            got='no such folder',
            fix=f'unpack the archives of {URL} in its images/ and annotations/',
        )
    report = VISPRReport(root)
    if (root / 'sample.json').is_file():
        report.notes.append('these are drawn sample data, not the published ones')
    found = _read_annotations(report, progress)
    photos: list[Path] = []
    for split in SPLITS:
        counts = report.splits[split] = SplitCounts(len(found[split]))
        _check_labels(report, split, found[split])
        photos += _check_images(report, split, found[split])
        counts.listed = _check_list(report, split, sorted(found[split]))
    total = sum(counts.labels for counts in report.splits.values())
    if total != PUBLISHED_LABELS:
        _differs(report, 'labels', total, PUBLISHED_LABELS)
    _check_user_study(report)
    if check_images:
        report.problems += find_unreadable(photos, progress)
    return report


def _differs(report: VISPRReport, what: str, got: int, published: int) -> None:
    report.problems.append(f'{what}: {got:,}, published are {published:,}')


def _read_annotations(report: VISPRReport, progress: bool) -> dict[str, Annotations]:
    """Read all annotations, by split; broken ones become problems."""
    found: dict[str, Annotations] = {split: {} for split in SPLITS}
    files = list(_list_annotations(report.root))
    for path, split in track(files, len(files), progress, 'Reading annotations'):
        try:
            _, image_path, labels = read_annotation(path)
        except DataError as e:
            report.problems.append(str(e))
            continue
        folders = PurePosixPath(image_path).parts
        split = split or next((s for s in SPLITS if f'{s}2017' in folders), None)
        if split is None:
            report.problems.append(f'{path}: image_path {image_path} is of no split')
        else:
            found[split][path.name] = (PurePosixPath(image_path).name, labels)
    return found


def _list_annotations(root: Path) -> Iterator[tuple[Path, str | None]]:
    """List annotation files with the split that their folder stands for."""
    places = [(root / 'annotations' / f'{split}2017', split) for split in SPLITS]
    for folder, split in [(root / 'annotations', None), *places]:
        for name in sorted(FileIndex().names(str(folder))):
            if name.endswith('.json') and not name.startswith('.'):
                yield folder / name, split


def _check_labels(report: VISPRReport, split: str, found: Annotations) -> None:
    """Count annotations and labels of a split."""
    photos, safe = PUBLISHED[split]
    counts = report.splits[split]
    labels = multi_hot(labels for _, labels in found.values())
    counts.labels, counts.safe = int(labels.sum()), int(labels[:, SAFE].sum())
    counts.mixed = count_mixed(labels)
    if len(found) < photos:
        report.problems.append(
            f'{split}: {photos - len(found):,} of {photos:,} annotations are missing; '
            f'unpack {URL}{split}2017_anno.tar.gz in {report.root / "annotations"}'
        )
    elif len(found) > photos:
        _differs(report, f'{split}: annotations', len(found), photos)
    elif counts.safe != safe:
        _differs(report, f'{split}: photos with a0_safe', counts.safe, safe)


def _check_images(report: VISPRReport, split: str, found: Annotations) -> list[Path]:
    """Compare the photos with the annotations; return their paths."""
    archive = f'{URL}{split}2017.tar.gz'
    paths: list[Path] = []
    for where in IMAGE_FOLDERS:
        folder = report.root / where / f'{split}2017'
        if not folder.is_dir():
            continue
        names = FileIndex().names(str(folder))
        names = {n for n in names if n.lower().endswith(SUFFIXES) and n[0] != '.'}
        report.splits[split].images = report.splits[split].images or len(names)
        missing = sorted({image for image, _ in found.values()} - names)
        if missing:
            report.problems.append(
                f'{folder}: {len(missing):,} of {len(found):,} annotated photos are '
                f'missing, the first is {missing[0]}; unpack {archive} again'
            )
        paths += [folder / name for name in sorted(names)]
    if not paths:
        stray = report.root / f'{split}2017'
        what = f'move {stray} to' if stray.is_dir() else f'unpack {archive} in'
        report.problems.append(f'{split}: no photos; {what} {report.root / "images"}')
    return paths


def _check_list(report: VISPRReport, split: str, names: list[str]) -> int:
    """Check the list file of a split, or write it; return its number of lines."""
    path = report.root / list_name(split)
    if os.path.lexists(path):
        try:
            lines = read_list(path)
        except DataError as e:
            report.problems.append(str(e))
            return 0
        known = set(names)
        unknown = [x for x in lines if PurePosixPath(x).name not in known]
        if unknown:
            report.problems.append(
                f'{path}: {len(unknown):,} lines without an annotation, the first is '
                f'{unknown[0]}'
            )
        if len(lines) != PUBLISHED[split][0]:
            _differs(report, f'{path}: lines', len(lines), PUBLISHED[split][0])
        return len(lines)
    if len(names) != PUBLISHED[split][0]:
        report.problems.append(
            f'{path}: missing; it is written as soon as the annotations are complete'
        )
        return 0
    lines = [f'annotations/{split}2017/{name}\n' for name in names]
    write_text(path, ''.join(lines))
    report.written.append(path)
    return len(lines)


def _check_user_study(report: VISPRReport) -> None:
    """Check the tables of the user study; without them some scores are unavailable."""
    for users, file in zip(NUM_USERS, (STUDY, PROFILES), strict=True):
        path = report.root / file
        if not path.exists():
            report.notes.append(
                f'{path} is missing: score modes other than max_of_mean need it; take '
                f'it from {STUDY_URL}'
            )
            continue
        try:
            ratings, _ = load_ratings(report.root, users)
        except DataError as e:
            report.problems.append(str(e))
            continue
        means = ratings.mean(1, keepdims=True)
        if not np.allclose(means, packaged_means(users), rtol=0, atol=6e-4):
            report.notes.append(f'{path}: the means are not those of the published one')
