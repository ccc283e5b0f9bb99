"""Putting generated content into the hole of a picture, and nowhere else."""

from __future__ import annotations

import torch
from torch import Tensor


def composite(
    image: Tensor, generated: Tensor, mask: Tensor, size: tuple[int, int]
) -> Tensor:
    """Paint the hole of a picture; all other pixels keep their bits.

    Args:
        image: Picture (3, H, W) in [0, 1], whose levels were whole 255ths.
        generated: Picture (3, H, W) in [0, 1].
        mask: Mask (1, H, W), 1 = to be painted.
        size: ``(h, w)`` to crop to.

    Returns:
        RGB uint8 (3, h, w).
    """
    h, w = size
    result = torch.where(mask > 0.5, generated.float(), image.float())[:, :h, :w]
    return (result * 255).round().clamp(0, 255).to(torch.uint8)
