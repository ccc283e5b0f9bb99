"""The metric of scores through MMEngine's evaluator."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import METRICS, DefaultScope
from mmengine.structures import BaseDataElement

from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.evaluation import PrivacyScoreMetric

KEYS = {
    'l1', 'mse', 'pearson', 'spearman', 'n', 'l1_constant', 'l1_oracle',
    'pearson_oracle', 'spearman_oracle',
}  # fmt: skip
TRUTH = np.array([0.0, 0.0, 0.0, 2.5, 3.0, 3.7, 4.0, 4.2])


def sample(prediction, truth, **fields):
    return BaseDataElement(
        metainfo={'img_path': fields.pop('img_path', 'x.jpg')},
        gt_privacy_score=np.array(truth, np.float32).reshape(-1),
        pred_privacy_score=torch.tensor(prediction, dtype=torch.float32).reshape(-1),
        **fields,
    )


def evaluate(predictions, truth, **options):
    evaluator = Evaluator({'type': 'PrivacyScoreMetric', **options})
    pairs = [sample(p, t) for p, t in zip(predictions, truth)]
    evaluator.process(pairs[:3], None)
    evaluator.process(pairs[3:], None)
    found = evaluator.evaluate(len(pairs))
    return {key.removeprefix('score/'): value for key, value in found.items()}


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmprivacy.evaluation.privacy_score_metric.print_log',
        lambda msg, logger: lines.append(msg),
    )
    return lines


def test_values(said):
    predictions = [0.5, 0.0, 0.2, 2.0, 3.5, 3.0, 4.5, 4.0]
    figures = evaluate(predictions, TRUTH)
    assert set(figures) == KEYS
    error = np.subtract(predictions, TRUTH)
    assert figures['l1'] == pytest.approx(np.abs(error).mean())
    assert figures['mse'] == pytest.approx((error**2).mean())
    assert figures['n'] == 8
    assert figures['l1_constant'] == pytest.approx(
        np.abs(np.array(TRUTH) - 2.75).mean()
    )
    assert figures['l1_oracle'] == pytest.approx((1.2 + 0.7 + 0.3 + 0.5) / 8)
    assert 0.8 < figures['spearman_oracle'] < figures['pearson_oracle'] < 1
    title, head, *rows = said[0].split('\n')
    assert title == 'Privacy score of 8 photos'
    assert head.split() == ['L1', 'MSE', 'Pearson', 'Spearman']
    assert [r[:18].strip() for r in rows] == [
        'model', 'constant (median)', 'safe/unsafe oracle',
    ]  # fmt: skip
    assert len({len(line) for line in (head, *rows)}) == 1


def test_per_profile_l1_is_the_mean_over_both_axes():
    rng = np.random.default_rng(0)
    truth, predictions = rng.random((6, 30)) * 5, rng.random((6, 30)) * 5
    figures = evaluate(predictions, truth)
    assert figures['l1'] == pytest.approx(np.abs(predictions - truth).mean(), abs=1e-6)
    expected = np.corrcoef(predictions.mean(1), truth.mean(1))[0, 1]
    assert figures['pearson'] == pytest.approx(expected, abs=1e-6)


def test_unit_brings_errors_back_to_five():
    predictions = TRUTH[::-1].copy()
    raw = evaluate(predictions, TRUTH)
    scaled = evaluate(predictions / 5, TRUTH / 5, unit=5)
    assert scaled == pytest.approx(raw, abs=1e-5)


def test_safe_weight_is_in_the_unit_reported():
    truth = np.array([1.0, 1.0, 3.0, 4.0, 5.0])
    assert evaluate(truth, truth, safe_weight=1)['l1_oracle'] == pytest.approx(0.4)
    scaled = evaluate(truth / 5, truth / 5, safe_weight=1, unit=5)
    assert scaled['l1_oracle'] == pytest.approx(0.4)
    assert evaluate(truth, truth)['l1_oracle'] == pytest.approx(1.4)


def test_what_does_not_vary_is_zero_and_said(said):
    figures = evaluate([2.0] * 8, TRUTH)
    assert figures['pearson'] == figures['spearman'] == 0.0
    assert 'The predictions do not vary' in said[-1]
    figures = evaluate(TRUTH, [3.0] * 8)
    assert figures['spearman'] == figures['spearman_oracle'] == 0.0
    assert 'The true scores do not vary' in said[-1]
    assert all(math.isfinite(v) for v in figures.values())


def test_one_photo_and_none(said):
    figures = evaluate([1.0], [3.0])
    assert (figures['n'], figures['l1'], figures['l1_constant']) == (1, 2, 0)
    assert figures['pearson'] == figures['spearman'] == 0
    figures = PrivacyScoreMetric().compute_metrics([])
    assert set(figures) == KEYS
    assert (figures['n'], figures['spearman']) == (0, 0)
    assert math.isnan(figures['l1'])
    assert said[-1].startswith('Privacy score of 0 photos')


@pytest.mark.parametrize('field', ['gt_privacy_score', 'pred_privacy_score'])
def test_missing_and_broken_fields_name_the_photo(field):
    metric = PrivacyScoreMetric()
    lacking = sample(1.0, 2.0, img_path='a/b.jpg').to_dict()
    lacking[field] = torch.tensor([math.nan])
    with pytest.raises(DataError, match=rf'a/b\.jpg.*finite.*{field}'):
        metric.process(None, [lacking])
    del lacking[field]
    with pytest.raises(DataError, match=rf'a/b\.jpg.*{field}'):
        metric.process(None, [lacking])


def test_numbers_of_scores():
    metric = PrivacyScoreMetric()
    with pytest.raises(ShapeError, match=r'x\.jpg.*30 predicted'):
        metric.process(None, [sample([1.0], np.ones(30)).to_dict()])
    metric.process(None, [sample([1.0], [1.0]).to_dict()])
    with pytest.raises(ShapeError, match='as before'):
        metric.process(None, [sample(np.ones(30), np.ones(30)).to_dict()])
    for unit in (0, -1, math.nan, math.inf):
        with pytest.raises(ConfigError, match='unit'):
            PrivacyScoreMetric(unit=unit)


@pytest.mark.parametrize('scope', ['mmpretrain', 'mmseg', 'mmengine'])
@pytest.mark.parametrize('name', ['PrivacyScoreMetric', 'AttributeMetric'])
def test_resolves_in_every_scope(scope, name):
    if scope != 'mmengine':
        pytest.importorskip(scope)
    with DefaultScope.overwrite_default_scope(scope):
        assert type(METRICS.build({'type': name})).__name__ == name
