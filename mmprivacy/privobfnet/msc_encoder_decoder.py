"""A segmentor that sees every image at several scales, as DeepLabV2 does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmseg.models import EncoderDecoder
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.utils import add_prefix
from torch import Tensor

from mmprivacy.errors import ConfigError


@MODELS.register_module()
class MSCEncoderDecoder(EncoderDecoder):
    """One network on several scales; in each pixel and class the largest logit counts.

    In training the logits of every scale and their maximum have a loss each; a test
    uses the maximum.

    Args:
        *args: As for mmseg's ``EncoderDecoder``.
        scales: Scales beside the whole image, smaller than 1.
        **kwargs: As for mmseg's ``EncoderDecoder``.

    Raises:
        ConfigError: If a scale is not between 0 and 1.

    Reference:
        Chen et al., *DeepLab*, TPAMI 2018, Sec. 4.1.2 ("MSC"): scales 0.5, 0.75, 1.
    """

    def __init__(
        self, *args: Any, scales: Sequence[float] = (0.5, 0.75), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not all(0 < scale < 1 for scale in scales):
            raise ConfigError.explain(
                'MSCEncoderDecoder.scales',
                expected='scales between 0 and 1; 1 is always there',
                got=scales,
                fix='use (0.5, 0.75)',
            )
        self.scales = tuple(scales)

    def logits(self, inputs: Tensor) -> list[Tensor]:
        """Compute the logits of every scale, and their maximum last.

        Args:
            inputs: Normalised images (B, 3, H, W).

        Returns:
            (B, K, h, w) for the whole image, smaller ones for the other scales, and
            (B, K, h, w) for the maximum.
        """
        found = [self.decode_head(self.extract_feat(inputs))]
        for scale in self.scales:
            size = [max(1, int(n * scale)) for n in inputs.shape[-2:]]
            small = resize(inputs, size=size, mode='bilinear', align_corners=False)
            found.append(self.decode_head(self.extract_feat(small)))
        shape = found[0].shape[-2:]
        same = [
            resize(f, size=shape, mode='bilinear', align_corners=self.align_corners)
            for f in found
        ]
        return [*found, torch.stack(same).amax(0)]

    def loss(self, inputs: Tensor, data_samples: Sequence[Any]) -> dict[str, Tensor]:
        """Compute the loss of every scale and of the maximum.

        Args:
            inputs: Normalised images (B, 3, H, W).
            data_samples: With ``gt_sem_seg``.

        Returns:
            Losses by name.
        """
        names = ['whole', *(f'scale{s:g}' for s in self.scales), 'max']
        losses: dict[str, Tensor] = {}
        for name, logits in zip(names, self.logits(inputs)):
            part = self.decode_head.loss_by_feat(logits, list(data_samples))
            losses |= add_prefix(part, name)
        return losses

    def encode_decode(self, inputs: Tensor, batch_img_metas: Sequence[dict]) -> Tensor:
        """Compute the logits of images at their size.

        Args:
            inputs: Normalised images (B, 3, H, W).
            batch_img_metas: With ``img_shape``.

        Returns:
            Logits (B, K, H, W).
        """
        return self.decode_head.predict_by_feat(
            self.logits(inputs)[-1], list(batch_img_metas)
        )
