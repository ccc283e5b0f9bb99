"""Pixel correlation: what holds for a cell holds for cells that look alike."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ShapeError


@MODELS.register_module()
@MODELS.register_module(name='PCM')
class PixelCorrelationModule(BaseModule):
    """Give each cell the mean over the cells with similar colours and features.

    Cells are compared by the cosine of their descriptors: the image and projections of
    two earlier feature maps, into which no gradient flows. Negative similarities count
    as 0, and the weights of a mean have the sum 1.

    L2G spreads the features in front of the classifier. That layer is linear and has no
    bias, so spreading its maps gives the same, for a fraction of the work.

    Memory grows with the square of the number of cells: 40 MB an image of 448 px.

    Args:
        in_channels: Channels of the earlier maps: 512 and 1024 for ResNet-38.
        channels: Channels that they are projected to.
        init_cfg: Initialisation config of MMEngine.

    Reference:
        Wang et al., SEAM (CVPR 2020), Sec. 3.3; the variant of L2G (CVPR 2022), which
        joins all descriptors in one.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (512, 1024),
        channels: Sequence[int] = (64, 128),
        init_cfg: dict | None = dict(type='Kaiming', layer='Conv2d'),  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = tuple(in_channels)
        self.projections = nn.ModuleList(
            nn.Conv2d(before, after, 1, bias=False)
            for before, after in zip(in_channels, channels, strict=True)
        )
        total = 3 + sum(channels)
        self.embed = nn.Conv2d(total, total, 1, bias=False)

    def forward(self, maps: Tensor, feats: Sequence[Tensor], images: Tensor) -> Tensor:
        """Spread maps.

        Args:
            maps: Maps (B, K, h, w).
            feats: Feature maps of the backbone, the earlier ones before the last.
            images: What the backbone saw (B, 3, H, W).

        Returns:
            Maps (B, K, h, w).

        Raises:
            ShapeError: If there are other earlier feature maps.
        """
        size = maps.shape[-2:]
        earlier = feats[-1 - len(self.in_channels) : -1]
        given = tuple(f.shape[1] for f in earlier)
        if given != self.in_channels:
            raise ShapeError.explain(
                'PixelCorrelationModule',
                expected=f'feature maps of {self.in_channels} channels before the last',
                got=given,
                fix='correct out_indices of the backbone, or in_channels of the module',
            )
        parts = [F.interpolate(images, size, mode='bilinear', align_corners=False)]
        for projection, feat in zip(self.projections, earlier):
            feat = feat.detach()
            feat = F.interpolate(feat, size, mode='bilinear', align_corners=False)
            parts.append(projection(feat))
        descriptors = F.normalize(self.embed(torch.cat(parts, 1)).flatten(2), dim=1)
        likeness = (descriptors.transpose(1, 2) @ descriptors).clamp_min(0)
        likeness = likeness / (likeness.sum(1, keepdim=True) + 1e-5)
        return (maps.flatten(2) @ likeness).view_as(maps)
