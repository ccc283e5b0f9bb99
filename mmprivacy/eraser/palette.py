"""The visual vocabulary: a picture as a small grid of colours, and back.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels, ``S`` cells a side, ``L = S * S`` tokens
in raster order, ``K`` colours.

Convention:
    Pictures are RGB float in [0, 1]. A palette is RGB float (K, 3) in [0, 255] with
    whole numbers. Masks are 1 where something is to be removed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mmprivacy.errors import DataError, ShapeError

_CHUNK = 16384


def shrink(values: Tensor, side: int) -> Tensor:
    """Resize pictures or masks to a square grid with an area-aware bilinear filter.

    The filter of Pillow's ``BILINEAR``, which the public prior was trained with: a cell
    sees about two cells in each direction.

    Args:
        values: Pictures (B, C, H, W), float.
        side: Cells a side.

    Returns:
        Grid (B, C, S, S).
    """
    return F.interpolate(
        values, (side, side), mode='bilinear', align_corners=False, antialias=True
    )


def nearest_colors(colors: Tensor, palette: Tensor) -> Tensor:
    """Find the palette entry with the smallest squared RGB distance.

    Args:
        colors: Colours (..., 3) in [0, 255], float.
        palette: Palette (K, 3).

    Returns:
        Indices (...), int64; the first one of equal distances.
    """
    flat = colors.reshape(-1, 3)
    found = [
        (palette.square().sum(1) - 2 * part @ palette.t()).argmin(1)
        for part in flat.split(_CHUNK)
    ]
    return torch.cat(found).view(colors.shape[:-1])


def image_to_tokens(image: Tensor, palette: Tensor, side: int) -> Tensor:
    """Shrink pictures and quantise their colours.

    Args:
        image: Pictures (B, 3, H, W) in [0, 1].
        palette: Palette (K, 3).
        side: Cells a side.

    Returns:
        Tokens (B, L), int64.
    """
    levels = (shrink(image.float(), side) * 255).round()
    return nearest_colors(levels.permute(0, 2, 3, 1), palette).flatten(1)


def tokens_to_image(
    tokens: Tensor, palette: Tensor, size: tuple[int, int] | None = None
) -> Tensor:
    """Paint tokens as a picture.

    Args:
        tokens: Tokens (B, L).
        palette: Palette (K, 3).
        size: ``(H, W)`` to enlarge to with a bicubic filter; None keeps one pixel a
            token.

    Returns:
        Pictures (B, 3, H, W) in [0, 1].
    """
    side = round(tokens.shape[1] ** 0.5)
    small = (palette[tokens] / 255).transpose(1, 2).unflatten(2, (side, side))
    if size is None:
        return small
    large = F.interpolate(
        small, size, mode='bicubic', align_corners=False, antialias=True
    )
    return large.clamp(0, 1)


def fit_palette(
    colors: Tensor, num_colors: int, iterations: int = 20, seed: int = 0
) -> Tensor:
    """Choose the colours of a palette by K-means.

    Args:
        colors: Colours (N, 3) in [0, 255] of many pictures, float.
        num_colors: Size K of the palette.
        iterations: Rounds of Lloyd's algorithm.
        seed: Seed of the first choice.

    Returns:
        Palette (K, 3), whole numbers in [0, 255], sorted by lightness.

    Raises:
        ShapeError: If ``colors`` is not (N, 3).
        DataError: If there are fewer different colours than wanted.
    """
    if colors.ndim != 2 or colors.shape[1] != 3:
        raise ShapeError.explain(
            'fit_palette',
            expected='colours (N, 3)',
            got=tuple(colors.shape),
            fix='give one row a colour',
        )
    distinct = colors.round().unique(dim=0)
    if len(distinct) < num_colors:
        raise DataError.explain(
            'fit_palette',
            expected=f'at least {num_colors} different colours',
            got=len(distinct),
            fix='give more pictures, or fit a smaller palette',
        )
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(distinct), generator=generator)
    centers = distinct[order[:num_colors].to(distinct.device)].clone()
    for _ in range(iterations):
        labels = nearest_colors(colors, centers)
        counts = torch.bincount(labels, minlength=num_colors)
        sums = torch.zeros_like(centers).index_add_(0, labels, colors)
        used = counts > 0
        centers[used] = sums[used] / counts[used, None]
    centers = centers.round().clamp(0, 255)
    return centers[centers.sum(1).argsort(stable=True)]
