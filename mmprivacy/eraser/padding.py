"""Padding pictures by mirroring, to sizes that the generator can halve.

Shapes: ``C`` channels, ``H`` x ``W`` pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor


def padded_size(size: tuple[int, int], divisor: int) -> tuple[int, int]:
    """Round a size up to multiples of a number, twice that number at least.

    Args:
        size: ``(H, W)``, each 1 or more.
        divisor: The number.

    Returns:
        ``(H', W')``.
    """
    height, width = (max(-(-side // divisor), 2) * divisor for side in size)
    return height, width


def mirror_pad(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Continue a picture below and to the right by mirroring it, edges included.

    Pictures and masks have to be padded alike: the mirror image of a hole is a hole,
    or else what is to be removed would be seen in the mirror.

    Args:
        image: Picture (..., H, W), even of a single pixel.
        size: ``(H', W')``, not smaller.

    Returns:
        Picture (..., H', W').
    """
    for dim, target in zip((-2, -1), size):
        length = image.shape[dim]
        if target > length:
            index = torch.arange(target, device=image.device) % (2 * length)
            index = torch.minimum(index, 2 * length - 1 - index)
            image = image.index_select(dim, index)
    return image
