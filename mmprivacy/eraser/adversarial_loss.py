"""The adversarial losses: non-saturating, with a gradient penalty.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels, ``h`` x ``w`` patches that are rated.

Convention:
    Logits are positive for real. Masks are 1 where the generator had to invent.

Reference: Suvorov et al. 2022 (LaMa), Sec. 2.2.2.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Loss of the generator: all patches should be rated real.

    Args:
        fake_logits: Ratings of generated pictures (B, 1, h, w).

    Returns:
        A scalar.
    """
    return F.softplus(-fake_logits).mean()


def discriminator_loss(
    real_logits: Tensor,
    fake_logits: Tensor,
    mask: Tensor,
    secret: Tensor | None = None,
) -> Tensor:
    """Loss of the discriminator.

    Patches of the known part of a generated picture count as real: only what was
    invented is fake.

    Args:
        real_logits: Ratings of real pictures (B, 1, h, w).
        fake_logits: Ratings of generated pictures (B, 1, h, w).
        mask: Masks (B, 1, H, W); the nearest pixel decides about a patch.
        secret: Masks (B, 1, H, W) of what has to go. Patches of real pictures there are
            no example of what is real: their share of the loss is 0.

    Returns:
        A scalar, the mean over all patches.
    """
    size = fake_logits.shape[-2:]
    fake = F.interpolate(mask.to(fake_logits), size, mode='nearest')
    as_fake, as_real = F.softplus(fake_logits), F.softplus(-fake_logits)
    real = F.softplus(-real_logits)
    if secret is not None:
        real = (1 - F.interpolate(secret.to(real_logits), size, mode='nearest')) * real
    return (real + fake * as_fake + (1 - fake) * as_real).mean()


def gradient_penalty(real_logits: Tensor, real: Tensor) -> Tensor:
    """R1: squared norm of the discriminator's gradient at real pictures.

    Args:
        real_logits: Ratings of real pictures (B, 1, h, w).
        real: The pictures (B, 3, H, W), which require a gradient.

    Returns:
        A scalar: the mean over pictures, without a factor of 1/2.
    """
    (grad,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
    return grad.flatten(1).square().sum(1).mean()
