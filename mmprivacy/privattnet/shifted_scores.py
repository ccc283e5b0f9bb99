"""Scores of cells by features that a number for each cell has shifted.

Shapes: ``B`` images, ``L`` cells, ``D`` features of a cell.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from mmprivacy.privattnet.relu_dropout import PIECE, Keep, drop_


def shifted_scores(
    keys: Tensor, shifts: Tensor, weight: Tensor, p: float, training: bool
) -> Tensor:
    """Compute ``dropout(relu(keys + shifts)) @ weight``.

    On a CPU, in training, it is done for a few images at a time and once more in the
    backward pass, so that no more than a bit a feature has to be kept in memory.

    Args:
        keys: Features of the cells (B, L, D).
        shifts: What is added to all features of a cell (B, L).
        weight: Weights of the features (D,).
        p: Probability of dropping a feature; see
            :class:`~mmprivacy.privattnet.relu_dropout.Keep`.
        training: Whether to drop anything.

    Returns:
        Scores (B, L).
    """
    keep = Keep(p)
    same_type = keys.dtype == shifts.dtype == weight.dtype  # else, mixed precision
    if training and keep.is_random and keys.device.type == 'cpu' and same_type:
        return _ShiftedScores.apply(keys, shifts, weight, keep)
    hidden = F.dropout(F.relu(keys + shifts[..., None]), p, training)
    return F.linear(hidden, weight[None])[..., 0]


class _ShiftedScores(Function):
    @staticmethod
    def forward(
        ctx: Any, keys: Tensor, shifts: Tensor, weight: Tensor, keep: Keep
    ) -> Tensor:
        images = max(1, PIECE // max(1, keys[:1].numel()))
        scores, bits = [], []
        for some, shift in zip(keys.split(images), shifts.split(images)):
            bits.append(keep.draw(some.numel(), some.dtype))
            scores.append(_hidden(some, shift, bits[-1]) @ weight)
        ctx.images, ctx.scale = images, keep.scale
        ctx.save_for_backward(keys, shifts, weight, *bits)
        return torch.cat(scores).mul_(keep.scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        zero_below = torch.ops.aten.threshold_backward.grad_input
        keys, shifts, weight, *bits = ctx.saved_tensors
        grad = (grad * ctx.scale)[..., None]
        grads = torch.empty_like(keys), torch.empty_like(shifts)
        grad_weight = torch.zeros_like(weight)
        tensors = (keys, shifts, grad, *grads)
        pieces = zip(*(t.split(ctx.images) for t in tensors), bits)
        for some, shift, grad_score, grad_key, grad_shift, bit in pieces:
            hidden = _hidden(some, shift, bit)
            grad_weight += grad_score.flatten() @ hidden.flatten(0, 1)
            torch.mul(grad_score, weight, out=grad_key)
            zero_below(grad_key, hidden, 0, grad_input=grad_key)
            torch.sum(grad_key, -1, out=grad_shift)
        return *grads, grad_weight, None


def _hidden(keys: Tensor, shifts: Tensor, bits: Tensor) -> Tensor:
    """Shift, rectify and drop, without the scale of dropout."""
    hidden = keys + shifts[..., None]
    return drop_(hidden.contiguous().relu_(), bits)
