"""What Model-Image learns from Model-Cropped: the target of Eq. 2.

Shapes: ``M`` windows, ``C`` classes, ``K`` = C + 1 channels (background first) or C,
``T`` kinds of masks, ``h`` x ``w`` cells.
"""

from __future__ import annotations

import torch
from torch import Tensor

MODES = ('auto', 'continuous', 'l2g', 'raw')
BACKGROUNDS = ('residual', 'l2g')
ASSIGNMENTS = ('argmax', 'share')
NORMS = ('window', 'image')


def class_weights(masks: Tensor, types: Tensor) -> Tensor:
    """Give each class the mask of its type.

    Args:
        masks: Masks (B, T, h, w) in [0, 1].
        types: int64 (C,): 0 for un-masked classes, k for those of mask k - 1.

    Returns:
        Weights (B, C, h, w).
    """
    whole = torch.ones_like(masks[:, :1])
    return torch.cat([whole, masks], 1)[:, types]


def local_targets(
    maps: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    masked: Tensor | None = None,
    saliency: Tensor | None = None,
    mode: str = 'auto',
    bg_target: str = 'residual',
    assign: str = 'argmax',
    bg_thr: float = 0.001,
    with_background: bool = True,
    windows: int = 1,
) -> Tensor:
    """Turn maps of Model-Cropped into targets for the softmax of Model-Image.

    Each map is cut at 0 and divided by its maximum in a group of windows. Classes that
    the image does not have are left out. Cells are then given to classes, weighted by
    the masks, and what is left of a cell goes to the background.

    Args:
        maps: Maps (M, K, h, w); no gradient flows into them.
        labels: 0 or 1, float (M, C).
        weights: Masks of the classes (M, C, h, w) in [0, 1]; None for no masks.
        masked: bool (C,): classes that have a mask.
        saliency: Where any mask is (M, 1, h, w), for ``bg_target='l2g'``.
        mode: ``'auto'``: masked classes become their mask wherever they are seen, the
            others keep their values; ``'continuous'``: all keep them; ``'l2g'``: none
            does, a class is there or not; ``'raw'``: the maps as they are, weighted
            (the paper's formula to the letter).
        bg_target: ``'residual'``: what classes leave; ``'l2g'``: the background channel
            takes part in the argmax, and is put out where a mask is.
        assign: ``'argmax'``: a cell belongs to its highest class; ``'share'``: classes
            share it, which leaves several attributes on the same pixels possible.
        bg_thr: Values up to this are no sign of a class.
        with_background: Whether maps have a background channel.
        windows: Neighbours in a group: 1 scales each window for itself, even one that
            has nothing of the class; the windows of an image share its maximum.

    Returns:
        Targets (M, K, h, w); except with ``'raw'``, in [0, 1] with a sum over the
        channels of at most 1.

    Reference:
        Tay et al., PrivObfNet (WACV 2024), Eq. 2, which names neither scaling nor
        background; Jiang et al., L2G (CVPR 2022), whose description in the paper is
        followed by ``'l2g'``.
    """
    maps = maps.detach().float()
    start = int(with_background)
    if mode == 'raw':
        if weights is None:
            return maps
        return torch.cat([maps[:, :start], maps[:, start:] * weights], 1)
    values = maps.clamp_min(0)
    highest = values.unflatten(0, (-1, windows)).amax((1, 3, 4)) + 1e-8
    values = values / highest.repeat_interleave(windows, 0)[..., None, None]
    values = torch.cat(
        [values[:, :start], values[:, start:] * labels[..., None, None]], 1
    )
    competes = with_background and bg_target == 'l2g'
    if assign == 'argmax':
        first = 0 if competes else start
        values = torch.cat([values[:, :first], _highest(values[:, first:])], 1)
    found = _weigh(values[:, start:], weights, masked, mode, bg_thr)
    if not competes:
        found = found if assign == 'argmax' else _share(found)
        rest = (1 - found.sum(1, keepdim=True)).clamp_min(0)
        return torch.cat([rest, found], 1) if with_background else found
    rest = (values[:, :1] > bg_thr).to(found)
    rest = rest if saliency is None else rest * (1 - saliency)
    target = torch.cat([rest, found], 1)
    return target if assign == 'argmax' else _share(target)


def _highest(values: Tensor) -> Tensor:
    """Keep the highest channel of each cell (M, K, h, w)."""
    channels = torch.arange(values.shape[1], device=values.device)[:, None, None]
    return values * (values.argmax(1, keepdim=True) == channels)


def _share(values: Tensor) -> Tensor:
    """Let the channels of each cell have a sum of at most 1."""
    return values / values.sum(1, keepdim=True).clamp_min(1)


def _weigh(
    found: Tensor,
    weights: Tensor | None,
    masked: Tensor | None,
    mode: str,
    bg_thr: float,
) -> Tensor:
    """Apply the masks, and make those classes binary that the mode says."""
    weights = torch.ones_like(found) if weights is None else weights
    weighted = found * weights
    if mode == 'continuous':
        return weighted
    seen = (weighted > bg_thr) * weights
    if mode == 'l2g':
        return seen
    if masked is None:
        return weighted
    return torch.where(masked[:, None, None], seen, weighted)
