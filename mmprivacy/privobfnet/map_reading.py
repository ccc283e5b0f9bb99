"""How the maps of Model-Image are read, and become masks.

Shapes: ``B`` images, ``C`` classes, ``K`` = C + 1 maps (background first) or C, ``R``
readings.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmprivacy.privobfnet.cam import normalize_cams
from mmprivacy.privobfnet.options import SHARES, TestOptions


def read_maps(maps: Tensor, num_classes: int, cams: str) -> Tensor:
    """Read maps in the way, or the two ways, that ``cams`` names.

    Args:
        maps: Maps (B, K, h, w).
        num_classes: Classes C.
        cams: See :class:`~.options.TestOptions`.

    Returns:
        Maps (B, R C, h, w), all classes in one reading after the other. There are two
        of ``'balanced'``: against the background, then the shares of a cell.
    """
    readings = []
    if cams in SHARES:
        readings.append((maps[:, -num_classes:] - maps[:, :1]).sigmoid())
    if cams in ('softmax', 'balanced'):
        readings.append(maps.softmax(1)[:, -num_classes:])
    return torch.cat(readings, 1) if readings else maps[:, -num_classes:]


def make_masks(
    readings: Tensor,
    probabilities: Tensor,
    options: TestOptions,
    labels: Tensor | None = None,
) -> Tensor:
    """Turn what was read into a mask of each class.

    Args:
        readings: Maps of one image (R C, H, W), see :func:`read_maps`.
        probabilities: Of the classes (C,).
        options: How high masks are: ``label_source``, ``attr_thr`` and ``cams``.
        labels: 0 or 1 (C,), for the label source ``'gt'``.

    Returns:
        Masks (C, H, W) in [0, 1].
    """
    maps, *shares = readings.split(len(probabilities))
    source = options.label_source
    if source == 'gt':
        peaks = labels.to(probabilities)
    elif source == 'all':
        peaks = torch.ones_like(probabilities)
    elif source == 'pred':
        peaks = (probabilities > options.attr_thr).to(probabilities)
    elif options.cams in SHARES:
        peaks = torch.maximum(probabilities, maps.amax((1, 2)))
    else:
        peaks = probabilities
    masks = normalize_cams(maps) * peaks[:, None, None]
    if not shares:
        return masks
    masks = (masks * shares[0]).sqrt()
    return masks if source == 'soft' else normalize_cams(masks)
