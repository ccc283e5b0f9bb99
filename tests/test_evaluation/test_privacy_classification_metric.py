"""The metric through MMEngine's evaluator."""

from __future__ import annotations

import logging
import math

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import METRICS
from mmengine.structures import BaseDataElement

from mmprivacy.errors import DataError, ShapeError
from mmprivacy.evaluation import PrivacyClassificationMetric

FIGURES = (
    'accuracy', 'balanced_accuracy', 'auroc', 'ece',
    'precision_private', 'recall_private', 'f1_private',
    'precision_public', 'recall_public', 'f1_public',
)  # fmt: skip
KEYS = {f'privacy/{name}' for name in FIGURES}


def samples(pairs):
    return [
        BaseDataElement(
            gt_label=torch.tensor([label]), pred_score=torch.tensor([p, 1 - p])
        )
        for label, p in pairs
    ]


def evaluate(pairs):
    evaluator = Evaluator({'type': 'PrivacyClassificationMetric'})
    half = len(pairs) // 2
    evaluator.process(samples(pairs[:half]), None)
    evaluator.process(samples(pairs[half:]), None)
    return evaluator.evaluate(len(pairs))


def test_values():
    result = evaluate([(0, 0.9), (0, 0.4), (1, 0.2), (1, 0.3), (1, 0.6)])
    assert set(result) == KEYS
    assert result['privacy/accuracy'] == pytest.approx(3 / 5)
    assert result['privacy/recall_private'] == pytest.approx(1 / 2)
    assert result['privacy/precision_public'] == pytest.approx(2 / 3)
    assert result['privacy/balanced_accuracy'] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert result['privacy/auroc'] == pytest.approx(5 / 6)
    assert all(isinstance(v, float) for v in result.values())


def test_all_private_on_the_paper_split():
    result = evaluate([(0, 0.9)] * 3043 + [(1, 0.9)] * 5385)
    assert 100 * result['privacy/accuracy'] == pytest.approx(36.106, abs=5e-4)
    result = evaluate([(0, 0.1)] * 3043 + [(1, 0.1)] * 5385)
    assert 100 * result['privacy/accuracy'] == pytest.approx(63.894, abs=5e-4)
    assert math.isnan(result['privacy/precision_private'])
    assert result['privacy/f1_private'] == 0


def test_one_class_is_nan_with_a_warning(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmprivacy.evaluation.privacy_classification_metric.print_log',
        lambda msg, logger, level: said.append((msg, level)),
    )
    result = evaluate([(1, 0.2), (1, 0.3)])
    assert result['privacy/accuracy'] == 1
    assert math.isnan(result['privacy/auroc'])
    assert said[0][1] == logging.WARNING
    assert 'auroc' in said[0][0]
    assert '0 private and 2 public' in said[0][0]


def test_refuses_what_it_cannot_score():
    metric = PrivacyClassificationMetric()
    sample = {'gt_label': torch.tensor([0]), 'img_path': 'a.jpg'}
    with pytest.raises(ShapeError, match='num_classes=2'):
        metric.process(None, [{**sample, 'pred_score': torch.rand(3)}])
    with pytest.raises(DataError, match=r'a\.jpg.*finite'):
        metric.process(None, [{**sample, 'pred_score': torch.tensor([math.nan, 1])}])
    assert METRICS.get('PrivacyClassificationMetric') is PrivacyClassificationMetric
