"""ReLU followed by dropout, cheap on CPUs.

There, torch draws the mask of a dropout number by number, in one thread, which takes as
long as half of PrivAttNet's matrix products. Here a random bit decides on a number, and
torch's generator (so ``torch.manual_seed`` holds) gives 64 bits at a time. Bits become
masks piece by piece, in the processor's cache: fresh memory costs more than arithmetic.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

PIECE = 2**18
"""Numbers that are worked on together, a multiple of 64."""

_WORDS = {16: torch.int16, 32: torch.int32, 64: torch.int64}
"""Integers by the bits of the floating point numbers that they mask."""

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

    Args:
        x: Any shape, floating point.
        p: Probability of dropping. On a CPU it is rounded; see :class:`Keep`.
        training: Whether to drop anything.

    Returns:
        A new tensor like ``x``.
    """
    keep = Keep(p)
    if not (training and keep.is_random and x.device.type == 'cpu'):
        return F.dropout(F.relu(x), p, training)
    return _ReLUDropout.apply(x, keep)


class Keep:
    """The decision what a dropout keeps.

    The probability of keeping is rounded to a multiple of 2^-16. What is kept has to be
    multiplied with ``scale``, the inverse of the rounded one, so that expectations are
    exact.

    Args:
        p: Probability of dropping.
    """

    def __init__(self, p: float) -> None:
        share = round((1 - p) * 2**_DIGITS)
        self.is_random = 0 < share < 2**_DIGITS
        self.scale = 2**_DIGITS / share if share else 0.0
        self._digits = f'{share:0{_DIGITS}b}'.rstrip('0')

    def draw(self, number: int, dtype: torch.dtype) -> Tensor:
        """Draw bits for so many numbers of a floating point type, 1 = keep.

        Bits that are set with probability 1/2 are combined to bits that are set with
        the wanted one, binary digit by digit from its last: OR maps a probability q to
        (1 + q) / 2, AND to q / 2.

        Returns:
            Integers (ceil(number / bits of one),), as long as the numbers.
        """
        bits = torch.finfo(dtype).bits
        word = _WORDS[bits]
        shape = len(self._digits), -(-number // bits)
        raw = torch.empty(-(-shape[0] * shape[1] * bits // 64), dtype=torch.int64)
        raw = raw.random_(-(2**63), None).view(word)[: shape[0] * shape[1]]
        first, *rest = raw.view(shape)
        for digit, plane in zip(self._digits[-2::-1], rest):
            first = first | plane if digit == '1' else first & plane
        return first


def drop_(numbers: Tensor, bits: Tensor) -> Tensor:
    """Set the numbers to zero whose bit is 0.

    Args:
        numbers: Dense, of any shape.
        bits: What :meth:`Keep.draw` returned for so many numbers of this type.

    Returns:
        ``numbers``.
    """
    length = torch.iinfo(bits.dtype).bits
    shifts = torch.arange(length, dtype=bits.dtype)[:, None]
    mask = (bits << shifts).bitwise_right_shift_(length - 1).flatten()
    flat = numbers.as_strided((numbers.numel(),), (1,), numbers.storage_offset())
    flat.view(bits.dtype).bitwise_and_(mask[: flat.numel()])
    return numbers


class _ReLUDropout(Function):
    """Keeps no mask: whatever is positive afterwards has passed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, keep: Keep) -> Tensor:
        out = torch.empty_like(x)  # in the layout of x, and without gaps
        torch.clamp_min(x, 0, out=out)
        bits = keep.draw(out.numel(), out.dtype)
        flat = out.as_strided((out.numel(),), (1,))
        pieces = bits.split(PIECE // torch.iinfo(bits.dtype).bits)
        for numbers, piece in zip(flat.split(PIECE), pieces):
            drop_(numbers, piece).mul_(keep.scale)
        ctx.scale = keep.scale
        ctx.save_for_backward(out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (out,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(grad, out, 0).mul_(ctx.scale), None
