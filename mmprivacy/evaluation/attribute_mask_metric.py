"""Overlap of the predicted mask of each privacy attribute with the true one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from mmprivacy.datasets.attribute_masks import MASK_TYPES
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.datasets.redaction_attributes import (
    MEMBERS,
    REDACTION_IDS,
    member_indices,
)
from mmprivacy.datasets.visual_redactions import (
    LEAST_AREA,
    RedactionRecord,
    read_redactions,
)
from mmprivacy.errors import ConfigError, DataError, ShapeError, nearest
from mmprivacy.evaluation.functional.masks import (
    MaskCounts,
    blind_iou,
    count_pixels,
    dataset_iou,
    photo_iou,
)
from mmprivacy.evaluation.samples import photo_name, read_field

DEFAULT_THR = 0.25
_KINDS = {i: MASK_TYPES[MEMBERS[i][0]] for i in REDACTION_IDS}


@METRICS.register_module()
class AttributeMaskMetric(BaseMetric):
    """Intersection over union of attribute masks, which may overlap each other.

    The truth has the 24 attributes of Visual Redactions; the mask of a merged one, such
    as ``a105_face_all``, is predicted where any of its VISPR attributes is. Keys, each
    in [0, 1] but for the counts and a mean over the attributes that the photos show:

    * ``miou``: the pixels of all photos together; ``miou_none``, ``miou_human`` and
      ``miou_text`` over the attributes of one mask type;
    * ``iou_per_photo``: the mean over photos, where a photo in which an attribute is
      either not true or not predicted counts 0, as in the paper's evaluation;
    * ``miou_photo``, ``miou_centre``, ``miou_chance``: of who knows which attributes a
      photo shows, but not where (:func:`~.functional.masks.blind_iou`);
    * ``miou_best`` at ``best_thr``, if there are several thresholds, and
      ``miou_best_each``, where each attribute has its own best one, which the table
      names. They are chosen on these very photos: take them from the validation split;
    * ``num_attributes``, ``n`` photos.

    Convention:
        Masks are compared at the size of the truth; predictions of another size are
        resized (bilinear). 1 = private.

    Args:
        ann_file: Annotations of Visual Redactions. Photos are found by name; those that
            are not annotated are left out. None if the samples have
            ``gt_attr_masks``.
        thr: A pixel is predicted where its score is above this. A mapping gives
            attributes (``'a105_face_all'``) a threshold of their own; the others have
            the default.
        thrs: Further thresholds to try.
        least_area: Instances with fewer pixels are left out; the drawn photos are small
            and need less.
        out_file: Write a table of the attributes here, ``.tsv`` or ``.json``.
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'masks'`` if not given.

    Raises:
        ConfigError: If a threshold is out of range, an attribute is unknown, or the
            file has another ending.
        DataError: If the annotations cannot be read.

    Reference:
        Orekondy et al., *Connecting Pixels to Privacy and Utility*, CVPR 2018.
    """

    default_prefix = 'masks'

    def __init__(
        self,
        ann_file: str | None = None,
        thr: float | Mapping[str, float] = DEFAULT_THR,
        thrs: Sequence[float] = (),
        least_area: float = LEAST_AREA,
        out_file: str | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.thrs = _read_thresholds(thr, thrs)
        self.out_file = None if out_file is None else Path(out_file).expanduser()
        if self.out_file and self.out_file.suffix not in ('.tsv', '.json'):
            raise ConfigError.explain(
                'AttributeMaskMetric.out_file',
                expected='a .tsv or .json file',
                got=out_file,
                fix='rename it',
            )
        self.ann_file = ann_file
        self.least_area = least_area
        self._members = member_indices()
        self._records: dict[str, RedactionRecord] | None = None

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Count the pixels of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries with ``attr_masks``, (68, h, w) or (24, h, w) in
                [0, 1], ``img_path``, and ``gt_attr_masks`` (24, h, w) if there is no
                ``ann_file``.

        Raises:
            DataError: If a field is missing.
            ShapeError: If there are other than 24 or 68 masks.
        """
        del data_batch
        for sample in data_samples:
            truth = self._truth(sample)
            if truth is None:
                continue
            scores = _read_masks(sample, 'attr_masks', 'use a model that predicts them')
            if len(scores) == len(ATTRIBUTE_IDS):
                scores = np.stack([scores[m].max(0) for m in self._members])
            scores = _resized(scores.astype(np.float32), truth.shape[1:])
            self.results.append(count_pixels(truth, scores, self.thrs))

    def _truth(self, sample: Mapping) -> np.ndarray | None:
        """Return the true masks (24, h, w) bool; None if the photo is not annotated."""
        if self.ann_file is None:
            fix = 'set ann_file of AttributeMaskMetric, or use VisualRedactionsDataset'
            truth = _read_masks(sample, 'gt_attr_masks', fix) > 0
            if len(truth) != len(REDACTION_IDS):
                raise _wrong_number(sample, 'gt_attr_masks', len(truth), '24')
            return truth
        if self._records is None:
            self._records = {r.image_id: r for r in read_redactions(self.ann_file)}
        name = Path(read_field(sample, 'img_path', 'pack img_path')).stem
        record = self._records.get(name)
        return record and record.masks(least_area=self.least_area)

    def compute_metrics(self, results: list[MaskCounts]) -> dict[str, float]:
        """Compute all figures, and write the table if one is wanted.

        Args:
            results: Counts a photo.

        Returns:
            The figures by key.

        Raises:
            DataError: If none of the photos is annotated.
        """
        if not results:
            raise DataError.explain(
                self.ann_file or 'AttributeMaskMetric',
                expected='annotations of some of the photos',
                got='of none',
                fix='name the annotations of the same split in ann_file',
            )
        iou, each, blind = dataset_iou(results), photo_iou(results), blind_iou(results)
        figures = dict(miou=_mean(iou[:, 0]), iou_per_photo=_mean(each[:, 0]))
        for kind in ('none', 'human', 'text'):
            chosen = [_KINDS[i] == kind for i in REDACTION_IDS]
            figures[f'miou_{kind}'] = _mean(iou[chosen, 0])
        figures |= {f'miou_{name}': _mean(values) for name, values in blind.items()}
        photos = np.stack([r.true > 0 for r in results]).sum(0)
        columns = dict(n=photos, iou=iou[:, 0], iou_per_photo=each[:, 0], **blind)
        if iou.shape[1] > 1:
            means = [_mean(column) for column in iou.T]
            best = int(np.nanargmax([*means, -1.0])) % len(means)
            figures |= dict(miou_best=means[best], best_thr=float(self.thrs[best]))
            figures['miou_best_each'] = _mean(iou.max(1))
            own = self.thrs[np.nan_to_num(iou).argmax(1)]
            columns['best_thr'] = np.where(photos > 0, own, np.nan)
        if self.out_file:
            _write_table(self.out_file, columns)
        absent = [i for i, n in zip(REDACTION_IDS, photos) if n == 0]
        if absent:
            print_log(
                f'AttributeMaskMetric: {len(absent)} attributes that no photo shows '
                f'are left out: {", ".join(absent[:5])}{" ..." * (len(absent) > 5)}.',
                logger='current',
            )
        return figures | dict(num_attributes=int((photos > 0).sum()), n=len(results))


