"""Attention map generator: a class activation map of each attribute."""

from __future__ import annotations

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import check_feature_map


@MODELS.register_module()
class CAMHead(BaseModule):
    """One 1 x 1 convolution: features to a map of each class, and of the background.

    Convention:
        The background is channel 0, so that class ``c`` is channel ``c + 1`` and an
        argmax over channels gives the labels that mmseg and VOC use.

    Args:
        in_channels: Channels of the last feature map.
        num_classes: Classes C, without background.
        with_background: Whether there is a background channel.
        pcm: Pixel correlation module, such as ``dict(type='PixelCorrelationModule')``;
            None for the plain CAM of the paper.
        init_cfg: Initialisation config of MMEngine.

    Reference:
        PrivObfNet, Sec. 3.1 and 3.2 (backbone, then one map a class); Zhou et al. 2016
        (CAM). The background channel and the bias-free layer are those of L2G.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        with_background: bool = True,
        pcm: dict | None = None,
        init_cfg: dict | None = dict(type='Xavier', layer='Conv2d'),  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.num_classes = num_classes
        self.with_background = with_background
        self.out_channels = num_classes + int(with_background)
        self.classifier = nn.Conv2d(in_channels, self.out_channels, 1, bias=False)
        self.pcm = None if pcm is None else MODELS.build(pcm)

    def forward(self, feats: Sequence[Tensor], images: Tensor) -> Tensor:
        """Compute the maps.

        Args:
            feats: Feature maps of the backbone; the last one (B, in_channels, h, w)
                counts, the others serve the pixel correlation.
            images: What the backbone saw (B, 3, H, W).

        Returns:
            Maps (B, K, h, w), background first.

        Raises:
            ShapeError: If the last feature map has other channels.
        """
        feat = feats[-1]
        size = feat.shape[-2:]
        check_feature_map('CAMHead', feat, (self.in_channels, *size))
        maps = self.classifier(feat)
        if self.pcm is not None:
            maps = maps + self.pcm(maps, feats, images)
        return maps

    def foreground(self, maps: Tensor) -> Tensor:
        """Take the maps of the classes (B, C, h, w), without the background."""
        return maps[:, int(self.with_background) :]
