"""EXIF orientations: how stored pixels become the upright photo.

Shapes: ``H`` x ``W`` pixels, ``C`` channels if any.
"""

from __future__ import annotations

import numpy as np

ORIENTATIONS = tuple(range(1, 9))
"""Values of the EXIF tag; 1 is upright."""


def make_upright(stored: np.ndarray, orientation: int) -> np.ndarray:
    """Turn stored pixels the way a viewer shows them.

    Args:
        stored: Pixels (H, W) or (H, W, C) as the file holds them.
        orientation: EXIF orientation, 1 to 8; any other value means 1.

    Returns:
        Contiguous pixels, with H and W exchanged for 5 to 8.

    Source:
        EXIF 2.32 (CIPA DC-008), tag 0x0112.
    """
    turned = {
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.swapaxes(0, 1),
        6: lambda x: x[::-1].swapaxes(0, 1),
        7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
        8: lambda x: x[:, ::-1].swapaxes(0, 1),
    }.get(orientation, lambda x: x)(stored)
    return np.ascontiguousarray(turned)
