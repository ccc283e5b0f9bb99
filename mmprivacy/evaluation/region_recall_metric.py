"""What machines still recognise in edited regions: privacy, measured directly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS, TASK_UTILS

from mmprivacy.errors import ConfigError
from mmprivacy.evaluation.edits import Edit, read_edits
from mmprivacy.evaluation.functional.detections import Boxes
from mmprivacy.evaluation.functional.region_recall import (
    found_again,
    found_of_any_class,
    inside_share,
)


@METRICS.register_module()
class RegionRecallMetric(BaseMetric):
    """Recall of an adversary on what was to be removed, before and after.

    The adversary is a detector or a classifier. What is to be removed are the
    ``regions`` of a picture (boxes with their category), which drawn pictures have:

    * ``before``, ``after``: share of them that the adversary finds, with the right
      category, in the picture before and in the result;
    * ``any_after``: share at which a detector finds something of whatever category.

    Without ``regions``, they are what the adversary itself finds inside the mask of the
    picture before, so that ``before`` is 1.

    ``clean``: share that it finds in the true background, if the data have it, where
    none of them is: what it finds by mistake. ``n``: number of regions. Figures that
    the pictures do not define are NaN.

    Args:
        adversary: Config in the registry TASK_UTILS. What it builds has ``classes``,
            the names of its categories, and is called with a picture RGB uint8
            (H, W, 3) and the boxes (M, 4) xyxy of the regions; it returns
            :class:`~mmprivacy.evaluation.functional.detections.Boxes`. A detector
            ignores the given boxes; a classifier returns each of them with its label.
            :class:`~mmprivacy.apis.adversaries.DetectorAdversary` and
            ``ClassifierAdversary`` are such.
        field: Entry of a region that names its class.
        score_thr: Boxes with this score or more count.
        iou_thr: Least intersection over union with a region.
        inside_thr: Without ``regions``: least share of a box inside the mask.
        collect_device: Where results of several processes are gathered.
        prefix: Prefix of the keys; ``'recall'`` if not given.

    Raises:
        ConfigError: If a threshold is out of range.
    """

    default_prefix = 'recall'

    def __init__(
        self,
        adversary: dict,
        field: str = 'category',
        score_thr: float = 0.3,
        iou_thr: float = 0.5,
        inside_thr: float = 0.5,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        thresholds = dict(score_thr=score_thr, iou_thr=iou_thr, inside_thr=inside_thr)
        for name, value in thresholds.items():
            if not 0 <= value <= 1:
                raise ConfigError.explain(
                    f'RegionRecallMetric.{name}',
                    expected='from 0 to 1',
                    got=value,
                    fix='correct it',
                )
        self.score_thr, self.iou_thr, self.inside_thr = thresholds.values()
        self.field = field
        self.adversary = TASK_UTILS.build(adversary)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Let the adversary look at the pictures of a batch.

        Args:
            data_batch: See :func:`~mmprivacy.evaluation.edits.read_edits`; data samples
                may have ``regions``, a list of ``dict(bbox=xyxy, category=name)``.
            data_samples: See there.

        Raises:
            DataError: If a field is missing.
            ShapeError: If the sizes of a picture differ.
        """
        for edit in read_edits(data_batch, data_samples):
            self.results.append(self._look_at(edit))

    def _look_at(self, edit: Edit) -> dict[str, np.ndarray]:
        """Tell which regions of one picture are found, bool (M,) a key."""
        truth = self._truth(edit)
        if truth is None:
            seen = self._find(edit.original, np.zeros((0, 4)))
            truth = seen.keep(inside_share(seen.boxes, edit.mask) >= self.inside_thr)
        before = self._find(edit.original, truth.boxes)
        after = self._find(edit.result, truth.boxes)
        row = {
            'before': found_again(before, truth, self.iou_thr),
            'after': found_again(after, truth, self.iou_thr),
            'any_after': found_of_any_class(after, truth, self.iou_thr),
        }
        if edit.background is not None:
            clean = self._find(edit.background, truth.boxes)
            row['clean'] = found_again(clean, truth, self.iou_thr)
        return row

    def _truth(self, edit: Edit) -> Boxes | None:
        """Read the regions whose category the adversary knows, None without any."""
        regions = edit.sample.get('regions')
        if regions is None:
            return None
        classes = list(self.adversary.classes)
        known = [r for r in regions if r.get(self.field) in classes]
        boxes = np.array([r['bbox'] for r in known], np.float64).reshape(-1, 4)
        labels = np.array([classes.index(r[self.field]) for r in known], np.int64)
        return Boxes(boxes, labels, np.ones(len(known)))

    def _find(self, image: np.ndarray, boxes: np.ndarray) -> Boxes:
        return self.adversary(image, boxes).above(self.score_thr)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Average over all regions of all pictures.

        Args:
            results: Found or not, by key, a picture.

        Returns:
            The shares, and the number of regions.
        """
        keys = dict.fromkeys(key for row in results for key in row)
        figures = {}
        for key in keys:
            found = np.concatenate([row[key] for row in results if key in row])
            figures[key] = float(found.mean()) if len(found) else math.nan
        return figures | {'n': sum(len(row['before']) for row in results)}
