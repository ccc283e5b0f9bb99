"""Make a data set in the Image Privacy format from two folders of photos."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmprivacy.datasets.image_checks import check_images
from mmprivacy.datasets.image_files import list_images
from mmprivacy.datasets.image_privacy import (
    CLASSES,
    OVERLAP_FILE,
    SPLITS,
    ImageRecord,
)
from mmprivacy.datasets.partitions import make_partitions
from mmprivacy.errors import ConfigError, DataError

MARK = 'prepared.json'


@dataclass
class Prepared:
    """What :func:`prepare_image_privacy` did.

    Attributes:
        root: The data set.
        counts: Photos of each split of the first partition, private and public.
        skipped: Files left out, with the reason.
        overlap: Photos that are in every split on purpose.
        was_there: Whether the data set was complete before.
    """

    root: Path
    counts: dict[str, list[int]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    overlap: list[str] = field(default_factory=list)
    was_there: bool = False


def prepare_image_privacy(
    private: str | Path,
    public: str | Path,
    out: str | Path,
    mode: str = 'link',
    seeds: Sequence[int] = range(5),
    allow_overlap: bool = False,
    skip_broken: bool = False,
    progress: bool = True,
) -> Prepared:
    """Check, place and partition photos.

    Writes ``<out>/private``, ``<out>/public`` and ``<out>/exp/partition<k>/*.csv``.
    Every file is decoded first. Of files with the same bytes one is kept, so that no
    photo comes into two splits under two names. ``exp`` is renamed into place last: a
    folder that has it is complete, and an interrupted run can be started again. The
    input folders are only read; they may be ``<out>/private`` and ``<out>/public``.

    Args:
        private: Folder of private photos, searched recursively.
        public: Folder of public photos.
        out: Folder of the data set.
        mode: ``'link'`` (symbolic links) or ``'copy'``.
        seeds: One partition a seed.
        allow_overlap: See :func:`~mmprivacy.datasets.partitions.make_partitions`.
        skip_broken: Leave out files that cannot be decoded instead of refusing.
        progress: Show a bar.

    Returns:
        Counts, skipped files and overlaps.

    Raises:
        ConfigError: If the mode is unknown.
        DataError: If a class is empty or too small, a file is broken, one photo is both
            private and public, or ``out`` holds something else.
    """
    if mode not in ('link', 'copy'):
        raise ConfigError.explain(
            'mode', expected="'link' or 'copy'", got=repr(mode), fix='choose one'
        )
    out = Path(out).expanduser().absolute()
    folders = [Path(f).expanduser().resolve() for f in (private, public)]
    if any(out.resolve().is_relative_to(folder) for folder in folders):
        raise DataError.explain(
            out,
            expected='a folder outside the photos',
            got='one of theirs',
            fix='move it',
        )
    sources = _find(folders)
    settings = {
        'private': str(folders[0]),
        'public': str(folders[1]),
        'seeds': list(seeds),
        'mode': mode,
        'overlap': allow_overlap,
        'skip_broken': skip_broken,
        'files': sorted(sources),
    }
    if _is_complete(out, settings):
        return Prepared(out, was_there=True)
    result = Prepared(out)
    kept = check_images(sources, result.skipped, skip_broken, progress)
    records = [ImageRecord(n, CLASSES.index(n.split('/')[0])) for n in kept]
    partitions = make_partitions(records, seeds=seeds, allow_overlap=allow_overlap)
    first = partitions[0]
    result.overlap = sorted(
        {r.img_path for r in first['train']} & {r.img_path for r in first['test']}
    )
    for name in SPLITS:
        private_count = sum(r.gt_label == 0 for r in first[name])
        result.counts[name] = [private_count, len(first[name]) - private_count]
    _place(kept, folders, out, mode)
    _write_partitions(out, partitions, result.overlap, settings)
    return result


def _find(folders: Sequence[Path]) -> dict[str, Path]:
    """List the photos by their name in the data set."""
    sources: dict[str, Path] = {}
    for name, folder in zip(CLASSES, folders, strict=True):
        paths = list_images(folder)
        if not paths:
            raise DataError.explain(
                folder,
                expected=f'a folder of {name} photos',
                got='no image file' if folder.is_dir() else 'no such folder',
                fix=f'put {name} photos there: both classes are needed',
            )
        sources.update({f'{name}/{p}': folder / p for p in paths})
    return sources


def _is_complete(out: Path, settings: dict) -> bool:
    """Tell whether the data set is there already; refuse a different one."""
    exp = out / 'exp'
    if not exp.exists():
        return False
    try:
        found = json.loads((exp / MARK).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        found = None
    if found == settings:
        return True
    differ = sorted(k for k in settings if not found or found.get(k) != settings[k])
    raise DataError.explain(
        exp,
        expected='no partitions, or those of the same call',
        got=f'others ({", ".join(differ)} differ)',
        fix='choose another --out, or remove that folder',
    )


def _place(
    sources: dict[str, Path], folders: Sequence[Path], out: Path, mode: str
) -> None:
    """Link or copy the photos that are not in place yet."""
    for name, folder in zip(CLASSES, folders, strict=True):
        there = [f'{name}/{p}' for p in list_images(out / name)]
        strange = [n for n in there if n not in sources]
        if strange and (out / name).resolve() != folder:
            raise DataError.explain(
                out,
                expected='an empty folder, or one of the same photos',
                got=f'{len(strange)} other files, the first is {strange[0]}',
                fix='choose another --out',
            )
    for name, source in sources.items():
        target = out / name
        if target.exists() and (
            target.samefile(source) if mode == 'link' else _is_copy(target, source)
        ):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f'.{target.name}.partial')
        partial.unlink(missing_ok=True)
        if mode == 'link':
            partial.symlink_to(source)
        else:
            shutil.copyfile(source, partial)
        partial.replace(target)


def _is_copy(target: Path, source: Path) -> bool:
    """Tell whether a file is there as a file of its own, or as the source itself."""
    if target.samefile(source):
        return not target.is_symlink()
    return target.stat().st_size == source.stat().st_size


def _write_partitions(
    out: Path,
    partitions: Sequence[dict[str, list[ImageRecord]]],
    overlap: Sequence[str],
    settings: dict,
) -> None:
    """Write all CSV files to a temporary folder and rename it to ``exp``."""
    partial = out / '.exp.partial'
    shutil.rmtree(partial, ignore_errors=True)
    for k, partition in enumerate(partitions):
        folder = partial / f'partition{k}'
        folder.mkdir(parents=True)
        for name, records in partition.items():
            text = io.StringIO()
            table = csv.writer(text, lineterminator='\n')
            table.writerow(['', 'img_name', 'label'])
            table.writerows(
                [i, r.img_path, CLASSES[r.gt_label]] for i, r in enumerate(records)
            )
            (folder / f'{name}.csv').write_text(text.getvalue(), encoding='utf-8')
        if overlap:
            lines = ['# In all splits on purpose: results on them mean nothing.']
            text = '\n'.join([*lines, *overlap, ''])
            (folder / OVERLAP_FILE).write_text(text, encoding='utf-8')
    (partial / MARK).write_text(json.dumps(settings, indent=1), encoding='utf-8')
    partial.replace(out / 'exp')
