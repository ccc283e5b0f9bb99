"""What PrivObfNet reads from the data samples of a batch, and writes into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.structures import PixelData
from torch import Tensor

from mmprivacy.errors import DataError, ShapeError


def stack_field(samples: Sequence[Any], field: str, length: int) -> Tensor:
    """Stack a field of numbers.

    Args:
        samples: Data samples of the batch.
        field: Name of the field.
        length: Numbers a sample.

    Returns:
        float32 (B, length).

    Raises:
        DataError: If a sample has no such field.
        ShapeError: If it has other than ``length`` numbers.
    """
    rows = []
    for sample in samples:
        value = sample.get(field)
        if value is None:
            raise _lacking(sample, field)
        if value.numel() != length:
            raise ShapeError.explain(
                f'{field} of {_name(sample)}',
                expected=f'{length} numbers, as the model was built for',
                got=value.numel(),
                fix='make num_classes or num_scores of the model, and the data set, '
                'agree',
            )
        rows.append(value.reshape(-1).float())
    return torch.stack(rows)


def stack_masks(
    samples: Sequence[Any], names: Sequence[str], size: Sequence[int]
) -> Tensor:
    """Stack the masks of a batch.

    Args:
        samples: Data samples with ``priv_masks``.
        names: Names of the masks, in the order wanted.
        size: Height and width of the images.

    Returns:
        Masks (B, T, H, W) float32 in [0, 1].

    Raises:
        DataError: If a sample lacks a mask.
        ShapeError: If one has another size than the image.
    """
    rows = []
    for sample in samples:
        masks = sample.get('priv_masks')
        lacking = [n for n in names if masks is None or n not in masks]
        if lacking:
            raise _lacking(sample, f'priv_masks.{lacking[0]}')
        row = torch.cat([masks.get(name) for name in names])
        if tuple(row.shape[-2:]) != tuple(size):
            raise ShapeError.explain(
                f'masks of {_name(sample)}',
                expected=f'{tuple(size)}, the size of the image',
                got=tuple(row.shape[-2:]),
                fix='use PrivSegDataPreProcessor, and transforms that move seg_fields',
            )
        rows.append(row)
    return torch.stack(rows).float()


def seen_size(sample: Any, images: Tensor) -> tuple[int, int]:
    """Tell how much of an input is the image, not padding.

    Args:
        sample: Data sample, with ``img_shape`` where it is known.
        images: Inputs of the network (B, 3, H, W).

    Returns:
        Height and width in pixels.
    """
    size = tuple(images.shape[-2:])
    given = sample.get('img_shape')
    return size if given is None else tuple(min(a, b) for a, b in zip(given, size))


def fill_sample(
    sample: Any,
    maps: Tensor,
    probabilities: Tensor,
    scores: Tensor | None,
    attr_thr: float,
    bg_thr: float,
) -> None:
    """Write predictions into a data sample.

    Args:
        sample: Data sample.
        maps: Maps of the attributes in [0, 1] (C, H, W).
        probabilities: Of the attributes (C,).
        scores: Privacy scores (U,), or None.
        attr_thr: An attribute is predicted where its probability is above this.
        bg_thr: The background's value in each pixel.
    """
    logits = torch.cat([torch.full_like(maps[:1], bg_thr), maps])
    fields = {
        'pred_score': probabilities,
        'pred_label': (probabilities > attr_thr).nonzero().flatten(),
        'seg_logits': PixelData(data=logits),
        'pred_sem_seg': PixelData(data=logits.argmax(0, keepdim=True)),
        'attr_masks': PixelData(data=logits[1:]),
    }
    if scores is not None:
        fields['pred_privacy_score'] = scores
    sample.set_data(fields)


def _lacking(sample: Any, field: str) -> DataError:
    return DataError.explain(
        _name(sample),
        expected=f'{field!r} in its data sample',
        got=f'only {", ".join(sorted(sample.keys())) or "an empty one"}',
        fix='let the data set give it, and pack it with PackPrivSegInputs',
    )


def _name(sample: Any) -> str:
    return str(sample.get('img_path', 'an image'))
