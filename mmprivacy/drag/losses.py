"""Losses of the channel grouping layer.

Shapes: ``B`` images, ``N`` regions, ``C`` channels, ``H`` x ``W`` cells.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmprivacy.drag.regions import distance_penalty, diversity_penalty


@MODELS.register_module()
class ChannelGroupingLoss(nn.Module):
    """Weighted binary cross-entropy between estimated and clustered groups.

    Of the N entries of a channel one is 1, so members weigh ``(N - 1) / N`` and the
    others ``1 / N``.

    The loss of the paper is not in its public part. The authors' implementation pairs
    "member" with the logit of "not a member", so that it learns the complement of the
    groups; and since it takes probabilities for logits, it cannot fall below
    ``ln(1 + 1/e)`` = 0.3132617. ``legacy_inverted`` reproduces that.

    Args:
        legacy_inverted: Learn the complement, as the authors' implementation does.
        loss_weight: Factor of the loss.
    """

    def __init__(self, legacy_inverted: bool = False, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.legacy_inverted = legacy_inverted
        self.loss_weight = loss_weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """Compute the loss in float32, also under mixed precision.

        Args:
            pred: Estimated memberships cr' (B, N, C) in (0, 1).
            target: Clustered memberships cr (N, C) or (B, N, C), 0 or 1.

        Returns:
            A scalar.
        """
        num_regions = pred.shape[1]
        target = target.to(pred).expand_as(pred)
        with torch.autocast(pred.device.type, enabled=False):
            if pred.element_size() < 4:
                pred, target = pred.float(), target.float()
            weight = (1.0 + (num_regions - 2.0) * target) / num_regions
            if not self.legacy_inverted:
                loss = F.binary_cross_entropy(pred, target, weight=weight)
                return self.loss_weight * loss
            sign = 1.0 - 2.0 * target
            # Two-way cross-entropy of the logits [p, 1 - p]: the target's logit minus
            # the other one is +-(2p - 1).
            entries = F.softplus(-sign * (2.0 * pred - 1.0)) * weight
            per_group = entries.sum(-1) / weight.sum(-1)
        return self.loss_weight * per_group.mean()


@MODELS.register_module()
class RegionDistanceLoss(nn.Module):
    """Pull the activation of every region towards its peak.

    Args:
        loss_weight: Factor of the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, maps: Tensor) -> Tensor:
        """Return the loss of region maps (B, N, H, W), a scalar."""
        return self.loss_weight * distance_penalty(maps)


@MODELS.register_module()
class RegionDiversityLoss(nn.Module):
    """Keep different regions from being active in the same cells.

    Args:
        loss_weight: Factor of the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, maps: Tensor) -> Tensor:
        """Return the loss of region maps (B, N, H, W), N >= 2, a scalar."""
        return self.loss_weight * diversity_penalty(maps)
