"""Losses of PrivAttNet."""

from __future__ import annotations

from mmpretrain.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class AttentionSpreadLoss(nn.Module):
    r"""Punish attention that stays on few cells.

    .. math:: A = \frac{1}{B} \sum_b \sum_l \Big(\sum_t (0.2 - \alpha_{btl})\Big)^2

    Since the weights of a step have the sum 1, ``share`` shifts the value and has no
    influence on the gradient: what is punished is the square of the attention that a
    cell gets over all steps.

    Args:
        loss_weight: Weight gamma.
        share: What each step is compared with.

    Reference:
        ok1zjf/AMNet (MIT), gamma = 1e-5; the PrivAttNet poster names no regulariser.
    """

    def __init__(self, loss_weight: float = 1e-5, share: float = 0.2) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.share = share

    def forward(self, weights: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            weights: Attention (B, T, L).

        Returns:
            A scalar.
        """
        total = (self.share - weights).sum(1).square().sum(1)
        return self.loss_weight * total.mean()
