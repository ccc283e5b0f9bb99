"""What the tests of all contracts have in common: difficult photos, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mmprivacy.advisor.contracts import Assessment, Finding, Photo, Problem, Region

Promise = tuple[str, Callable[[], None]]


class Broken(Exception):
    """A contract is not kept; the message says how."""


def photos() -> dict[str, Photo]:
    """Draw the difficult photos: name to photo, which cannot be written to."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (61, 83, 3), np.uint8)
    gray = np.repeat(rng.integers(0, 256, (48, 64, 1), np.uint8), 3, axis=2)
    pictures = {
        'a picture': scene().pixels,
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


def scene() -> Photo:
    """Draw a picture with shapes and shades, (96, 128, 3)."""
    y, x = np.mgrid[:96, :128].astype(np.float64)
    pixels = np.stack([x * 1.6, y * 2.2, 128 + 60 * np.sin(x / 7 + y / 11)], -1)
    pixels[20:60, 30:70] = (220, 180, 150)
    pixels[32:38, 38:44] = pixels[32:38, 54:60] = (30, 20, 20)
    return _frozen(pixels.clip(0, 255).astype(np.uint8))


def some_regions(size: tuple[int, int]) -> list[Region]:
    """Give a region for a photo of a size."""
    height, width = size
    box = (0.2 * width, 0.2 * height, 0.7 * width, 0.6 * height)
    return [Region(box, 'face', 0.9, 'check')]


def need(right: bool, message: str) -> None:
    """Raise the message if something is not right."""
    if not right:
        raise Broken(message)


def repeats(call: Callable[[Photo], Any]) -> None:
    """Need the same results in another order of photos."""
    drawn = photos()
    first = [call(p) for p in drawn.values()]
    second = [call(p) for p in reversed(drawn.values())][::-1]
    for name, before, after in zip(drawn, first, second):
        try:
            same(before, after)
        except Broken as e:
            raise Broken(f'for {name}: {e}') from e


def same(first: Any, second: Any) -> None:
    """Need two results to be the same, to the last bit."""
    one, two = _plain(first), _plain(second)
    need(one == two, f'{_short(one)}, then {_short(two)}')


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
