"""What the samplers of the priors cost, and how good their priors are."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from mmprivacy.eraser.prior_sampling import fill_holes, token_holes
from mmprivacy.evaluation.functional import psnr

SAMPLERS = ('raster', 'parallel', 'oneshot')
PICTURES = 16


@torch.no_grad()
def compare_samplers(model: Any, data: Any) -> dict[str, dict[str, float]]:
    """Sample both priors of some pictures, one picture at a time, in every way.

    Args:
        model: ERASER with a prior.
        data: Pictures, some with the true background.

    Returns:
        By sampler, means over pictures: ``passes`` of the transformer for both priors,
        ``seconds``, and ``psnr`` inside the mask of the global prior, which does not
        see what is there, against the true background in the same colours (NaN without
        backgrounds).
    """
    net = model.prior.prior.net
    passes = []
    hook = net.transformer.register_forward_hook(lambda *_: passes.append(1))
    chosen = np.unique(np.linspace(0, len(data) - 1, PICTURES).round().astype(int))
    figures = {}
    try:
        for sampler in SAMPLERS:
            rows = []
            for k in chosen:
                passes.clear()
                start = time.perf_counter()
                quality = _sample(model, data[int(k)], sampler)
                rows.append((len(passes), time.perf_counter() - start, quality))
            means = np.nanmean(np.array(rows, float), axis=0).tolist()
            figures[sampler] = dict(zip(('passes', 'seconds', 'psnr'), means))
    finally:
        hook.remove()
    return figures


def sample_both(
    model: Any, image: torch.Tensor, mask: torch.Tensor, sampler: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sample both priors of a picture, whether the model uses the region prior or not.

    Args:
        model: ERASER with a prior.
        image: The picture (1, 3, H, W) in [0, 1].
        mask: The mask (1, 1, H, W).
        sampler: How.

    Returns:
        Tokens (2, L) of global and region prior, and where each had to invent (2, L).
    """
    net = model.prior.prior.net
    holes = torch.cat(token_holes(mask, net.side))
    tokens = net.tokenize(image).repeat(2, 1)
    options = dict(model.prior.options)
    filled = fill_holes(
        net.transformer, tokens, holes, sampler, seeds=[0, 0], **options
    )
    return filled, holes


def _sample(model: Any, item: dict, sampler: str) -> float:
    """Sample both priors of a picture; return the PSNR of the global one."""
    net = model.prior.prior.net
    device = next(model.parameters()).device
    image = item['inputs']['img'][None].to(device).float() / 255
    mask = item['inputs']['mask'][None].to(device).float()
    filled, holes = sample_both(model, image, mask, sampler)
    background = item['data_samples'].get('gt_background')
    hidden = holes[0].cpu().numpy().reshape(net.side, net.side)
    if background is None or not hidden.any():
        return float('nan')
    truth = net.tokenize(background[None].to(device).float() / 255)
    small = [net.paint(t, (net.side, net.side))[0] for t in (filled[:1], truth)]
    pair = [255 * p.permute(1, 2, 0).cpu().numpy() for p in small]
    return psnr(*pair, mask=hidden)
