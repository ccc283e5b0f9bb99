"""Run lengths of masks in COCO's order: column by column, starting with zeros.

COCO writes the counts as a list, or as a string of them (its compressed form).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmprivacy.errors import DataError


def encode_rle(mask: np.ndarray) -> dict[str, list[int]]:
    """Encode a mask.

    Args:
        mask: bool or integer ``(h, w)``, true = object.

    Returns:
        ``{'size': [h, w], 'counts': [zeros, ones, zeros, ...]}``, COCO's uncompressed
        form.
    """
    flat = np.asarray(mask, bool).ravel(order='F')
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], changes, [flat.size]])
    counts = np.diff(edges).tolist()
    if flat.size and flat[0]:
        counts.insert(0, 0)
    return {'size': [int(s) for s in mask.shape], 'counts': counts}


def decode_rle(rle: dict[str, Any]) -> np.ndarray:
    """Decode a mask.

    Args:
        rle: ``{'size': [h, w], 'counts': counts}``; the counts are a list, or the
            string of COCO's compressed form.

    Returns:
        bool ``(h, w)``.

    Raises:
        DataError: The counts cannot be read, or do not add up to the size.
    """
    h, w = rle['size']
    counts = rle['counts']
    if isinstance(counts, (str, bytes)):
        counts = expand_counts(counts)
    counts = np.asarray(counts, np.int64)
    if counts.sum() != h * w or (counts < 0).any():
        raise DataError.explain(
            'run lengths',
            expected=f'counts that add up to {h} x {w}',
            got=int(counts.sum()),
            fix='write the annotation again',
        )
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((h, w), order='F')


def compress_counts(counts: Sequence[int]) -> str:
    """Write counts as the string of COCO's compressed form.

    From the third count on, the difference to the count before the last is written, in
    groups of five bits, the lowest first, a character each.
    """
    characters = []
    for k, count in enumerate(counts):
        value = int(count) - (int(counts[k - 2]) if k > 2 else 0)
        more = True
        while more:
            group, value = value & 31, value >> 5
            more = value != (-1 if group & 16 else 0)
            characters.append(chr(48 + (group | 32 if more else group)))
    return ''.join(characters)


def expand_counts(text: str | bytes) -> list[int]:
    """Read the string of COCO's compressed form.

    Args:
        text: The string.

    Returns:
        The counts.

    Raises:
        DataError: It ends within a number, or has other characters.
    """
    data = text if isinstance(text, bytes) else text.encode('utf-8')
    counts: list[int] = []
    value = shift = 0
    for character in data:
        group = character - 48
        if not 0 <= group < 64:
            break
        value |= (group & 31) << shift
        shift += 5
        if not group & 32:
            value -= (1 << shift) if group & 16 else 0
            counts.append(value + (counts[-2] if len(counts) > 2 else 0))
            value = shift = 0
    else:
        if not shift:
            return counts
    raise DataError.explain(
        'run lengths',
        expected="a string of COCO's compressed form",
        got=repr(text[:40]),
        fix='write the annotation again',
    )
