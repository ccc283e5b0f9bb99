"""Writing the predictions of a test run to a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import ConfigError

_FIELDS = ('gt_label', 'gt_score', 'gt_privacy_score')
_FIELDS += ('pred_label', 'pred_score', 'pred_privacy_score', 'score_contributions')

_INSTANCE_FIELDS = ('bboxes', 'scores', 'labels')


@METRICS.register_module()
class PredictionFile(BaseMetric):
    """Collect the predictions of all processes and write them as JSON, in one step.

    The file holds a list with one object an image, in the order of the data set:
    ``img_path``, and those of ``gt_label``, ``gt_score``, ``gt_privacy_score``,
    ``pred_label``, ``pred_score``, ``pred_privacy_score`` and ``score_contributions``
    that the data set and the model give. A field is a number if every image has one
    value of it, else a list: labels of photos with any number of attributes are lists,
    also where there is only one.
    Detections are ``pred_instances`` with lists ``bboxes`` (xyxy, pixels), ``scores``
    and ``labels``.

    Args:
        out_file: A path that ends in ``.json``.

    Raises:
        ConfigError: If it ends otherwise.
    """

    def __init__(self, out_file: str) -> None:
        super().__init__(collect_device='cpu', prefix='predictions')
        if Path(out_file).suffix != '.json':
            raise ConfigError.explain(
                '--out', expected='a .json file', got=out_file, fix='rename it'
            )
        self.out_file = Path(out_file)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:  # noqa: ARG002
        """Keep what is needed of a batch."""
        for sample in data_samples:
            row = {'img_path': sample.get('img_path')}
            row |= {k: _plain(sample[k]) for k in _FIELDS if k in sample}
            found = sample.get('pred_instances') or {}
            boxes = {k: found[k].tolist() for k in _INSTANCE_FIELDS if k in found}
            self.results.append(row | ({'pred_instances': boxes} if boxes else {}))

    def compute_metrics(self, results: list) -> dict:
        """Write the file; there is nothing to report."""
        for field in _FIELDS:
            rows = [row for row in results if field in row]
            if all(isinstance(r[field], list) and len(r[field]) == 1 for r in rows):
                for row in rows:
                    (row[field],) = row[field]
        write_text(self.out_file, json.dumps(results, indent=1) + '\n')
        return {}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return value.tolist()
    return value
