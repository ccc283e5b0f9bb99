"""Read what metrics of editors compare: a picture before and after, and its mask.

Convention:
    Pictures are RGB uint8 (H, W, 3); masks are bool (H, W), True = was to be removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from mmprivacy.errors import DataError, ShapeError


class Edit(NamedTuple):
    """One edited picture.

    Attributes:
        name: Its file, for messages.
        result: The picture after (H, W, 3).
        original: The picture before (H, W, 3).
        mask: What was to be removed (H, W).
        background: The true picture without it (H, W, 3), or None: drawn pictures only.
        sample: Its data sample.
    """

    name: str
    result: np.ndarray
    original: np.ndarray
    mask: np.ndarray
    background: np.ndarray | None
    sample: Any


def to_tensor(array: np.ndarray, device: str | torch.device = 'cpu') -> torch.Tensor:
    """Turn a picture into (1, 3, H, W) in [0, 1], a mask into (1, 1, H, W)."""
    if array.dtype == bool:
        return torch.from_numpy(array[None, None]).to(device).float()
    planes = np.ascontiguousarray(array.transpose(2, 0, 1)[None])
    return torch.from_numpy(planes).to(device).float() / 255


def read_edits(data_batch: Mapping, data_samples: Sequence[Mapping]) -> Iterator[Edit]:
    """Read the pictures of a batch.

    Args:
        data_batch: What the data loader gave: ``inputs`` with ``img`` and ``mask``, and
            ``data_samples``, which may have ``gt_background``.
        data_samples: What the editor gave, with ``pred_img``.

    Yields:
        The pictures, in order.

    Raises:
        DataError: If a field is missing.
        ShapeError: If the sizes of a picture differ.
    """
    inputs = (data_batch or {}).get('inputs')
    if not isinstance(inputs, Mapping) or {'img', 'mask'} - set(inputs):
        raise DataError.explain(
            'metric of edited pictures',
            expected="'inputs' with 'img' and 'mask' in the batch",
            got=type(inputs).__name__ if inputs is None else sorted(inputs),
            fix='put PackInpaintingInputs into the test pipeline',
        )
    before = data_batch.get('data_samples') or [{}] * len(data_samples)
    columns = (inputs['img'], inputs['mask'], before, data_samples)
    for img, mask, given, sample in zip(*columns, strict=True):
        name = str(given.get('img_path') or sample.get('img_path') or 'a picture')
        if sample.get('pred_img') is None:
            raise DataError.explain(
                name,
                expected="'pred_img' in its data sample",
                got=f'only {", ".join(sorted(map(str, sample.keys()))) or "nothing"}',
                fix='use an editor such as ERASER',
            )
        background = given.get('gt_background')
        yield Edit(
            name,
            _picture(sample['pred_img'], img, name, 'pred_img'),
            _picture(img, img, name, 'img'),
            np.asarray(mask[0].cpu()).astype(bool),
            background
            if background is None
            else _picture(background, img, name, 'gt_background'),
            given,
        )


def _picture(
    tensor: torch.Tensor, like: torch.Tensor, name: str, field: str
) -> np.ndarray:
    """Turn uint8 (3, H, W) into (H, W, 3), and refuse anything else."""
    if tensor.dtype != torch.uint8 or tensor.shape != like.shape:
        raise ShapeError.explain(
            f'{name}: {field}',
            expected=f'RGB uint8 {tuple(like.shape)}, as the picture',
            got=f'{tensor.dtype} {tuple(tensor.shape)}',
            fix='crop the padding and round to bytes before it is compared',
        )
    return np.ascontiguousarray(tensor.cpu().numpy().transpose(1, 2, 0))
