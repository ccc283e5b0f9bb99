"""What each contract promises, as tests on difficult photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contract_tools import (
    Promise,
    need,
    photos,
    repeats,
    same,
    scene,
    some_regions,
)
from mmprivacy.advisor.contracts import (
    CONTRACTS,
    Assessment,
    Finding,
    Photo,
    Problem,
    Region,
)
from mmprivacy.advisor.protector_checks import protector_promises


def promises_of(method: str, part: Any, make: Callable[[], Any]) -> Iterator[Promise]:
    """List the promises of a contract, each with a function that tests it.

    Args:
        method: The method of the contract.
        part: The part.
        make: Builds another one like it.

    Yields:
        A sentence, and a function that raises
        :class:`~mmprivacy.advisor.contract_tools.Broken` if it is not true.
    """
    yield 'has what the contract asks for', lambda: _attributes(method, part)
    yield 'is registered in TASK_UTILS', lambda: _registered(part)
    if method == 'protect':
        yield from protector_promises(part, make)
        return
    judge = _JUDGES[method]
    regions = [] if method != 'verify' else None

    def call(which: Any, photo: Photo) -> Any:
        if regions is None:
            return which.verify(photo, some_regions(photo.size))
        return getattr(which, method)(photo)

    for name, photo in photos().items():
        yield (
            f'gives a right result for {name}',
            lambda photo=photo: judge(part, photo, call(part, photo)),
        )
    yield 'leaves the photo as it is', lambda: _leaves(lambda p: call(part, p))
    yield (
        'gives the same result again, whatever it saw between',
        lambda: repeats(lambda p: call(part, p)),
    )
    yield (
        'gives the same result when it is built anew',
        lambda: same(call(part, scene()), call(make(), scene())),
    )
    if method == 'verify':
        yield (
            'takes photos without regions',
            lambda: judge(part, scene(), part.verify(scene(), [])),
        )


def _attributes(method: str, part: Any) -> None:
    need(
        isinstance(part, CONTRACTS[method]),
        f'no {CONTRACTS[method].__name__}: see mmprivacy.advisor.contracts',
    )
    if method == 'protect':
        undone = part.can_be_undone
        need(isinstance(undone, bool), f'can_be_undone is {undone!r}, no bool')
        need(isinstance(getattr(part, 'warning', ''), str), 'warning is no string')
    if method in ('localise', 'verify'):
        kinds = part.kinds
        right = not isinstance(kinds, str) and all(isinstance(k, str) for k in kinds)
        need(right and len(kinds) > 0, f'kinds is {kinds!r}, no sequence of names')
        need(isinstance(getattr(part, 'model', ''), str), 'model is no string')


def _registered(part: Any) -> None:
    name = type(part).__name__
    need(
        TASK_UTILS.module_dict.get(name) is type(part),
        f'put @TASK_UTILS.register_module() before class {name}',
    )


def _box(box: Any, size: tuple[int, int]) -> None:
    height, width = size
    need(len(box) == 4 and np.isfinite(box).all(), f'box {box} is no finite xyxy')
    x0, y0, x1, y1 = box
    need(x0 < x1 and y0 < y1, f'box {box} has no area')
    inside = x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height
    need(inside, f'box {box} reaches out of the photo, {width} x {height}')


def _score(name: str, value: Any, high: float = 1.0) -> None:
    right = np.isscalar(value) and np.isfinite(value) and 0 <= value <= high
    need(right, f'{name} is {value!r}, not from 0 to {high:g}')


def _all_of(kind: type, found: Any) -> None:
    need(isinstance(found, (list, tuple)), f'gave {type(found).__name__}, no list')
    for item in found:
        need(isinstance(item, kind), f'gave {type(item).__name__}, no {kind.__name__}')


def _judge_regions(part: Any, photo: Photo, found: Any) -> None:
    _all_of(Region, found)
    for region in found:
        _box(region.box, photo.size)
        _score('score', region.score)
        need(region.kind in part.kinds, f'{region.kind!r} is none of its kinds')
        mask = region.mask
        right = mask is None or (mask.dtype == bool and mask.shape == photo.size)
        need(right, f'the mask is no bool array {photo.size}')


def _judge_problems(part: Any, photo: Photo, found: Any) -> None:
    _all_of(Problem, found)
    for problem in found:
        if problem.box is not None:
            _box(problem.box, photo.size)
        _score('score', problem.score)
        need(problem.kind in part.kinds, f'{problem.kind!r} is none of its kinds')
        need(bool(problem.message), 'a problem has no message')


def _judge_assessment(part: Any, photo: Photo, said: Any) -> None:  # noqa: ARG001
    need(isinstance(said, Assessment), f'gave {type(said).__name__}, no Assessment')
    if said.score is not None:
        _score('score', said.score, 5)
    if said.private_probability is not None:
        _score('private_probability', said.private_probability)
    _all_of(Finding, said.findings)
    for finding in said.findings:
        _score(f'score of {finding.name}', finding.score)
    heat = said.heat_map
    if heat is not None:
        right = heat.ndim == 2 and heat.size and np.isfinite(heat).all()
        right = right and heat.min() >= 0 and heat.max() <= 1
        need(right, 'the heat map is not (h, w) in [0, 1]')


_JUDGES = {
    'localise': _judge_regions,
    'verify': _judge_problems,
    'assess': _judge_assessment,
}


def _leaves(call: Callable[[Photo], Any]) -> None:
    pixels = scene().pixels.copy()
    call(Photo(pixels))
    need(np.array_equal(pixels, scene().pixels), 'the pixels are changed')
