"""Batches of photos with masks."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS

from mmprivacy.errors import ShapeError


@MODELS.register_module()
class PrivSegDataPreProcessor(SegDataPreProcessor):
    """Pad masks with the photos that they belong to; arguments as in mmseg.

    mmseg pads segmentation maps and nothing else. Padding of a mask is 0: there is
    nobody, and no text.
    """

    def forward(self, data: dict, training: bool = False) -> dict[str, Any]:
        """Normalise, pad and stack.

        Args:
            data: ``inputs`` and ``data_samples`` of a data loader.
            training: Whether the batch is trained on.

        Returns:
            ``inputs`` (B, 3, H, W), and ``data_samples``, whose ``priv_masks`` have
            H x W pixels.

        Raises:
            ShapeError: If a batch that is not trained on has images of several sizes.
        """
        sizes = {tuple(image.shape[1:]) for image in data['inputs']}
        if len(sizes) > 1 and not training:
            raise ShapeError.explain(
                'a batch that is predicted',
                expected='images of one size',
                got=', '.join(map(str, sorted(sizes))),
                fix='set batch_size=1 in the data loader, or resize all photos to one '
                'size with keep_ratio=False',
            )
        data = super().forward(data, training)
        height, width = data['inputs'].shape[-2:]
        for sample in data.get('data_samples') or ():
            masks = sample.get('priv_masks')
            if masks is not None and masks.shape != (height, width):
                below, right = height - masks.shape[0], width - masks.shape[1]
                padded = PixelData()
                for name, mask in masks.items():
                    padded.set_field(F.pad(mask, (0, right, 0, below)), name)
                sample.set_field(padded, 'priv_masks')
        return data
