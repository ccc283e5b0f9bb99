"""How many objects a detector shows at the threshold it is used with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

from mmprivacy.errors import ConfigError
from mmprivacy.evaluation.functional.detections import Boxes, box_iou, match_boxes
from mmprivacy.evaluation.samples import read_boxes


@METRICS.register_module()
class DetectionRecallMetric(BaseMetric):
    """Recall and precision of a detector at one score threshold.

    Average precision ranks detectors over all thresholds. Whoever steals from photos,
    or protects them, has one threshold, and what counts is what is seen there.

    Keys: ``recall`` and ``precision`` over all objects of all photos, ``recall_macro``
    averaged over the classes that occur, ``n`` objects. A detection is correct if its
    class is, and its overlap with an object that no better one has found. Detections
    that lie on ignored objects are neither right nor wrong. Figures that the photos do
    not define are NaN.

    Args:
        score_thr: Detections with this score or more count.
        iou_thr: Least intersection over union with the object.
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'detection'`` if not given.

    Raises:
        ConfigError: If a threshold is out of range.
    """

    default_prefix = 'detection'

    def __init__(
        self,
        score_thr: float = 0.3,
        iou_thr: float = 0.5,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        for name, value in (('score_thr', score_thr), ('iou_thr', iou_thr)):
            if not 0 < value <= 1:
                raise ConfigError.explain(
                    f'DetectionRecallMetric.{name}',
                    expected='a threshold above 0, at most 1',
                    got=value,
                    fix='correct it',
                )
        self.score_thr = score_thr
        self.iou_thr = iou_thr

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Match the detections of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries with ``pred_instances`` (``bboxes``, ``scores``,
                ``labels``), ``gt_instances`` (``bboxes``, ``labels``) and maybe
                ``ignored_instances``.

        Raises:
            DataError: If a field is missing.
            ShapeError: If boxes, scores and labels do not belong together.
        """
        del data_batch
        for sample in data_samples:
            truth = read_boxes(
                sample, 'gt_instances', 'put LoadAnnotations into the test pipeline'
            )
            found = read_boxes(sample, 'pred_instances', 'use a detector')
            found = found.above(self.score_thr)
            matches = match_boxes(found, truth, self.iou_thr)
            wrong = found.keep(matches < 0)
            if 'bboxes' in (sample.get('ignored_instances') or {}):
                ignored = read_boxes(sample, 'ignored_instances', '')
                wrong = wrong.keep(~self._lies_on(wrong, ignored))
            seen = np.zeros(len(truth.labels), bool)
            seen[matches[matches >= 0]] = True
            self.results.append((truth.labels, seen, len(wrong.labels)))

    def _lies_on(self, found: Boxes, ignored: Boxes) -> np.ndarray:
        """Tell which detections lie on an ignored object, of whatever class: (N,)."""
        return (box_iou(found.boxes, ignored.boxes) >= self.iou_thr).any(1)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute all figures.

        Args:
            results: Labels of the objects (M,), whether each was found (M,), and the
                number of wrong detections, a photo.

        Returns:
            The figures by key.
        """
        labels = np.concatenate([r[0] for r in results] or [np.zeros(0, np.int64)])
        seen = np.concatenate([r[1] for r in results] or [np.zeros(0, bool)])
        wrong = sum(r[2] for r in results)
        each = [seen[labels == k].mean() for k in np.unique(labels)]
        shown = seen.sum() + wrong
        return {
            'recall': float(seen.mean()) if len(seen) else float('nan'),
            'recall_macro': float(np.mean(each)) if each else float('nan'),
            'precision': float(seen.sum() / shown) if shown else float('nan'),
            'n': len(labels),
        }
