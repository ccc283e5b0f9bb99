"""The scores of a private / public classifier."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from mmprivacy.errors import DataError, ShapeError
from mmprivacy.evaluation.functional.classification import (
    accuracy,
    auroc,
    balanced_accuracy,
    confusion_matrix,
    expected_calibration_error,
    precision_recall_f1,
)
from mmprivacy.evaluation.samples import photo_name, to_numpy

_CLASSES = ('private', 'public')


@METRICS.register_module()
class PrivacyClassificationMetric(BaseMetric):
    """Accuracy, per-class precision, recall and F1, AUROC and calibration.

    Keys, all in [0, 1] (the paper prints percent): ``accuracy``,
    ``balanced_accuracy``, ``precision_private``, ``recall_private``, ``f1_private``,
    ``precision_public``, ``recall_public``, ``f1_public``, ``auroc`` (positive =
    private), ``ece`` (15 bins). A figure that the photos do not define, such as the
    AUROC of photos of one class, is NaN, and a warning names it.

    Convention:
        Class 0 is private. The prediction is the class with the highest score.

    Args:
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'privacy'`` if not given.

    Reference:
        Yang et al. 2022, Table 1 (accuracy, precision, recall and F1 of each class).
    """

    default_prefix = 'privacy'

    def __init__(self, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep label and scores of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries with ``gt_label`` (1,) and ``pred_score`` (2,).

        Raises:
            ShapeError: If a sample has not exactly one label and two scores.
            DataError: If a score is not finite.
        """
        del data_batch
        for sample in data_samples:
            label = np.asarray(to_numpy(sample['gt_label'])).reshape(-1)
            scores = np.asarray(to_numpy(sample['pred_score']), np.float64).reshape(-1)
            name = photo_name(sample)
            if label.size != 1 or scores.size != 2 or label[0] not in (0, 1):
                raise ShapeError.explain(
                    name,
                    expected='one label, 0 or 1, and two scores',
                    got=f'labels {label.tolist()} and {scores.size} scores',
                    fix='use a head with num_classes=2',
                )
            if not np.isfinite(scores).all():
                raise DataError.explain(
                    name,
                    expected='finite scores',
                    got=scores.tolist(),
                    fix='the weights are broken: use an earlier checkpoint',
                )
            self.results.append((int(label[0]), *scores.tolist()))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute all figures.

        Args:
            results: ``(label, score of private, score of public)`` a photo.

        Returns:
            The figures by key.
        """
        table = np.asarray(results, np.float64).reshape(-1, 3)
        labels, scores = table[:, 0].astype(np.int64), table[:, 1:]
        confusion = confusion_matrix(labels, scores.argmax(1))
        figures = {
            'accuracy': accuracy(confusion),
            'balanced_accuracy': balanced_accuracy(confusion),
        }
        precision, recall, f1 = precision_recall_f1(confusion)
        for i, name in enumerate(_CLASSES):
            figures[f'precision_{name}'] = float(precision[i])
            figures[f'recall_{name}'] = float(recall[i])
            figures[f'f1_{name}'] = float(f1[i])
        figures['auroc'] = auroc(labels == 0, scores[:, 0])
        figures['ece'] = expected_calibration_error(labels, scores)
        undefined = [key for key, value in figures.items() if math.isnan(value)]
        if undefined:
            counts = confusion.sum(1).tolist()
            predicted = confusion.sum(0).tolist()
            print_log(
                f'{", ".join(undefined)} cannot be computed (NaN): '
                f'{counts[0]} private and {counts[1]} public photos, '
                f'{predicted[0]} and {predicted[1]} predicted as such.',
                logger='current',
                level=logging.WARNING,
            )
        return figures
