"""Layer that assigns the channels of a feature map to regions."""

from __future__ import annotations

from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class ChannelGroupingLayer(BaseModule):
    """Estimate which channels belong to which region of an image, Eq. 1.

    Global average pooling and two fully-connected layers, each with a sigmoid. The
    memberships of a channel are independent: they need not add up to 1.

    Args:
        in_channels: Channels C of the feature map.
        num_regions: Number of regions N. The hidden layer has ``C * N / 2`` units.
        init_cfg: Initialisation config of MMEngine.

    Reference: Yang et al. 2022 (DRAG), Eq. 1; the layer sizes are those of the authors'
    implementation.
    """

    def __init__(
        self, in_channels: int, num_regions: int, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.num_regions = num_regions
        hidden = in_channels * num_regions // 2
        self.fc1 = nn.Linear(in_channels, hidden)
        self.fc2 = nn.Linear(hidden, num_regions * in_channels)

    def forward(self, features: Tensor) -> Tensor:
        """Return the membership of every channel in every region.

        Args:
            features: Feature map Fb (B, C, H, W).

        Returns:
            Memberships cr' (B, N, C) in (0, 1). Computed from float32 logits under
            mixed precision, because half a float rounds 0.9998 to 1.
        """
        pooled = features.mean(dim=(2, 3))
        logits = self.fc2(self.fc1(pooled).sigmoid())
        if logits.element_size() < 4:
            logits = logits.float()
        return logits.sigmoid().view(-1, self.num_regions, self.in_channels)
