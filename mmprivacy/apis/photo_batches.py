"""Photos on their way to a model: prepared in threads, in batches of one size."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log

from mmprivacy.datasets.file_writing import check_writable
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.visualization.file_names import unique_names

Prepared = tuple[str, 'str | np.ndarray', Callable[[], dict]]


def check_batch_size(batch_size: int) -> None:
    """Refuse a batch size below 1 with a ConfigError."""
    if batch_size < 1:
        raise ConfigError.explain(
            'batch_size', expected='at least 1', got=batch_size, fix='increase it'
        )


def name_photos(photos: Iterable[str | np.ndarray]) -> list[str]:
    """Name photos: files by their path, arrays by their number."""
    return [p if isinstance(p, str) else f'photo_{i}' for i, p in enumerate(photos)]


def name_outputs(keys: Sequence[str], out_dir: str | Path) -> dict[str, str]:
    """Name the files to be written, none of which may be a photo that was given.

    Args:
        keys: Names of the photos, see :func:`name_photos`.
        out_dir: Folder for ``<name>.png``; it is made.

    Returns:
        Key to name.

    Raises:
        ConfigError: If the folder cannot be written to.
        DataError: If a photo would be overwritten.
    """
    check_writable(Path(out_dir), 'out_dir')
    names = unique_names(keys)
    inputs = {Path(key).resolve() for key in keys}
    for name in names.values():
        path = Path(out_dir, f'{name}.png')
        if path.resolve() in inputs:
            raise DataError.explain(
                path,
                expected='a file that is not one of the photos',
                got='one of them',
                fix='choose another out_dir: inputs are never overwritten',
            )
    return names


def prepare_photos(
    pipeline: Callable[[Any], dict], photos: Iterable[tuple], ahead: int
) -> Iterator[Prepared]:
    """Read and resize photos, so many of them ahead, in threads.

    Args:
        pipeline: Photo to what a data set would give.
        photos: Key and photo.
        ahead: Photos to prepare ahead of the one that is taken; 0 uses no threads.

    Yields:
        Key, photo, and a function that returns it packed, or raises what came up.
    """
    if not ahead:
        yield from ((key, p, partial(pipeline, p)) for key, p in photos)
        return
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))
    waiting: deque = deque()
    try:
        for key, photo in photos:
            waiting.append((key, photo, pool.submit(pipeline, photo).result))
            if len(waiting) > ahead:
                yield waiting.popleft()
        yield from waiting
    finally:
        pool.shutdown(cancel_futures=True)


def batch_photos(
    photos: Iterable[Prepared], batch_size: int, skip_broken: bool
) -> Iterator[list[tuple[str, Any, dict]]]:
    """Put prepared photos of one size together.

    Args:
        photos: See :func:`prepare_photos`.
        batch_size: Photos in a batch at most.
        skip_broken: Leave photos that cannot be read out, with a warning.

    Yields:
        Batches of key, photo and packed photo.

    Raises:
        DataError: If a photo cannot be read, and is not to be left out.
    """
    batch: list[tuple] = []
    for key, photo, get in photos:
        try:
            packed = get()
        except DataError as e:
            if not skip_broken:
                raise
            print_log(f'left out: {e}', 'current', logging.WARNING)
            continue
        size = packed['inputs'].shape
        full = len(batch) == batch_size
        if batch and (full or size != batch[0][2]['inputs'].shape):
            yield batch
            batch = []
        batch.append((key, photo, packed))
    if batch:
        yield batch
