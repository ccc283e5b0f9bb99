"""Losses that hold a generated picture close to a target.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels.

Convention:
    Pictures are RGB float in [0, 1]. Masks are 1 where something is to be removed.

Reference: Suvorov et al. 2022 (LaMa), Sec. 2.2; weights in its public configuration.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def masked_l1(
    fake: Tensor, real: Tensor, mask: Tensor, known: float, hole: float
) -> Tensor:
    """Mean absolute difference with one weight outside and one inside the mask.

    Args:
        fake: Generated pictures (B, 3, H, W).
        real: Targets (B, 3, H, W).
        mask: Masks (B, 1, H, W).
        known: Weight where the mask is 0.
        hole: Weight where the mask is 1.

    Returns:
        A scalar, the mean over all pixels.
    """
    return ((fake - real).abs() * (mask * hole + (1 - mask) * known)).mean()


def feature_distance(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Mean squared differences of feature maps, one for each layer.

    Args:
        fake: Features of generated pictures, a tensor for each of N layers.
        real: Features of the targets.

    Returns:
        Distances (N,).
    """
    return torch.stack([F.mse_loss(a, b.detach()) for a, b in zip(fake, real)])


def known_target(real: Tensor, fake: Tensor, mask: Tensor) -> Tensor:
    """Build a target without what is to be removed.

    The generated content fills the hole of the real picture. Features of this target
    pull the known part of a generated picture towards the truth, and its hole nowhere:
    in stage 2, the truth in the hole is the secret.

    Args:
        real: Real pictures (B, 3, H, W).
        fake: Generated pictures (B, 3, H, W).
        mask: Masks (B, 1, H, W).

    Returns:
        Targets (B, 3, H, W), without a gradient.
    """
    return torch.where(mask > 0.5, fake, real).detach()
