"""ReLU followed by dropout, cheap on CPUs."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

_WORDS = {2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Integers as long in bytes as the floating point numbers that they mask."""

_DIGITS = 16
"""Binary digits of a keep probability."""


class ReLUDropout(nn.Module):
    """:func:`relu_dropout` as a layer without parameters.

    Args:
        p: Probability of dropping.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Apply it to a tensor of any shape."""
        return relu_dropout(x, self.p, self.training)

    def extra_repr(self) -> str:
        """Show the probability."""
        return f'p={self.p}'


def relu_dropout(x: Tensor, p: float, training: bool) -> Tensor:
    """Compute ``dropout(relu(x), p)``.

    On a CPU torch draws the mask of a dropout number by number, in one thread, which
    takes as long as half of PrivAttNet's matrix products. Here one random bit decides
    on one number, and torch's generator (so ``torch.manual_seed`` holds) gives 64 bits
    at a time.

    Args:
        x: Any shape, floating point.
        p: Probability of dropping. On a CPU the probability of keeping is rounded to a
            multiple of 2^-16; what is kept is divided by the rounded one, so that the
            expectation is that of the ReLU.
        training: Whether to drop anything.

    Returns:
        A new tensor like ``x``.
    """
    keep = round((1 - p) * 2**_DIGITS)
    if not training or x.device.type != 'cpu' or not 0 < keep < 2**_DIGITS:
        return F.dropout(F.relu(x), p, training)
    return _ReLUDropout.apply(x, keep)


class _ReLUDropout(Function):
    """Keeps no mask: whatever is positive afterwards has passed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, keep: int) -> Tensor:
        out = torch.empty_like(x)  # in the layout of x, and without gaps
        torch.clamp_min(x, 0, out=out)
        word = _WORDS[x.element_size()]
        flat = out.as_strided((out.numel(),), (1,)).view(word)
        flat.bitwise_and_(_random_mask(out.numel(), keep, word))
        ctx.scale = 2**_DIGITS / keep
        ctx.save_for_backward(out)
        return out.mul_(ctx.scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (out,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(grad, out, 0).mul_(ctx.scale), None


def _random_mask(number: int, keep: int, word: torch.dtype) -> Tensor:
    """Draw integers (number,) that are -1 (all bits set) or 0.

    Independent bits that are set with probability 1/2 are combined to bits that are set
    with probability ``keep`` / 2^16, digit by digit from the last: OR maps a
    probability q to (1 + q) / 2, AND to q / 2. Then each bit is spread over an integer.

    Args:
        number: How many.
        keep: Probability of -1, in units of 2^-16; neither 0 nor 2^16.
        word: int16, int32 or int64.
    """
    bits = torch.iinfo(word).bits
    columns = -(-number // bits)
    digits = f'{keep:0{_DIGITS}b}'.rstrip('0')
    raw = torch.empty(-(-columns * len(digits) * bits // 64), dtype=torch.int64)
    raw = raw.random_(-(2**63), None).view(word)[: columns * len(digits)]
    first, *rest = raw.view(len(digits), columns)
    for digit, plane in zip(digits[-2::-1], rest):
        first = first | plane if digit == '1' else first & plane
    shifts = torch.arange(bits, dtype=word)[:, None]
    mask = (first << shifts).bitwise_right_shift_(bits - 1)
    return mask.flatten()[:number]
