"""Steps on pixels, and the bounds they keep.

Convention: images are float (C, H, W) in [0, 255], one image a tensor, so that what
happens to one photo never depends on the others of a batch. Budgets and step sizes are
in grey levels here: 255 times those of the options.

Source: Object Disappearance Algorithm (Algorithm 1, lines 6 and 7). The paper does not
say which norm a step has; ``'linf'`` is the reading of its preset.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

DIRECTIONS = ('l2', 'linf', 'raw', 'sign')
"""How a gradient becomes a step, see :func:`step_direction`."""


def step_direction(grad: Tensor, kind: str) -> Tensor:
    """Scale a gradient to a step of size one.

    Args:
        grad: Gradient of one image (C, H, W).
        kind: ``'sign'``: every pixel moves by one; ``'linf'``: the largest component
            moves by one; ``'l2'``: the root mean square of all components is one;
            ``'raw'``: the gradient as it is.

    Returns:
        The direction (C, H, W); zeros where the gradient is zero everywhere.
    """
    if kind == 'sign':
        return grad.sign()
    if kind == 'raw':
        return grad
    size = grad.abs().amax() if kind == 'linf' else grad.pow(2).mean().sqrt()
    return grad / size if size > 0 else torch.zeros_like(grad)


def clamp_around(image: Tensor, centre: Tensor, eps: float) -> Tensor:
    """Keep an image within ``eps`` grey levels of another, and within [0, 255].

    Args:
        image: The image (C, H, W).
        centre: The original, or the previous iterate (Algorithm 1, line 7), (C, H, W).
        eps: Largest difference of a component, in grey levels.

    Returns:
        The clamped image (C, H, W).
    """
    return image.clamp(centre - eps, centre + eps).clamp(0, 255)


def quantize(image: Tensor, origin: Tensor | None = None, eps: float = 0.0) -> Tensor:
    """Round to whole grey levels, as a file holds them.

    With a fractional budget, rounding could leave it by up to half a level; there it
    goes towards the original.

    Args:
        image: The image (C, H, W).
        origin: The original in whole levels (C, H, W); None if nothing is bounded.
        eps: Budget in grey levels.

    Returns:
        Whole numbers in [0, 255], of the dtype of the image.
    """
    rounded = image.round().clamp(0, 255)
    if origin is None:
        return rounded
    levels = whole_levels(eps)
    return rounded.clamp(origin - levels, origin + levels)


def whole_levels(eps: float) -> int:
    """Count the grey levels that fit into a budget, 2 for 2.5."""
    return math.floor(eps + 1e-6)


def straight_through(image: Tensor, value: Tensor) -> Tensor:
    """Take another value forward, and the gradient of the image backward.

    Args:
        image: What the gradient flows to (C, H, W).
        value: What the forward pass sees (C, H, W).

    Returns:
        A tensor with the value of the one and the gradient of the other.
    """
    return image + (value - image).detach()


def random_offset(origin: Tensor, eps: float, seed: int) -> Tensor:
    """Draw a start within the budget, without touching the global generator.

    Args:
        origin: The original (C, H, W).
        eps: Budget in grey levels.
        seed: Seed of the draw.

    Returns:
        The start (C, H, W).
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.rand(origin.shape, generator=generator) * 2 - 1
    return clamp_around(origin + eps * noise.to(origin), origin, eps)
