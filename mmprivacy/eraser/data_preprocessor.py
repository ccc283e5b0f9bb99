"""From a batch of the data loader to what ERASER computes with."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseDataPreprocessor
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from torch import Tensor

from mmprivacy.eraser.padding import mirror_pad, padded_size
from mmprivacy.errors import ConfigError, DataError, ShapeError


@MODELS.register_module()
class EraserDataPreprocessor(BaseDataPreprocessor):
    """Scale pictures to [0, 1] and pad them, with their masks, by mirroring.

    Convention:
        In: ``inputs`` with ``img``, RGB uint8 (3, H, W) tensors, and ``mask``, uint8
        (1, H, W) tensors of 0 and 1; 1 = to be removed. Out: ``img``, float in [0, 1],
        and ``mask``, float.

    In training, a batch is stacked, padded to its largest picture. Otherwise every
    picture keeps a size of its own, ``inputs`` hold lists, and what comes out for a
    picture does not depend on the rest of its batch. Data samples get ``img_shape``,
    the size before padding.

    Args:
        pad_divisor: Height and width become multiples of this, twice it at least.
        non_blocking: As in MMEngine.

    Raises:
        ConfigError: If ``pad_divisor`` is below 1.
    """

    def __init__(self, pad_divisor: int = 8, non_blocking: bool = False) -> None:
        super().__init__(non_blocking)
        if pad_divisor < 1:
            raise ConfigError.explain(
                'EraserDataPreprocessor.pad_divisor',
                expected='at least 1; 2 ** num_down of the generator',
                got=pad_divisor,
                fix='change it',
            )
        self.pad_divisor = pad_divisor

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare a batch.

        Args:
            data: ``inputs`` (``img`` and ``mask``, each a list of tensors or a stacked
                tensor) and, maybe, ``data_samples``.
            training: Whether to stack.

        Returns:
            ``dict(inputs=dict(img=, mask=), data_samples=[...])``.

        Raises:
            DataError: If a picture has no pixels, or a mask other values than 0 and 1.
            ShapeError: If a mask has another size than its picture.
        """
        data = self.cast_data(data)
        images, masks = list(data['inputs']['img']), list(data['inputs']['mask'])
        samples = data.get('data_samples')
        if samples is None:
            samples = [BaseDataElement() for _ in images]
        for image, mask, sample in zip(images, masks, samples, strict=True):
            _check(image, mask, sample)
            sample.set_metainfo(dict(img_shape=tuple(image.shape[-2:])))
        sizes = [padded_size(image.shape[-2:], self.pad_divisor) for image in images]
        if training:
            sizes = [tuple(map(max, zip(*sizes)))] * len(sizes)
        padded = [
            (mirror_pad(image, size), mirror_pad(mask, size))
            for image, mask, size in zip(images, masks, sizes)
        ]
        inputs: dict[str, Sequence[Tensor] | Tensor] = dict(
            img=[image.float() / 255 for image, _ in padded],
            mask=[mask.float() for _, mask in padded],
        )
        if training:
            inputs = {key: torch.stack(value) for key, value in inputs.items()}
        return dict(inputs=inputs, data_samples=list(samples))


def _check(image: Tensor, mask: Tensor, sample: BaseDataElement) -> None:
    where = sample.get('img_path') or 'inputs'
    if image.ndim != 3 or image.shape[0] != 3 or not image.numel():
        raise DataError.explain(
            where,
            expected='a picture (3, H, W) of one pixel or more',
            got=tuple(image.shape),
            fix='look at the file and the pipeline',
        )
    if mask.shape != (1, *image.shape[1:]):
        raise ShapeError.explain(
            where,
            expected=f'a mask {(1, *image.shape[1:])}',
            got=tuple(mask.shape),
            fix='resize the mask with the picture',
        )
    if not ((mask == 0) | (mask == 1)).all():
        raise DataError.explain(
            where,
            expected='a mask of 0 and 1, 1 = to be removed',
            got=f'values up to {float(mask.max()):g}',
            fix='threshold it when it is loaded',
        )
