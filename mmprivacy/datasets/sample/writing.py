"""Write a drawn data set: resumable, atomic, in parallel, the same by every seed.

A folder is written in chunks of scenes. Each finished chunk leaves its annotations in
``.chunks``; an interrupted run goes on behind the last of them. ``sample.json`` is
written last and says that the folder is complete.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
from mmengine.utils import ProgressBar

from mmprivacy.datasets.file_writing import locked, write_text
from mmprivacy.datasets.sample.decks import DECKS
from mmprivacy.datasets.sample.generator import SceneGenerator
from mmprivacy.datasets.sample.identity import SPLITS
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.errors import DataError

#: Scenes per chunk.
CHUNK = 20


@dataclass(frozen=True)
class Format:
    """One on-disk format.

    Attributes:
        name: Name for users, such as ``'image-privacy'``.
        write_scene: ``(scene, root) -> annotation`` writes the files of one scene and
            returns what ``finish`` needs, ready for JSON.
        finish: ``(root, {split: [annotation, ...]})`` writes the annotation files.
        describe: Sentences for the README of the folder.
        deck: Kind of the scenes, a key of :data:`~.decks.DECKS`.
        num: Number of images per split that sample runs draw.
        add: ``(root, seed, workers)`` adds files made from those that are there, and
            leaves alone what is there; it also completes folders of earlier versions.
    """

    name: str
    write_scene: Callable[[Scene, Path], dict]
    finish: Callable[[Path, dict[str, list[dict]]], None]
    describe: str
    deck: str = 'pairs'
    num: dict[str, int] = field(
        default_factory=lambda: dict(train=2000, val=200, test=400)
    )
    add: Callable[[Path, int, int | None], None] | None = None


def write_folder(
    fmt: Format,
    root: str | Path,
    num: dict[str, int],
    seed: int = 0,
    workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Write a data set, or leave it alone if it is there already.

    Args:
        fmt: The format.
        root: Folder to write.
        num: Number of images per split, such as ``dict(train=1500, val=500)``.
        seed: Seed of the data set.
        workers: Number of processes; None for one per CPU.
        progress: Whether to show a bar on stderr.

    Returns:
        The folder.

    Raises:
        DataError: ``num`` is wrong, or the folder holds something else.
    """
    num = _check_num(num)
    root = Path(root)
    wanted = dict(format=fmt.name, num=num, seed=seed, version=DECKS[fmt.deck].version)
    root.parent.mkdir(parents=True, exist_ok=True)
    with locked(root.with_name(f'.{root.name}.lock')):
        if not _is_complete(root, wanted):
            _draw(fmt, root, wanted, workers, progress)
        if fmt.add is not None:
            fmt.add(root, seed, workers)
    return root


def _draw(
    fmt: Format, root: Path, wanted: dict, workers: int | None, progress: bool
) -> None:
    """Draw what is missing, then write the annotation files and the marker."""
    num, seed = wanted['num'], wanted['seed']
    chunks = root / '.chunks'
    chunks.mkdir(parents=True, exist_ok=True)
    write_text(chunks / 'sample.json', json.dumps(wanted))
    _draw_chunks(fmt, root, num, seed, workers, progress)
    lines = {split: _read_chunks(chunks, split, n) for split, n in num.items()}
    fmt.finish(root, lines)
    write_text(root / 'README.md', _readme(fmt, num, seed))
    write_text(root / 'sample.json', json.dumps(wanted, indent=2) + '\n')
    shutil.rmtree(chunks)


def _check_num(num: dict[str, int]) -> dict[str, int]:
    """Check the numbers of images and sort the splits."""
    wrong = [
        s for s, n in num.items() if s not in SPLITS or not isinstance(n, int) or n < 1
    ]
    if wrong or not num:
        raise DataError.explain(
            'number of sample images',
            expected=f'a positive integer for some of the splits {SPLITS}',
            got=num,
            fix='name each split with its number of images',
        )
    return {split: num[split] for split in SPLITS if split in num}


