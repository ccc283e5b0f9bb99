"""Do a job for many items, in one process or several, whatever becomes of them.

Results come in the order of the items and do not depend on the number of processes. No
more items are held than the processes are busy with.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

import cv2

_AHEAD = 4  # items a process that are handed out before their turn
_job: Any = None
_threads = contextlib.ExitStack()


def run_jobs(
    make_job: Callable[[], Any],
    items: Iterable[Any],
    workers: int = 1,
    lost: Callable[[Any], Any] | None = None,
) -> Iterator[Any]:
    """Do a job for each item.

    Args:
        make_job: Makes the job, once in each process; has to be picklable.
        items: The items, picklable.
        workers: Number of processes; 1 works in this one.
        lost: Gives the result of an item whose process died, such as for lack of
            memory. The items that were under way with it are tried again, one by one.

    Yields:
        The results.
    """
    if workers <= 1:
        with single_threaded():
            yield from map(make_job(), items)
        return
    start = partial(
        ProcessPoolExecutor,
        mp_context=multiprocessing.get_context('spawn'),
        initializer=_start,
        initargs=(make_job,),
    )
    items = iter(items)
    pool = start(workers)
    under_way: deque[tuple[Any, Future | None]] = deque()
    try:
        while True:
            for item in items:
                under_way.append((item, _submit(pool, item)))
                if len(under_way) >= _AHEAD * workers:
                    break
            if not under_way:
                return
            try:
                result = _result(under_way[0][1])
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                yield from _one_by_one(start, [item for item, _ in under_way], lost)
                under_way.clear()
                pool = start(workers)
            else:
                under_way.popleft()
                yield result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """Let OpenCV and torch use one thread, as they do in each of several processes.

    Sums depend on how they are split, and results must not depend on the number of
    processes.
    """
    threads = cv2.getNumThreads()
    torch = sys.modules.get('torch')
    torch_threads = torch.get_num_threads() if torch else 0
    cv2.setNumThreads(1)
    if torch:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        if torch:
            torch.set_num_threads(torch_threads)


def _submit(pool: ProcessPoolExecutor, item: Any) -> Future | None:
    """Hand an item to the processes; None if they are dying."""
    try:
        return pool.submit(_work, item)
    except BrokenProcessPool:
        return None


def _result(future: Future | None) -> Any:
    if future is None:
        raise BrokenProcessPool
    return future.result()


def _one_by_one(
    start: Callable[..., ProcessPoolExecutor],
    items: list[Any],
    lost: Callable[[Any], Any] | None,
) -> Iterator[Any]:
    """Find the item that a process dies of; do the others."""
    pool = start(1)
    try:
        for item in items:
            try:
                yield pool.submit(_work, item).result()
            except BrokenProcessPool:
                if lost is None:
                    raise
                yield lost(item)
                pool.shutdown(wait=False)
                pool = start(1)
    finally:
        pool.shutdown(wait=False)


def _start(make_job: Callable[[], Any]) -> None:
    """Make the job of a process, with one thread: there are processes enough."""
    global _job
    _threads.enter_context(single_threaded())
    _job = make_job()


def _work(item: Any) -> Any:
    return _job(item)
