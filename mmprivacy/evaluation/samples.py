"""Read the fields of data samples that a metric needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mmprivacy.errors import DataError, ShapeError
from mmprivacy.evaluation.functional.detections import Boxes


def to_numpy(value: Any) -> Any:
    """Bring a tensor to the CPU; leave everything else alone."""
    return value.detach().float().cpu().numpy() if hasattr(value, 'detach') else value


def photo_name(sample: Mapping) -> str:
    """Name the photo of a sample, for messages."""
    return str(sample.get('img_path', 'a photo'))


def read_field(sample: Mapping, field: str, fix: str) -> Any:
    """Read a field of a data sample.

    Args:
        sample: The sample.
        field: Name of the field.
        fix: What to do if it is missing.

    Returns:
        Its value; tensors as float32 arrays on the CPU.

    Raises:
        DataError: If the sample has no such field.
    """
    value = sample.get(field)
    if value is None:
        raise DataError.explain(
            photo_name(sample),
            expected=f'{field!r} in its data sample',
            got=f'only {", ".join(sorted(map(str, sample))) or "an empty one"}',
            fix=fix,
        )
    return to_numpy(value)


def read_scores(sample: Mapping, field: str, fix: str) -> np.ndarray:
    """Read a field of finite numbers.

    Args:
        sample: The sample.
        field: Name of the field.
        fix: What to do if it is missing.

    Returns:
        The numbers in a row, float64 (U,).

    Raises:
        DataError: If the field is missing, or a number in it is not finite.
    """
    scores = np.asarray(read_field(sample, field, fix), np.float64).reshape(-1)
    if not np.isfinite(scores).all():
        raise DataError.explain(
            photo_name(sample),
            expected=f'finite numbers in {field!r}',
            got=scores.tolist(),
            fix='correct the annotations'
            if field.startswith('gt_')
            else 'the weights are broken: use an earlier checkpoint',
        )
    return scores


def read_boxes(sample: Mapping, field: str, fix: str) -> Boxes:
    """Read boxes of a detector, or of the ground truth.

    Args:
        sample: The sample.
        field: Name of the field, instances with ``bboxes`` (N, 4) xyxy, ``labels`` (N,)
            and maybe ``scores`` (N,).
        fix: What to do if it is missing.

    Returns:
        The boxes; without scores, with ones.

    Raises:
        DataError: If the field or a part of it is missing.
        ShapeError: If the parts do not belong together.
    """
    found = sample.get(field)
    lacking = [k for k in ('bboxes', 'labels') if k not in (found or {})]
    if lacking:
        raise DataError.explain(
            photo_name(sample),
            expected=f'{field!r} with {", ".join(lacking)} in its data sample',
            got=f'only {", ".join(sorted(map(str, sample))) or "an empty one"}',
            fix=fix,
        )
    boxes = np.asarray(to_numpy(found['bboxes']), np.float64).reshape(-1, 4)
    labels = np.asarray(to_numpy(found['labels'])).reshape(-1).astype(np.int64)
    scores = to_numpy(found['scores']) if 'scores' in found else np.ones(len(boxes))
    scores = np.asarray(scores, np.float64).reshape(-1)
    if not len(boxes) == len(labels) == len(scores):
        raise ShapeError.explain(
            f'{photo_name(sample)}: {field}',
            expected='as many labels and scores as boxes',
            got=f'{len(boxes)} boxes, {len(labels)} labels, {len(scores)} scores',
            fix='correct the detector or the annotations',
        )
    return Boxes(boxes, labels, scores)
