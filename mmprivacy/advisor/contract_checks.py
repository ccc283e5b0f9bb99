"""What each contract promises, as tests on difficult photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.check import CONTRACTS, Broken
from mmprivacy.advisor.contracts import (
    Assessment,
    Finding,
    Photo,
    Problem,
    Region,
    covered,
)

Promise = tuple[str, Callable[[], None]]


def promises_of(method: str, part: Any, make: Callable[[], Any]) -> Iterator[Promise]:
    """List the promises of a contract, each with a function that tests it.

    Args:
        method: The method of the contract.
        part: The part.
        make: Builds another one like it.

    Yields:
        A sentence, and a function that raises
        :class:`~mmprivacy.advisor.check.Broken` if it is not true.
    """
    yield 'has what the contract asks for', lambda: _attributes(method, part)
    yield 'is registered in TASK_UTILS', lambda: _registered(part)
    if method == 'protect':
        yield from _protector(part, make)
        return
    judge = _JUDGES[method]
    regions = [] if method != 'verify' else None

    def call(which: Any, photo: Photo) -> Any:
        if regions is None:
            return which.verify(photo, _some_regions(photo.size))
        return getattr(which, method)(photo)

    for name, photo in photos().items():
        yield (
            f'gives a right result for {name}',
            lambda photo=photo: judge(part, photo, call(part, photo)),
        )
    yield 'leaves the photo as it is', lambda: _leaves(lambda p: call(part, p))
    yield (
        'gives the same result again, whatever it saw between',
        lambda: _repeats(lambda p: call(part, p)),
    )
    yield (
        'gives the same result when it is built anew',
        lambda: _same(call(part, _scene()), call(make(), _scene())),
    )
    if method == 'verify':
        yield (
            'takes photos without regions',
            lambda: judge(part, _scene(), part.verify(_scene(), [])),
        )


def photos() -> dict[str, Photo]:
    """Draw the difficult photos: name to photo, which cannot be written to."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (61, 83, 3), np.uint8)
    gray = np.repeat(rng.integers(0, 256, (48, 64, 1), np.uint8), 3, axis=2)
    pictures = {
        'a picture': _scene().pixels,
        'noise of an odd size': noise,
        'a gray photo': gray,
        'a black photo': np.zeros((40, 56, 3), np.uint8),
        'a white photo': np.full((40, 56, 3), 255, np.uint8),
        'one pixel': noise[:1, :1],
        'one row': noise[:1],
        'one column': noise[:, :1],
    }
    return {name: _frozen(pixels) for name, pixels in pictures.items()}


def _frozen(pixels: np.ndarray) -> Photo:
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return Photo(pixels)


def _scene() -> Photo:
    """Draw a picture with shapes and shades, (96, 128, 3)."""
    y, x = np.mgrid[:96, :128].astype(np.float64)
    pixels = np.stack([x * 1.6, y * 2.2, 128 + 60 * np.sin(x / 7 + y / 11)], -1)
    pixels[20:60, 30:70] = (220, 180, 150)
    pixels[32:38, 38:44] = pixels[32:38, 54:60] = (30, 20, 20)
    return _frozen(pixels.clip(0, 255).astype(np.uint8))


def _some_regions(size: tuple[int, int]) -> list[Region]:
    height, width = size
    box = (0.2 * width, 0.2 * height, 0.7 * width, 0.6 * height)
    return [Region(box, 'face', 0.9, 'check')]


def _need(right: bool, message: str) -> None:
    if not right:
        raise Broken(message)


def _attributes(method: str, part: Any) -> None:
    _need(
        isinstance(part, CONTRACTS[method]),
        f'no {CONTRACTS[method].__name__}: see mmprivacy.advisor.contracts',
    )
    if method == 'protect':
        undone = part.can_be_undone
        _need(isinstance(undone, bool), f'can_be_undone is {undone!r}, no bool')
        _need(isinstance(getattr(part, 'warning', ''), str), 'warning is no string')
    if method in ('localise', 'verify'):
        kinds = part.kinds
        right = not isinstance(kinds, str) and all(isinstance(k, str) for k in kinds)
        _need(right and len(kinds) > 0, f'kinds is {kinds!r}, no sequence of names')
        _need(isinstance(getattr(part, 'model', ''), str), 'model is no string')


def _registered(part: Any) -> None:
    name = type(part).__name__
    _need(
        TASK_UTILS.module_dict.get(name) is type(part),
        f'put @TASK_UTILS.register_module() before class {name}',
    )


def _box(box: Any, size: tuple[int, int]) -> None:
    height, width = size
    _need(len(box) == 4 and np.isfinite(box).all(), f'box {box} is no finite xyxy')
    x0, y0, x1, y1 = box
    _need(x0 < x1 and y0 < y1, f'box {box} has no area')
    inside = x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height
    _need(inside, f'box {box} reaches out of the photo, {width} x {height}')


def _score(name: str, value: Any, high: float = 1.0) -> None:
    right = np.isscalar(value) and np.isfinite(value) and 0 <= value <= high
    _need(right, f'{name} is {value!r}, not from 0 to {high:g}')


def _all_of(kind: type, found: Any) -> None:
    _need(isinstance(found, (list, tuple)), f'gave {type(found).__name__}, no list')
    for item in found:
        _need(isinstance(item, kind), f'gave {type(item).__name__}, no {kind.__name__}')


