"""Run a mask provider over photos and write what it finds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.datasets.file_writing import locked
from mmprivacy.datasets.image_checks import track
from mmprivacy.datasets.loading import load_photo
from mmprivacy.datasets.mask_files import MaskIndex, check_stems
from mmprivacy.errors import ConfigError, MMPrivacyError, ShapeError, nearest
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider

#: Seconds after which the index is saved: an interrupted run loses as much at most.
SAVE_EVERY = 20.0


@dataclass
class MaskReport:
    """What a run has done.

    Attributes:
        index: The index of the masks.
        made: Photos that were seen now.
        kept: Photos that an earlier run has seen.
        empty: Photos of all these in which nothing was found.
        skipped: Photos that the provider could not tell about.
    """

    index: MaskIndex
    made: int = 0
    kept: int = 0
    empty: int = 0
    skipped: list[str] = field(default_factory=list)


def make_masks(
    photos: Sequence[str | Path],
    root: str | Path,
    name: str,
    split: str,
    provider: dict[str, Any],
    progress: bool = True,
) -> MaskReport:
    """Make the masks of photos that have none yet.

    Masks and index are written atomically; whatever stops a run, the next one goes on
    behind the last photo.

    Args:
        photos: Image files.
        root: Folder of the data set; the masks come in its ``masks/``.
        name: What to call them, such as ``'human'``.
        split: Split of the photos, such as ``'train'``.
        provider: Config of the provider, such as ``dict(type='RapidOCRText')``.
        progress: Show a bar on stderr.

    Returns:
        What was done.

    Raises:
        ConfigError: If the provider is unknown or its arguments are wrong, or the masks
            that are there were made by another one.
        DataError: If a photo is broken, or two have the same stem.
        ShapeError: If a mask is not of the size of its photo.
    """
    check_stems(photos)
    made_by = {key: _plain(value) for key, value in provider.items()}
    index = MaskIndex(root, name, split, made_by)
    with locked(index.file.with_name(f'.{split}.lock')):
        if index.file.is_file():
            index = _known(index)
        todo = [p for p in photos if p not in index or not index.mask_path(p).is_file()]
        report = MaskReport(index, kept=len(photos) - len(todo))
        if todo:
            _run(_build(provider), todo, report, progress)
    coverage = index.coverage
    report.empty = sum(coverage.get(Path(p).name) == 0 for p in photos)
    return report


def _run(
    provider: BaseMaskProvider,
    photos: Sequence[str | Path],
    report: MaskReport,
    progress: bool,
) -> None:
    """See photos one by one; save the index now and then, and at the end."""
    saved = time.monotonic()
    try:
        for photo in track(photos, len(photos), progress, 'Making masks'):
            image = load_photo(photo)
            mask = provider(image, str(photo))
            if mask is None:
                report.skipped.append(str(photo))
                continue
            mask = np.asarray(mask)
            if mask.shape != image.shape[:2]:
                raise ShapeError.explain(
                    f'{type(provider).__name__} on {photo}',
                    expected='a mask of {} x {}'.format(*image.shape[:2]),
                    got=mask.shape,
                    fix='correct the provider',
                )
            report.index.add(photo, mask)
            report.made += 1
            if time.monotonic() - saved > SAVE_EVERY:
                report.index.write()
                saved = time.monotonic()
    finally:
        report.index.write()


def _plain(value: Any) -> Any:
    """Return a setting as JSON has it; functions and classes by name."""
    if callable(value):
        return f'{value.__module__}:{value.__qualname__}'
    return list(value) if isinstance(value, (tuple, list)) else value


def _known(wanted: MaskIndex) -> MaskIndex:
    """Read the index that is there; it has to be of the same provider."""
    index = MaskIndex.read(wanted.root, wanted.provider, wanted.split)
    if index.made_by != wanted.made_by:
        raise ConfigError.explain(
            index.file,
            expected=f'masks made by {wanted.made_by}',
            got=f'masks made by {index.made_by}',
            fix='give the masks another --name, or remove the old ones',
        )
    return index


def _build(config: dict[str, Any]) -> BaseMaskProvider:
    """Build a provider; errors name what is wrong."""
    kind = config.get('type')
    known = [n for n, c in TASK_UTILS.module_dict.items() if _is_provider(c)]
    if not (kind in known or _is_provider(kind)):
        raise ConfigError.explain(
            'mask provider',
            expected='a registered subclass of BaseMaskProvider',
            got=repr(kind),
            fix=nearest(str(kind), known),
        )
    try:
        return TASK_UTILS.build(dict(config))
    except MMPrivacyError:
        raise
    except TypeError as e:
        raise ConfigError.explain(
            f'mask provider {kind}',
            expected='the arguments of the class',
            got=e,
            fix='correct the options',
        ) from e


def _is_provider(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseMaskProvider)
