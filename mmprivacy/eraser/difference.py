"""The Difference Loss: how far removed content is from what was there.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels, ``C`` channels.

The paper maximises "the sum of the Content Loss and Style Loss" on VGG, and gives
neither layers nor bounds. The layers are those of Wan et al. 2021, on which it builds.

Reference: Yang et al. 2023 (ERASER), "FFC ERASER"; Johnson et al. 2016; Gatys et al.
2016.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from mmprivacy.errors import ConfigError

CONTENT_LAYERS = ('relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1')
STYLE_LAYERS = ('relu2_2', 'relu3_4', 'relu4_4', 'relu5_2')
BOUNDS = ('hinge', 'log1p', 'none')


def gram(features: Tensor) -> Tensor:
    """Correlations of the channels.

    Args:
        features: Feature map (B, C, H, W).

    Returns:
        Gram matrices (B, C, C), divided by ``C * H * W``.
    """
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat[0].numel()


def content_difference(first: dict[str, Tensor], second: dict[str, Tensor]) -> Tensor:
    """Sum over layers of the mean absolute difference of features.

    Args:
        first: Layer to feature map (B, C, h, w).
        second: Likewise.

    Returns:
        Differences (B,).
    """
    return _sum_of_l1(first, second, CONTENT_LAYERS, lambda f: f)


def style_difference(first: dict[str, Tensor], second: dict[str, Tensor]) -> Tensor:
    """Sum over layers of the mean absolute difference of Gram matrices.

    Args:
        first: Layer to feature map (B, C, h, w).
        second: Likewise.

    Returns:
        Differences (B,).
    """
    return _sum_of_l1(first, second, STYLE_LAYERS, gram)


def region_difference(
    trunk: Callable[[Tensor], dict[str, Tensor]],
    changed: Tensor,
    original: Tensor,
    mask: Tensor,
    content: float = 1.0,
    style: float = 1.0,
) -> Tensor:
    """Measure how different two pictures are inside a mask.

    Both are black outside, and the difference is divided by the share of the picture
    that the mask covers, so that a small region counts as much as a large one. Pixels
    outside have no influence.

    Args:
        trunk: Gives the features of pictures (B, 3, H, W), by layer.
        changed: Pictures after removal (B, 3, H, W).
        original: Pictures before (B, 3, H, W).
        mask: Masks (B, 1, H, W).
        content: Weight of the content difference.
        style: Weight of the style difference.

    Returns:
        Differences (B,), 0 where the mask is empty.
    """
    first = trunk(mask * changed)
    with torch.no_grad():
        second = trunk(mask * original)
    total = content * content_difference(first, second)
    total = total + style * style_difference(first, second)
    share = mask.flatten(1).mean(1)
    return torch.where(share > 0, total / share.clamp(min=1e-6), 0 * total)


def bounded_loss(difference: Tensor, bound: str, margin: float) -> Tensor:
    """Turn differences into a loss that falls when they grow.

    Args:
        difference: Differences (B,).
        bound: ``'hinge'``: ``relu(margin - d)``, so that nothing pulls any more once
            the content is different enough; ``'log1p'``: ``-log(1 + d)``, whose pull
            fades; ``'none'``: ``-d``, as the paper has it, which can grow without end
            in saturated colours.
        margin: Of the hinge.

    Returns:
        A scalar, the mean over pictures.

    Raises:
        ConfigError: If the bound is unknown.
    """
    if bound == 'hinge':
        return F.relu(margin - difference).mean()
    if bound == 'log1p':
        return -difference.log1p().mean()
    if bound == 'none':
        return -difference.mean()
    raise ConfigError.explain(
        'bound',
        expected=f'one of {", ".join(BOUNDS)}',
        got=repr(bound),
        fix='choose one of them',
    )


def _sum_of_l1(
    first: dict[str, Tensor],
    second: dict[str, Tensor],
    layers: tuple[str, ...],
    view: Callable[[Tensor], Tensor],
) -> Tensor:
    distances = [
        (view(first[name]) - view(second[name])).abs().flatten(1).mean(1)
        for name in layers
        if name in first
    ]
    return torch.stack(distances).sum(0)
