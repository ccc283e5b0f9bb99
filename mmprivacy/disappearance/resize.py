"""A resize that a gradient flows through, as mmcv's resize computes it.

Convention: images are float (C, H, W) in [0, 255].
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmprivacy.disappearance.perturb import quantize, straight_through


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize bilinearly, half-pixel centres, without anti-aliasing.

    Within one grey level of ``cv2.INTER_LINEAR``, up and down. (With anti-aliasing a
    shrunk image would differ by up to a hundred.)

    Args:
        image: The image (C, H, W).
        size: Height and width of the result.

    Returns:
        The image (C, *size).
    """
    if tuple(image.shape[-2:]) == tuple(size):
        return image
    return F.interpolate(
        image[None], size, mode='bilinear', align_corners=False, antialias=False
    )[0]


def resize_like_a_file(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize, and round as an 8-bit resize does; the gradient is that of no rounding.

    Args:
        image: The image (C, H, W).
        size: Height and width of the result.

    Returns:
        The image (C, *size).
    """
    resized = resize(image, size)
    return straight_through(resized, quantize(resized.detach()))
