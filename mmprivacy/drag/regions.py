"""Regions of an image as weighted groups of feature channels.

Shapes: ``B`` images, ``C`` channels, ``N`` regions, ``H`` x ``W`` cells of the feature
map. Coordinates are ``(row, column)`` in cells, starting at 0.

Source: Yang et al. 2022 (DRAG), Eq. 2. The two losses are not in the part of the paper
that is public; they follow the authors' published implementation, written anew.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmprivacy.errors import ShapeError


def peak_indices(features: Tensor) -> Tensor:
    """Find the strongest cell of every channel.

    Args:
        features: Feature maps (B, C, H, W).

    Returns:
        Row-major cell indices (B, C), int64; the first one where several cells are
        equally strong, so a dead channel gives 0.
    """
    return features.flatten(2).argmax(dim=-1)


def peak_coordinates(indices: Tensor, width: int) -> Tensor:
    """Turn row-major cell indices into coordinates.

    Args:
        indices: Row-major cell indices (...).
        width: Number of columns ``W`` of the map.

    Returns:
        ``(row, column)`` coordinates (..., 2) of the dtype of ``indices``.
    """
    rows = torch.div(indices, width, rounding_mode='floor')
    return torch.stack((rows, indices - rows * width), dim=-1)


def region_maps(features: Tensor, groups: Tensor) -> Tensor:
    """Sum the channels of every region, Eq. 2.

    The sum is divided by the number of channels ``C``, not by the weights: with hard
    groups the maps of all regions add up to the mean of the channels.

    Args:
        features: Feature maps Fb (B, C, H, W).
        groups: Membership of each channel in each region cr' (B, N, C), or (N, C) for
            the same groups in every image.

    Returns:
        Region maps Fw (B, N, H, W).
    """
    batch, channels, height, width = features.shape
    groups = groups.to(features.dtype).expand(batch, -1, -1)
    maps = torch.bmm(groups, features.flatten(2)) / channels
    return maps.view(batch, -1, height, width)


def distance_penalty(maps: Tensor) -> Tensor:
    """Mean squared activation times squared distance to the peak of its region.

    Small when every region is compact. The peak's position is not differentiated.

    Args:
        maps: Region maps (B, N, H, W).

    Returns:
        A scalar, the mean over (B, N, H, W); distances in cells.
    """
    height, width = maps.shape[-2:]
    peaks = peak_coordinates(peak_indices(maps), width).to(maps.dtype)
    rows = torch.arange(height, device=maps.device, dtype=maps.dtype)
    columns = torch.arange(width, device=maps.device, dtype=maps.dtype)
    row_distance = (rows - peaks[..., :1]).square()
    column_distance = (columns - peaks[..., 1:]).square()
    distance = row_distance.unsqueeze(-1) + column_distance.unsqueeze(-2)
    return (maps.square() * distance).mean()


def diversity_penalty(maps: Tensor) -> Tensor:
    """Mean squared activation times squared strength of the other regions there.

    Small when no two regions are active in one cell. The strength of the others is
    their maximum minus the mean of the whole batch, through which gradients flow too.

    Args:
        maps: Region maps (B, N, H, W) with N >= 2.

    Returns:
        A scalar, the mean over (B, N, H, W).

    Raises:
        ShapeError: If there is only one region.
    """
    num_regions = maps.shape[1]
    if num_regions < 2:
        raise ShapeError.explain(
            'diversity loss',
            expected='maps of at least 2 regions',
            got=f'shape {tuple(maps.shape)}',
            fix='set num_regions to 2 or more',
        )
    top, owner = maps.topk(2, dim=1)
    regions = torch.arange(num_regions, device=maps.device).view(1, -1, 1, 1)
    others = torch.where(regions == owner[:, :1], top[:, 1:], top[:, :1])
    return (maps.square() * (others - maps.mean()).square()).mean()