def _is_complete(root: Path, wanted: dict) -> bool:
    """Whether the folder holds the wanted data; raises if it holds other things."""
    if not root.exists() or not any(root.iterdir()):
        return False
    for marker, complete in (
        (root / 'sample.json', True),
        (root / '.chunks' / 'sample.json', False),
    ):
        if marker.is_file():
            found = json.loads(marker.read_text(encoding='utf-8'))
            if found == wanted:
                return complete
            break
    else:
        found = 'a folder that is not sample data'
    raise DataError.explain(
        root,
        expected=f'no folder, or sample data {wanted}',
        got=found,
        fix='remove the folder if nobody needs it, or choose another one',
    )


def _draw_chunks(
    fmt: Format,
    root: Path,
    num: dict[str, int],
    seed: int,
    workers: int | None,
    progress: bool,
) -> None:
    """Draw all scenes that no earlier run has drawn."""
    tasks = [
        (split, start, min(start + CHUNK, n))
        for split, n in num.items()
        for start in range(0, n, CHUNK)
    ]
    tasks = [t for t in tasks if not _chunk_file(root / '.chunks', *t[:2]).is_file()]
    work = partial(_draw_chunk, fmt, root, seed)
    total = sum(stop - start for _, start, stop in tasks)
    bar = ProgressBar(total, file=sys.stderr) if progress and total else None
    with mapper(workers, len(tasks)) as run:
        for done in run(work, tasks):
            if bar is not None:
                bar.update(done)
    if bar is not None:
        sys.stderr.write('\n')


@contextlib.contextmanager
def mapper(workers: int | None, tasks: int) -> Iterator[Callable]:
    """Yield ``map``, in this process or over several.

    Args:
        workers: Number of processes; None for one per CPU.
        tasks: Number of tasks; there are no more processes than that.
    """
    workers = min(workers or _cpus(), max(tasks, 1))
    # Not in the processes: a forked one cannot stop the threads that OpenCV had before.
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        if workers <= 1:
            yield map
            return
        method = 'fork' if sys.platform.startswith('linux') else 'spawn'
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(workers, context, cv2.setNumThreads, (1,)) as pool:
            yield pool.map
    finally:
        cv2.setNumThreads(threads)


def _cpus() -> int:
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _draw_chunk(fmt: Format, root: Path, seed: int, task: tuple[str, int, int]) -> int:
    """Draw the scenes of one chunk and then, atomically, its annotations."""
    split, start, stop = task
    generator = SceneGenerator(seed, split, fmt.deck)
    lines = [fmt.write_scene(generator.scene(k), root) for k in range(start, stop)]
    text = ''.join(json.dumps(line) + '\n' for line in lines)
    write_text(_chunk_file(root / '.chunks', split, start), text)
    return len(lines)


def _chunk_file(chunks: Path, split: str, start: int) -> Path:
    return chunks / f'{split}_{start:06d}.jsonl'


def _read_chunks(chunks: Path, split: str, n: int) -> list[dict]:
    """Read the annotations of one split in order."""
    lines: list[dict] = []
    for start in range(0, n, CHUNK):
        text = _chunk_file(chunks, split, start).read_text(encoding='utf-8')
        lines += [json.loads(line) for line in text.splitlines()]
    return lines


def _readme(fmt: Format, num: dict[str, int], seed: int) -> str:
    """Say that these are drawn data, and with which command."""
    numbers = ' '.join(str(num.get(split, 0)) for split in SPLITS)
    return (
        '# Sample data\n\n'
        'These pictures are drawn by `mmprivacy.datasets.sample`. They show nobody who '
        'exists; every\nname, number and address is invented. Figures measured on them '
        'are sample results and say\nnothing about a real data set.\n\n'
        f'{fmt.describe}\n\n'
        f'Written by\n\n'
        f'    python tools/prepare_data.py sample --formats {fmt.name} '
        f'--num {numbers} --seed {seed}\n'
    )
