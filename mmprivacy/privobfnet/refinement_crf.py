"""Refine maps of classes with a dense CRF: needs pydensecrf, an optional package."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mmprivacy.compat import require


def refine_crf(maps: Tensor, image: Tensor, iterations: int = 10) -> Tensor:
    """Refine maps by a fully connected CRF.

    Args:
        maps: Scores of the classes, the background's included, (K, h, w) float >= 0.
        image: The photo, RGB (3, h, w) in [0, 255].
        iterations: Mean-field iterations.

    Returns:
        Probabilities (K, h, w) float32 of the same device.

    Raises:
        MissingDependencyError: If pydensecrf is not installed.

    Reference:
        Kraehenbuehl and Koltun, NeurIPS 2011. The settings are IRN's: certainty 0.7 of
        the label with the highest score, smoothness 3 px (weight 3), appearance 50 px
        and 5 gray values (weight 10).
    """
    fix = 'compile it (`pip install pydensecrf`), or take the refinement local'
    densecrf = require('pydensecrf.densecrf', 'the refinement crf', fix)
    utils = require('pydensecrf.utils', 'the refinement crf', fix)
    num, h, w = maps.shape
    labels = maps.argmax(0).cpu().numpy()
    crf = densecrf.DenseCRF2D(w, h, num)
    unary = utils.unary_from_labels(labels, num, gt_prob=0.7, zero_unsure=False)
    crf.setUnaryEnergy(np.ascontiguousarray(unary, np.float32))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    pixels = image.clamp(0, 255).byte().permute(1, 2, 0).cpu().numpy()
    rgb = np.ascontiguousarray(pixels)
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=rgb, compat=10)
    found = np.array(crf.inference(iterations), np.float32)
    return torch.from_numpy(found.reshape(num, h, w)).to(maps.device)
