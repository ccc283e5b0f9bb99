"""Class activation maps: reading them between cells, averaging views, scaling.

Shapes: ``B`` images, ``C`` classes, ``K`` = C + 1 channels (background first), ``h`` x
``w`` cells of a map, ``H`` x ``W`` pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Grid:
    """Where the cells of a feature map lie in the image.

    Attributes:
        stride: Distance of neighbouring cells in pixels.
        origin: Position of the middle of the first cell, in pixels from the middle of
            the first pixel: 0 for padded convolutions of odd size, ``(stride - 1) / 2``
            for patches that do not overlap.
    """

    stride: int = 8
    origin: float = 0.0

    def cells(self, pixels: int) -> int:
        """Count the cells along so many pixels."""
        return -(-pixels // self.stride)


def read_between(maps: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Interpolate maps linearly at any rows and columns; the border goes on outside.

    Args:
        maps: Maps (..., h, w).
        rows: Positions (H,) in cells.
        columns: Positions (W,) in cells.

    Returns:
        Values (..., H, W).
    """
    down, across = (
        1 - (place.clamp(0, n - 1)[:, None] - torch.arange(n, device=maps.device)).abs()
        for place, n in zip((rows, columns), maps.shape[-2:])
    )
    down, across = down.clamp_min(0), across.clamp_min(0)
    return down.to(maps.dtype) @ maps @ across.to(maps.dtype).T


def to_pixels(
    maps: Tensor, grid: Grid, seen: Sequence[float], size: Sequence[int], flip_at: int
) -> Tensor:
    """Enlarge maps to pixels.

    Args:
        maps: Maps (..., h, w).
        grid: Where their cells lie in what the network saw.
        seen: Height and width of the image in what the network saw, in pixels; more may
            be padding.
        size: ``(H, W)`` wanted for the image.
        flip_at: 0, or the width in pixels of what the network saw, if that was flipped.

    Returns:
        Values (..., H, W), not flipped.
    """
    places = []
    for length, pixels in zip(seen, size):
        middle = torch.arange(pixels, device=maps.device) + 0.5
        places.append(middle * (length / pixels) - 0.5)
    if flip_at:
        places[1] = flip_at - 1 - places[1]
    rows, columns = ((p - grid.origin) / grid.stride for p in places)
    return read_between(maps, rows, columns)


def average_views(
    forward: Callable[[Tensor], tuple[Tensor, ...]],
    images: Tensor,
    grid: Grid,
    seen: Sequence[Sequence[int]],
    sizes: Sequence[Sequence[int]],
    scales: Sequence[float] = (1.0,),
    flip: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """Run a network at several scales, flipped or not, and average what it gives.

    An image and its mirror image go through the network in one batch. Maps are read at
    the pixels that they belong to, so averaging does not blur them by parts of a cell.

    Args:
        forward: The network: images to maps (B, K, h, w) and any number of further
            outputs (B, ...).
        images: Images (B, 3, H, W).
        grid: Where the cells of its maps lie.
        seen: ``(h, w)`` without padding, an image each.
        sizes: Size wanted for the maps, an image each.
        scales: Factors to resize the images by.
        flip: Whether to add mirror images.

    Returns:
        Mean maps (K, H', W') of each image, and the means of the further outputs, which
        are taken at the scale next to 1.
    """
    main = min(scales, key=lambda s: abs(s - 1))
    total: list[Tensor | None] = [None] * len(images)
    outputs: list[Tensor] = []
    num_views = len(scales) * (2 if flip else 1)
    for scale in scales:
        view = images if scale == 1 else resize(images, scale)
        batch = torch.cat([view, view.flip(-1)]) if flip else view
        maps, *others = forward(batch)
        ratio = [a / b for a, b in zip(view.shape[-2:], images.shape[-2:])]
        for n, (area, size) in enumerate(zip(seen, sizes)):
            area = [length * r for length, r in zip(area, ratio)]
            value = to_pixels(maps[n], grid, area, size, 0)
            if flip:
                mirrored = maps[len(images) + n]
                width = view.shape[-1]
                value = value + to_pixels(mirrored, grid, area, size, width)
            before = total[n]
            total[n] = value if before is None else before + value
        if scale == main:
            sides = 2 if flip else 1
            outputs = [o.unflatten(0, (sides, -1)).mean(0) for o in others]
    return [t / num_views for t in total if t is not None], outputs


def resize(images: Tensor, scale: float) -> Tensor:
    """Resize images (B, C, H, W) by a factor, to at least one pixel."""
    size = [max(1, round(n * scale)) for n in images.shape[-2:]]
    return F.interpolate(images, size, mode='bilinear', align_corners=False)


def normalize_cams(maps: Tensor) -> Tensor:
    """Drop negative values, and let the highest of each map be 1.

    Args:
        maps: Maps (..., H, W).

    Returns:
        Maps (..., H, W) in [0, 1]; all 0 where nothing is positive.
    """
    maps = maps.clamp_min(0)
    return maps / (maps.amax((-2, -1), keepdim=True) + 1e-8)


def pool_masks(masks: Tensor, grid: Grid, cells: Sequence[int]) -> Tensor:
    """Average masks over the surroundings of each cell.

    Args:
        masks: Masks (B, T, H, W) in [0, 1].
        grid: Where the cells lie.
        cells: Height and width of the map.

    Returns:
        Shares (B, T, h, w) in [0, 1].
    """
    # A window as large as the stride, its middle at (or half a pixel before) the cell.
    before = max(0, round((grid.stride - 1) / 2 - grid.origin))
    after = [n * grid.stride - before - m for n, m in zip(cells, masks.shape[-2:])]
    inside = torch.ones_like(masks[:1, :1])
    border = (before, max(0, after[1]), before, max(0, after[0]))
    masks, inside = F.pad(masks, border), F.pad(inside, border)
    total, area = (F.avg_pool2d(m, grid.stride) for m in (masks, inside))
    shares = total / area.clamp_min(1e-8)
    return shares[..., : cells[0], : cells[1]]
