"""Differences of pictures as networks see them, inside a region, in torch.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels, ``C`` channels.

Convention:
    Pictures are RGB float in [0, 1]. Masks are float (B, 1, H, W), 1 = the region.
    Nothing is weighted, and every figure is divided by the share of the picture that
    the region covers, so that small and large regions compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Features = Callable[[Tensor], Sequence[Tensor]]
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def imagenet_normalised(images: Tensor) -> Tensor:
    """Shift and scale pictures (B, 3, H, W) in [0, 1] as ImageNet's networks want."""
    mean, std = (
        images.new_tensor(v).view(3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD)
    )
    return (images - mean) / std


@torch.no_grad()
def region_feature_distances(
    network: Features, changed: Tensor, original: Tensor, mask: Tensor
) -> Tensor:
    """Mean squared differences of the feature maps of a region.

    Both pictures are black outside the region, so nothing there has an influence.

    Args:
        network: From pictures (B, 3, H, W) to feature maps, one a layer.
        changed: Pictures (B, 3, H, W).
        original: Pictures (B, 3, H, W).
        mask: The regions (B, 1, H, W).

    Returns:
        (L, B) for L layers; NaN where a region is empty.
    """
    first, second = network(mask * changed), network(mask * original)
    share = mask.flatten(1).mean(1)
    distances = [
        (a - b).square().flatten(1).mean(1) / share for a, b in zip(first, second)
    ]
    return torch.stack(distances)


@torch.no_grad()
def region_realness_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """``softplus(-logit)``, averaged over the patches of a region.

    Args:
        logits: Of a discriminator, (B, 1, h, w), positive for real.
        mask: The regions (B, 1, H, W); a patch counts by the share of it inside.

    Returns:
        (B,), 0 if all patches look real beyond doubt; NaN where a region is empty.
    """
    weight = F.interpolate(mask, logits.shape[-2:], mode='area').flatten(1)
    return (F.softplus(-logits).flatten(1) * weight).sum(1) / weight.sum(1)


@torch.no_grad()
def lpips_distance(
    network: Features, linear: Sequence[Tensor], first: Tensor, second: Tensor
) -> Tensor:
    """Learned perceptual distance of pictures.

    Feature vectors are divided by their length; their squared differences are weighted
    by channel, averaged over places and summed over layers.

    Args:
        network: From normalised pictures to feature maps, one a layer.
        linear: Weights (C,) of the channels of each layer.
        first: Pictures (B, 3, H, W), normalised.
        second: Likewise.

    Returns:
        (B,), 0 for equal pictures.

    Reference:
        Zhang et al., *The Unreasonable Effectiveness of Deep Features as a Perceptual
        Metric*, CVPR 2018, Eq. 1.
    """
    total = first.new_zeros(len(first))
    for a, b, weight in zip(network(first), network(second), linear):
        difference = (_unit(a) - _unit(b)).square()
        total = total + (difference * weight.view(-1, 1, 1)).sum(1).flatten(1).mean(1)
    return total


def _unit(features: Tensor) -> Tensor:
    """Divide the vector at each place (B, C, h, w) by its length."""
    return features / (features.square().sum(1, keepdim=True).sqrt() + 1e-10)
