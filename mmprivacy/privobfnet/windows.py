"""Windows of an image: where they lie, and cutting them out.

Shapes: ``B`` images, ``N`` windows an image, ``C`` channels, ``H`` x ``W`` pixels or
cells, ``h`` x ``w`` those of a window.

Convention: corners are (top, left). They are drawn in cells of the feature map, so that
a window of the image (corner times stride) and the same window of a map are exact
slices.
"""

from __future__ import annotations

import torch
from torch import Tensor

POLICIES = ('corners+random', 'random')


def draw_corners(
    num_images: int,
    num_windows: int,
    cells: tuple[int, int],
    window: tuple[int, int],
    policy: str = 'corners+random',
) -> Tensor:
    """Draw the corners of the windows of a batch.

    Args:
        num_images: B.
        num_windows: N.
        cells: Height and width of the feature map.
        window: Height and width of a window in cells; not larger than ``cells``.
        policy: ``'corners+random'``: the first four windows lie in the corners of the
            image, whose union covers it if a window has at least half its size; the
            others anywhere. ``'random'``: all of them anywhere.

    Returns:
        Corners int64 (B, N, 2), on the CPU.
    """
    room = [c - w for c, w in zip(cells, window)]
    size = (num_images, num_windows)
    corners = torch.stack([torch.randint(r + 1, size) for r in room], -1)
    if policy == 'corners+random':
        top, left = room
        fixed = torch.tensor([[0, 0], [0, left], [top, 0], [top, left]])
        corners[:, :4] = fixed[:num_windows]
    return corners


def cut_windows(maps: Tensor, corners: Tensor, window: tuple[int, int]) -> Tensor:
    """Cut windows out of images or maps.

    Args:
        maps: Images or maps (B, C, H, W).
        corners: Corners (B, N, 2) int64.
        window: Height h and width w of a window.

    Returns:
        Windows (B N, C, h, w), those of an image in a row, in the memory layout of
        the maps.
    """
    corners = corners.to(maps.device)
    image = torch.arange(len(maps), device=maps.device)[:, None, None, None]
    rows = (
        corners[..., 0, None, None]
        + torch.arange(window[0], device=maps.device)[:, None]
    )
    columns = corners[..., 1, None, None] + torch.arange(window[1], device=maps.device)
    cut = maps.permute(0, 2, 3, 1)[image, rows, columns]
    cut = cut.permute(0, 1, 4, 2, 3).flatten(0, 1)
    last = maps.is_contiguous(memory_format=torch.channels_last)
    layout = torch.channels_last if last else torch.contiguous_format
    return cut.contiguous(memory_format=layout)
