"""Compare what was written with what was meant, and with what was there before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mmprivacy.advisor.contracts import Problem, Protector, Region, covered, pixel_box
from mmprivacy.advisor.photo_file import PhotoFile
from mmprivacy.advisor.protection import Protected
from mmprivacy.advisor.residue import share_left

_LEFT = 0.1  # share of a region that may look like what was there, by chance
_SAME = 0.9  # share that a protection which changes little may leave
_UNCHANGED = 0.5  # gray levels, mean difference that compression alone makes


def compare(
    found: PhotoFile,
    original: PhotoFile,
    protected: Protected,
    protectors: Mapping[str, Protector],
) -> list[Problem]:
    """Compare a file that was read again.

    A protection that cannot be undone has to leave nothing of what was there. Of any
    other, the file has to show the result and not the original.

    Args:
        found: What was read.
        original: The photo before.
        protected: What was meant to be written.
        protectors: Method to protector.

    Returns:
        The problems.
    """
    meant = protected.file
    if found.native.shape != meant.native.shape:
        return [broken('the written photo has another size')]
    problems = []
    if meant.lossless and not np.array_equal(found.native, meant.native):
        problems.append(broken('the written pixels are not those that were meant'))
    for region, method in zip(protected.regions, protected.methods):
        message = _judge(
            region,
            protectors[method].can_be_undone,
            *(f.photo.pixels for f in (original, found, meant)),
        )
        if message:
            problems.append(Problem(region.kind, message, region.box, source='region'))
    return problems


def broken(message: str) -> Problem:
    """Say that a file is not what it should be."""
    return Problem('file', message, source='file')


def _judge(
    region: Region,
    can_be_undone: bool,
    before: np.ndarray,
    after: np.ndarray,
    meant: np.ndarray,
) -> str:
    """Say what is wrong with a region, if anything is."""
    size = before.shape[:2]
    x0, y0, x1, y1 = pixel_box(region.box, size)
    part = np.s_[y0:y1, x0:x1]
    mask = covered([region], size)[part]
    if not mask.any():
        return ''
    before, after, meant = before[part], after[part], meant[part]
    left = share_left(before, after, mask)
    if left > (_SAME if can_be_undone else _LEFT):
        unchanged = _gap(before, meant, mask) < _UNCHANGED
        if unchanged or not can_be_undone:
            return f'{left:.0%} of a region ({region.kind}) is as it was'
    if _gap(after, before, mask) < _gap(after, meant, mask):
        return f'a region ({region.kind}) is not as it was meant'
    return ''


def _gap(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> float:
    return float(np.abs(a[mask].astype(int) - b[mask]).mean())
