"""What a protector promises, as tests on difficult photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from mmprivacy.advisor.contract_tools import (
    Promise,
    need,
    photos,
    repeats,
    same,
    scene,
    some_regions,
)
from mmprivacy.advisor.contracts import Photo, Region, covered


def protector_promises(part: Any, make: Callable[[], Any]) -> Iterator[Promise]:
    """List what a protector promises, each with a function that tests it.

    Args:
        part: The protector.
        make: Builds another one like it.

    Yields:
        A sentence, and a function that raises
        :class:`~mmprivacy.advisor.contract_tools.Broken` if it is not true.
    """
    for name, photo in photos().items():
        yield f'gives a right picture for {name}', lambda p=photo: _change(part, p)
    yield 'does nothing where nothing is private', lambda: _nothing(part)
    yield 'takes boxes that reach out of the photo', lambda: _outside(part)
    yield 'takes masks and overlapping regions', lambda: _masks(part)
    yield 'leaves the picture as it is', lambda: _leaves_picture(part)
    yield (
        'gives the same picture again, whatever it saw between',
        lambda: repeats(lambda p: part.protect(p.pixels, some_regions(p.size))),
    )
    regions = some_regions(scene().size)
    yield (
        'gives the same picture when it is built anew',
        lambda: same(
            part.protect(scene().pixels, regions),
            make().protect(scene().pixels, regions),
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
    regions = some_regions(photo.size) if regions is None else regions
    result = part.protect(photo.pixels, regions)
    right = isinstance(result, np.ndarray) and result.dtype == np.uint8
    right = right and result.shape == photo.pixels.shape
    got = getattr(result, 'shape', type(result).__name__)
    need(right, f'gave {got}, not uint8 {photo.pixels.shape}')
    outside = ~covered(regions, photo.size)
    same = np.array_equal(result[outside], photo.pixels[outside])
    need(same, 'pixels outside of the regions are changed')
    return result


def _nothing(part: Any) -> None:
    _change(part, scene(), [])


def _outside(part: Any) -> None:
    height, width = scene().size
    boxes = [
        (-20.0, -10.0, 30.5, 20.25),
        (width - 9.0, height - 9.0, width + 50.0, height + 50.0),
        (width + 5.0, 3.0, width + 9.0, 8.0),
    ]
    _change(part, scene(), [Region(box, 'face') for box in boxes])


def _masks(part: Any) -> None:
    size = scene().size
    y, x = np.ogrid[: size[0], : size[1]]
    disc = (x - 60) ** 2 + (y - 40) ** 2 <= 20**2
    regions = [
        Region((40.0, 20.0, 81.0, 61.0), 'person', mask=disc),
        Region((30.0, 30.0, 70.0, 50.0), 'text'),
        Region((5.0, 5.0, 9.0, 9.0), 'person', mask=np.zeros(size, bool)),
    ]
    _change(part, scene(), regions)


def _leaves_picture(part: Any) -> None:
    pixels = scene().pixels.copy()
    result = part.protect(pixels, some_regions(pixels.shape[:2]))
    need(np.array_equal(pixels, scene().pixels), 'the picture it got is changed')
    need(not np.shares_memory(pixels, result), 'the result is the picture it got')


def _forgets(part: Any) -> None:
    regions = some_regions(scene().size)
    other = scene().pixels.copy()
    chosen = covered(regions, scene().size)
    rng = np.random.default_rng(1)
    other[chosen] = rng.integers(0, 256, (int(chosen.sum()), 3), np.uint8)
    first, second = _change(part, scene()), _change(part, Photo(other))
    different = (first != second).any(-1).mean()
    need(different == 0, f'{different:.1%} of the pixels depend on it')
