"""The head of DeepLabV2: dilated convolutions straight to the classes, summed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError

_LOSS = dict(type='CrossEntropyLoss', avg_non_ignore=True)


@MODELS.register_module()
class DeepLabV2Head(BaseDecodeHead):
    """Sum of 3 x 3 convolutions of several dilations; nothing before, nothing after.

    mmseg's ``ASPPHead`` is that of DeepLabV3: it has hidden layers, normalisation and
    an image-level branch.

    Convention:
        Feature map (B, in_channels, h, w) to logits (B, num_classes, h, w), background
        first.

    Args:
        in_channels: Channels of the feature map.
        num_classes: Number of classes, background included.
        dilations: Of the convolutions; 6, 12, 18, 24 in the paper ("ASPP-L").
        in_index: Which of the feature maps of the backbone.
        loss_decode: Config of the loss; by default cross-entropy, a mean over the
            pixels that count.
        ignore_index: Label of pixels that do not count.
        align_corners: As in mmseg.
        init_cfg: Initial weights; by default N(0, 0.01) and no bias.

    Raises:
        ConfigError: If there is no dilation.

    Reference:
        Chen et al., *DeepLab: Semantic Image Segmentation with Deep Convolutional Nets,
        Atrous Convolution, and Fully Connected CRFs*, TPAMI 2018, Sec. 3.2, Fig. 7.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        dilations: Sequence[int] = (6, 12, 18, 24),
        in_index: int = -1,
        loss_decode: dict | None = None,
        ignore_index: int = 255,
        align_corners: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        if not dilations:
            raise ConfigError.explain(
                'DeepLabV2Head.dilations',
                expected='at least one dilation',
                got=dilations,
                fix='use (6, 12, 18, 24)',
            )
        super().__init__(
            in_channels,
            in_channels,
            num_classes=num_classes,
            dropout_ratio=0,
            in_index=in_index,
            loss_decode=loss_decode or _LOSS,
            ignore_index=ignore_index,
            align_corners=align_corners,
            init_cfg=init_cfg or dict(type='Normal', std=0.01, layer='Conv2d'),
        )
        # The base class adds a layer that this head has no use for; left there, it
        # would be a parameter without gradient, which distributed training refuses.
        del self.conv_seg
        self.convs = nn.ModuleList(
            nn.Conv2d(in_channels, num_classes, 3, padding=d, dilation=d)
            for d in dilations
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute logits.

        Args:
            inputs: Feature maps of the backbone.

        Returns:
            Logits (B, num_classes, h, w).
        """
        features = self._transform_inputs(inputs)
        return torch.stack([conv(features) for conv in self.convs]).sum(0)
