"""Refine maps of classes along the edges of the image, in plain PyTorch.

Each pixel becomes a weighted mean of its neighbours; those weigh most whose colour is
like its own; repeated, maps grow to the edges and stop there.

Shapes: ``K`` maps, ``C`` channels, ``D`` dilations, ``h`` x ``w`` pixels.

Reference:
    Araslanov and Roth, *Single-Stage Semantic Segmentation from Image Labels*, CVPR
    2020, Sec. 4.2 (PAMR).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmprivacy.errors import ConfigError, ShapeError

DILATIONS = (1, 2, 4, 8, 12, 24)
#: Neighbours are alike that differ by less than this share of the local spread.
_SHARPNESS = 0.1


def refine(
    maps: Tensor,
    image: Tensor,
    iterations: int = 10,
    dilations: Sequence[int] = DILATIONS,
) -> Tensor:
    """Refine maps by the colours of the image.

    Args:
        maps: Maps of the classes, the background's included, (K, h, w) float.
        image: The image (C, h, w) float, of whatever scale.
        iterations: Number of repetitions; 0 leaves the maps as they are.
        dilations: Distances of the eight neighbours in pixels.

    Returns:
        Maps (K, h, w). If the maps of a pixel sum to 1 everywhere, they still do.

    Raises:
        ShapeError: If maps and image are not of one size.
        ConfigError: If ``iterations`` is negative or there is no dilation.
    """
    if maps.dim() != 3 or image.dim() != 3 or maps.shape[1:] != image.shape[1:]:
        raise ShapeError.explain(
            'refine',
            expected='maps (K, h, w) and an image (C, h, w)',
            got=f'{tuple(maps.shape)} and {tuple(image.shape)}',
            fix='resize the maps to the size of the image',
        )
    if iterations < 0 or not dilations or min(dilations) < 1:
        raise ConfigError.explain(
            'refine',
            expected='iterations >= 0 and dilations >= 1',
            got=f'{iterations} and {tuple(dilations)}',
            fix='use 10 and (1, 2, 4, 8, 12, 24)',
        )
    weights = affinities(image, dilations)
    for _ in range(iterations):
        parts = ((neighbours(maps, d) * w).sum(1) for d, w in zip(dilations, weights))
        maps = sum(parts)
    return maps


def affinities(image: Tensor, dilations: Sequence[int]) -> Tensor:
    """Weigh the neighbours of each pixel by how much their colour is like its own.

    Args:
        image: The image (C, h, w) float.
        dilations: Distances of the neighbours.

    Returns:
        Weights (D, 8, h, w) that sum to 1 in each pixel.
    """
    image = image.float()
    around = torch.stack([neighbours(image, d) for d in dilations])
    spread = around.transpose(1, 2).flatten(0, 1).std(0)
    unlike = (around - image[None, :, None]).abs()
    unlike = unlike / (1e-8 + _SHARPNESS * spread)[None, :, None]
    flat = -unlike.mean(1).flatten(0, 1)
    return flat.softmax(0).view(len(dilations), 8, *image.shape[1:])


def neighbours(maps: Tensor, dilation: int) -> Tensor:
    """Gather the eight neighbours of each pixel; beyond the edge is the edge.

    Args:
        maps: (K, h, w).
        dilation: Distance in pixels.

    Returns:
        (K, 8, h, w), row by row from the upper left one, the pixel itself left out.
    """
    d, (h, w) = dilation, maps.shape[1:]
    padded = F.pad(maps[None], (d, d, d, d), mode='replicate')[0]
    shifts = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
    views = [padded[:, y * d : y * d + h, x * d : x * d + w] for y, x in shifts]
    return torch.stack(views, 1)
