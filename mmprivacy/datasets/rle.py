"""Run lengths of masks in COCO's order: column by column, starting with zeros."""

from __future__ import annotations

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


def decode_rle(rle: dict[str, list[int]]) -> np.ndarray:
    """Decode a mask that :func:`encode_rle` encoded.

    Args:
        rle: ``{'size': [h, w], 'counts': [...]}``.

    Returns:
        bool ``(h, w)``.

    Raises:
        DataError: The counts do not add up to the size.
    """
    h, w = rle['size']
    counts = np.asarray(rle['counts'], np.int64)
    if counts.sum() != h * w:
        raise DataError.explain(
            'run lengths',
            expected=f'counts that add up to {h} x {w}',
            got=int(counts.sum()),
            fix='write the annotation again',
        )
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((h, w), order='F')