def _judge_regions(part: Any, photo: Photo, found: Any) -> None:
    _all_of(Region, found)
    for region in found:
        _box(region.box, photo.size)
        _score('score', region.score)
        _need(region.kind in part.kinds, f'{region.kind!r} is none of its kinds')
        mask = region.mask
        right = mask is None or (mask.dtype == bool and mask.shape == photo.size)
        _need(right, f'the mask is no bool array {photo.size}')


def _judge_problems(part: Any, photo: Photo, found: Any) -> None:
    _all_of(Problem, found)
    for problem in found:
        if problem.box is not None:
            _box(problem.box, photo.size)
        _score('score', problem.score)
        _need(problem.kind in part.kinds, f'{problem.kind!r} is none of its kinds')
        _need(bool(problem.message), 'a problem has no message')


def _judge_assessment(part: Any, photo: Photo, said: Any) -> None:  # noqa: ARG001
    _need(isinstance(said, Assessment), f'gave {type(said).__name__}, no Assessment')
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
        _need(right, 'the heat map is not (h, w) in [0, 1]')


_JUDGES = {
    'localise': _judge_regions,
    'verify': _judge_problems,
    'assess': _judge_assessment,
}


def _leaves(call: Callable[[Photo], Any]) -> None:
    pixels = _scene().pixels.copy()
    call(Photo(pixels))
    _need(np.array_equal(pixels, _scene().pixels), 'the pixels are changed')


def _repeats(call: Callable[[Photo], Any]) -> None:
    drawn = photos()
    first = [call(p) for p in drawn.values()]
    second = [call(p) for p in reversed(drawn.values())][::-1]
    for name, before, after in zip(drawn, first, second):
        try:
            _same(before, after)
        except Broken as e:
            raise Broken(f'for {name}: {e}') from e


def _same(first: Any, second: Any) -> None:
    one, two = _plain(first), _plain(second)
    _need(one == two, f'{_short(one)}, then {_short(two)}')


def _plain(value: Any) -> Any:
    """Turn a result into something that compares."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (Region, Problem, Assessment, Finding)):
        return {k: _plain(v) for k, v in vars(value).items()}
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f'{text[:120]}...'


def _protector(part: Any, make: Callable[[], Any]) -> Iterator[Promise]:
    for name, photo in photos().items():
        yield f'gives a right picture for {name}', lambda p=photo: _change(part, p)
    yield 'does nothing where nothing is private', lambda: _nothing(part)
    yield 'takes boxes that reach out of the photo', lambda: _outside(part)
    yield 'takes masks and overlapping regions', lambda: _masks(part)
    yield 'leaves the picture as it is', lambda: _leaves_picture(part)
    yield (
        'gives the same picture again, whatever it saw between',
        lambda: _repeats(lambda p: part.protect(p.pixels, _some_regions(p.size))),
    )
    regions = _some_regions(_scene().size)
    yield (
        'gives the same picture when it is built anew',
        lambda: _same(
            part.protect(_scene().pixels, regions),
            make().protect(_scene().pixels, regions),
        ),
    )
    if getattr(part, 'can_be_undone', True) is False:
        yield (
            'cannot be undone: the result does not depend on what was there',
            lambda: _forgets(part),
        )


def _change(
    part: Any, photo: Photo, regions: Sequence[Region] | None = None
) -> np.ndarray:
    """Protect, and check what came."""
    regions = _some_regions(photo.size) if regions is None else regions
    result = part.protect(photo.pixels, regions)
    right = isinstance(result, np.ndarray) and result.dtype == np.uint8
    right = right and result.shape == photo.pixels.shape
    got = getattr(result, 'shape', type(result).__name__)
    _need(right, f'gave {got}, not uint8 {photo.pixels.shape}')
    outside = ~covered(regions, photo.size)
    same = np.array_equal(result[outside], photo.pixels[outside])
    _need(same, 'pixels outside of the regions are changed')
    return result


def _nothing(part: Any) -> None:
    _change(part, _scene(), [])


def _outside(part: Any) -> None:
    height, width = _scene().size
    boxes = [
        (-20.0, -10.0, 30.5, 20.25),
        (width - 9.0, height - 9.0, width + 50.0, height + 50.0),
        (width + 5.0, 3.0, width + 9.0, 8.0),
    ]
    _change(part, _scene(), [Region(box, 'face') for box in boxes])


def _masks(part: Any) -> None:
    size = _scene().size
    y, x = np.ogrid[: size[0], : size[1]]
    disc = (x - 60) ** 2 + (y - 40) ** 2 <= 20**2
    regions = [
        Region((40.0, 20.0, 81.0, 61.0), 'person', mask=disc),
        Region((30.0, 30.0, 70.0, 50.0), 'text'),
        Region((5.0, 5.0, 9.0, 9.0), 'person', mask=np.zeros(size, bool)),
    ]
    _change(part, _scene(), regions)


def _leaves_picture(part: Any) -> None:
    pixels = _scene().pixels.copy()
    result = part.protect(pixels, _some_regions(pixels.shape[:2]))
    _need(np.array_equal(pixels, _scene().pixels), 'the picture it got is changed')
    _need(not np.shares_memory(pixels, result), 'the result is the picture it got')


def _forgets(part: Any) -> None:
    regions = _some_regions(_scene().size)
    other = _scene().pixels.copy()
    chosen = covered(regions, _scene().size)
    rng = np.random.default_rng(1)
    other[chosen] = rng.integers(0, 256, (int(chosen.sum()), 3), np.uint8)
    first, second = _change(part, _scene()), _change(part, Photo(other))
    different = (first != second).any(-1).mean()
    _need(different == 0, f'{different:.1%} of the pixels depend on it')
