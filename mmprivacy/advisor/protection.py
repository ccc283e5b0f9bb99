"""Carry out a plan on the pixels of a photo.

Convention:
    Pictures are RGB uint8 (H, W, 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmprivacy.advisor.contracts import Protector, Region, covered
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.plan import Plan
from mmprivacy.advisor.policy import KEEP, grow
from mmprivacy.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Protected:
    """A protected photo.

    Attributes:
        file: What is to be written.
        regions: The regions with their margins, as they were protected.
        methods: The method of each region.
    """

    file: PhotoFile
    regions: tuple[Region, ...]
    methods: tuple[str, ...]


def carry_out(
    file: PhotoFile, plan: Plan, protectors: Mapping[str, Protector]
) -> Protected:
    """Protect the regions of a plan, method by method, in the order of the config.

    Args:
        file: The photo.
        plan: Its plan.
        protectors: Method to protector.

    Returns:
        The protected photo. No pixel outside of the grown regions differs from the
        original's, whatever a protector did.

    Raises:
        ShapeError: If a protector changes the shape or the type of the picture.
    """
    size = file.photo.size
    todo = [r for r in plan.regions if r.method != KEEP]
    grown = [grow(r.region, r.margin, size) for r in todo]
    picture = file.photo.pixels
    for method, protector in protectors.items():
        chosen = [g for g, r in zip(grown, todo) if r.method == method]
        if chosen:
            picture = _apply(protector, method, picture, chosen)
    where = covered(grown, size)
    changed = file.protected(picture, where) if where.any() else file
    return Protected(changed, tuple(grown), tuple(r.method for r in todo))


def _apply(
    protector: Protector, method: str, picture: np.ndarray, regions: Sequence[Region]
) -> np.ndarray:
    readable = picture.view()
    readable.flags.writeable = False
    result = np.asarray(protector.protect(readable, regions))
    if result.shape != picture.shape or result.dtype != np.uint8:
        raise ShapeError.explain(
            f'protector {method!r}',
            expected=f'a picture {picture.shape} uint8',
            got=f'{result.shape} {result.dtype}',
            fix='return a picture of the same shape',
        )
    return result
