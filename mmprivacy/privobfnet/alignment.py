"""Cutting maps of Model-Image where the windows of Model-Cropped lie."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mmprivacy.privobfnet.windows import cut_windows

ALIGNMENTS = ('slice', 'roi_align')


def cut_maps(
    maps: Tensor, corners: Tensor, window: Sequence[int], align: str = 'slice'
) -> Tensor:
    """Cut windows out of maps.

    Args:
        maps: Maps (B, K, h, w).
        corners: Corners in cells (B, N, 2) int64.
        window: Height and width of a window in cells.
        align: ``'slice'``: exactly; ``'roi_align'``: with the operator and the default
            of L2G, whose values belong half a cell beside. For comparison.

    Returns:
        Maps (B N, K, *window).
    """
    if align == 'slice':
        return cut_windows(maps, corners, window)
    from mmcv.ops import roi_align

    image = torch.arange(len(maps)).repeat_interleave(corners.shape[1])[:, None]
    top_left = corners.flatten(0, 1).flip(1)
    boxes = torch.cat([image, top_left, top_left + torch.tensor(window).flip(0)], 1)
    # On a CPU, this operator reads the memory of a tensor in the ordinary layout.
    maps, boxes = maps.contiguous(), boxes.to(maps)
    return roi_align(maps, boxes, tuple(window), 1.0, 0, 'avg', False)
