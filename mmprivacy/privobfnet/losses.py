"""Losses of the attention task, Eqs. 2 and 3."""

from __future__ import annotations

import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError


@MODELS.register_module()
class LocalToGlobalLoss(nn.Module):
    r"""Image loss: Model-Image learns what Model-Cropped saw in the windows.

    .. math:: L_{img} = \frac{1}{N} \sum_i \lVert \mathrm{softmax}(G_i) - S_i \rVert^2

    Args:
        loss_weight: Weight of the loss: lambda 1 of Eq. 1.
        reduction: ``'mean'`` over windows, channels and cells, which 10 is the weight
            for; ``'sum'``: over channels and cells, a mean over windows, as the formula
            says.

    Raises:
        ConfigError: If the reduction is unknown.

    Reference:
        PrivObfNet, Eq. 2; the mean is that of L2G, whose weight of 10 the paper shares.
    """

    def __init__(self, loss_weight: float = 10.0, reduction: str = 'mean') -> None:
        super().__init__()
        if reduction not in ('mean', 'sum'):
            raise ConfigError.explain(
                'LocalToGlobalLoss.reduction',
                expected="'mean' or 'sum'",
                got=repr(reduction),
                fix='choose one',
            )
        self.loss_weight = loss_weight
        self.reduction = reduction

    def forward(self, shares: Tensor, targets: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            shares: Softmax of Model-Image in each window (M, K, h, w).
            targets: See :func:`~.targets.local_targets` (M, K, h, w).

        Returns:
            A scalar.
        """
        value = F.mse_loss(shares, targets, reduction=self.reduction)
        if self.reduction == 'sum':
            value = value / len(shares)
        return self.loss_weight * value


@MODELS.register_module()
class MultiLabelSoftMarginLoss(nn.Module):
    """Cropped loss: every window is asked for all attributes of its image.

    The mean over windows and classes of the logistic loss of pooled maps. Windows have
    the labels of their image, also where they do not show all of it.

    Args:
        loss_weight: Weight of the loss: lambda 2 of Eq. 1.

    Reference:
        PrivObfNet, Eq. 3.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, maps: Tensor, labels: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            maps: Maps of the classes (M, C, h, w).
            labels: 0 or 1 (M, C).

        Returns:
            A scalar.
        """
        logits = maps.float().mean((2, 3))
        return self.loss_weight * F.multilabel_soft_margin_loss(logits, labels)
