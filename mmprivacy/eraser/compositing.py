"""Putting generated content into the hole of a picture, and nowhere else."""

from __future__ import annotations

import torch
import torch.nn.functional as F
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


def blend(fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Shift generated content so that it meets the known pixels without an edge.

    What the generator painted wrongly just outside the hole is continued into it as a
    membrane (Laplace's equation), and taken off. No pixel inside the hole of the real
    picture has an influence.

    Args:
        fake: Generated pictures (B, 3, H, W), painted outside the hole as well.
        real: Real pictures (B, 3, H, W).
        mask: Masks (B, 1, H, W), 1 = hole.

    Returns:
        Pictures (B, 3, H, W) in [0, 1].

    Reference: Perez, Gangnet and Blake 2003, "Poisson Image Editing", Eqs. 3 to 5.
    """
    wrong = torch.where(mask > 0.5, torch.zeros_like(real), real - fake)
    return (fake + membrane(wrong, mask)).clamp(0, 1)


def membrane(values: Tensor, mask: Tensor, rounds: int = 16) -> Tensor:
    """Continue values smoothly into a hole: approximately harmonic, coarse to fine.

    Args:
        values: Values (B, C, H, W); those in the hole do not count.
        mask: Masks (B, 1, H, W), 1 = hole.
        rounds: Averages over neighbours at each of the sizes H, H / 2, H / 4, ...

    Returns:
        The same values outside the hole. 0 everywhere in a hole without an outside.
    """
    hole = mask > 0.5
    weight = (~hole).to(values)
    if min(values.shape[-2:]) == 1:
        total = (values * weight).sum((2, 3), keepdim=True)
        coarse = total / weight.sum((2, 3), keepdim=True).clamp(min=1)
    else:
        known = F.avg_pool2d(weight, 2, ceil_mode=True)
        mean = F.avg_pool2d(values * weight, 2, ceil_mode=True)
        coarse = membrane(mean / known.clamp(min=1e-3), (known == 0).to(mask), rounds)
    size = values.shape[-2:]
    filled = F.interpolate(coarse, size, mode='bilinear', align_corners=False)
    out = torch.where(hole, filled, values)
    if hole.any():
        for _ in range(rounds):
            ring = F.pad(out, (1, 1, 1, 1), mode='replicate')
            sides = ring[..., :-2, 1:-1] + ring[..., 2:, 1:-1]
            sides = sides + ring[..., 1:-1, :-2] + ring[..., 1:-1, 2:]
            out = torch.where(hole, sides / 4, out)
    return out