def _read_thresholds(
    thr: float | Mapping[str, float], thrs: Sequence[float]
) -> np.ndarray:
    """Check thresholds, and give them for all attributes (T,), or of each (24, 1)."""
    own = isinstance(thr, Mapping)
    values = np.array([*thr.values()] if own else [thr, *(t for t in thrs if t != thr)])
    unknown = [name for name in thr if name not in REDACTION_IDS] if own else []
    if unknown or not ((values >= 0) & (values < 1)).all() or (own and thrs):
        raise ConfigError.explain(
            'AttributeMaskMetric.thr',
            expected='thresholds from 0 on, below 1; of attributes of Visual '
            'Redactions, then without thrs',
            got=unknown or values.tolist(),
            fix=nearest(str(unknown[0]), REDACTION_IDS) if unknown else 'correct them',
        )
    if not own:
        return values
    return np.array([[thr.get(name, DEFAULT_THR)] for name in REDACTION_IDS])


def _read_masks(sample: Mapping, field: str, fix: str) -> np.ndarray:
    """Read masks (A, h, w) of a sample: an array, or pixel data with ``data``."""
    value = read_field(sample, field, fix)
    if isinstance(value, Mapping) or hasattr(value, 'data_fields'):
        value = read_field(dict(value.items()), 'data', fix)
    masks = np.asarray(value)
    if masks.ndim != 3 or len(masks) not in (len(REDACTION_IDS), len(ATTRIBUTE_IDS)):
        raise _wrong_number(sample, field, masks.shape, '24 or 68')
    return masks


def _wrong_number(sample: Mapping, field: str, got: Any, num: str) -> ShapeError:
    return ShapeError.explain(
        f'{photo_name(sample)}: {field}',
        expected=f'{num} masks (h, w), one an attribute',
        got=got,
        fix='use a data set and a model for the attributes of VISPR',
    )


def _resized(scores: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize masks (A, h, w) if they have another size; empty ones stay empty."""
    if scores.shape[1:] == tuple(size):
        return scores
    found = np.zeros((len(scores), *size), np.float32)
    for k in np.flatnonzero(scores.any((1, 2))):
        found[k] = cv2.resize(scores[k], size[::-1], interpolation=cv2.INTER_LINEAR)
    return found


def _mean(values: np.ndarray) -> float:
    """Mean of what is known; NaN if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float('nan')


def _write_table(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Write a row for each of the 24 attributes, atomically."""
    rows = [
        {'id': name, 'mask': _KINDS[name]}
        | {k: None if c[n] != c[n] else c[n].item() for k, c in columns.items()}
        for n, name in enumerate(REDACTION_IDS)
    ]
    if path.suffix == '.json':
        write_text(path, json.dumps(rows, indent=1) + '\n')
        return
    lines = ['\t'.join(rows[0])]
    for row in rows:
        cells = (
            f'{v:.4f}' if isinstance(v, float) else '' if v is None else str(v)
            for v in row.values()
        )
        lines.append('\t'.join(cells))
    write_text(path, '\n'.join(lines) + '\n')
