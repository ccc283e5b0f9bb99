"""The metric of attributes through MMEngine's evaluator."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import BaseDataElement
from sklearn.metrics import average_precision_score

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.evaluation import AttributeMetric

N = 60


@pytest.fixture(scope='module')
def data():
    """Labels and scores: attribute 0 in most photos, 60 to 67 in none."""
    rng = np.random.default_rng(0)
    present = rng.random((N, 68)) < np.linspace(0.7, 0.05, 68)
    present[:, 60:] = False
    present[0, :60] = True
    scores = np.round(np.clip(present * 0.3 + rng.random((N, 68)) * 0.7, 0, 1), 2)
    return present, scores.astype(np.float32)


def samples(present, scores):
    return [
        BaseDataElement(
            metainfo={'img_path': f'{i}.jpg'},
            gt_label=torch.tensor(np.flatnonzero(row)),
            pred_score=torch.tensor(score),
        )
        for i, (row, score) in enumerate(zip(present, scores))
    ]


def evaluate(present, scores, **options):
    evaluator = Evaluator({'type': 'AttributeMetric', **options})
    for sample in samples(present, scores):
        evaluator.process([sample], None)
    found = evaluator.evaluate(len(present))
    return {key.removeprefix('attribute/'): value for key, value in found.items()}


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmprivacy.evaluation.attribute_metric.print_log',
        lambda msg, logger: lines.append(msg),
    )
    return lines


def test_values(data, said):
    present, scores = data
    figures = evaluate(present, scores)
    seen = present[:, :60]
    expected = average_precision_score(seen, scores[:, :60], average='macro')
    assert figures['map'] == pytest.approx(expected, abs=1e-9)
    assert figures['map_constant'] == pytest.approx(seen.mean())
    right = (scores[:, :60] > 0.5) == seen
    assert figures['accuracy'] == pytest.approx(right.mean())
    assert figures['accuracy_absent'] == pytest.approx(1 - seen.mean())
    assert figures['accuracy_constant'] > figures['accuracy_absent']
    assert (figures['num_attributes'], figures['n']) == (60, N)
    assert '8 attributes that no photo shows are left out' in said[0]
    assert ATTRIBUTE_IDS[67] in said[0]


def test_one_photo_and_none(said):
    one = np.zeros((1, 68), bool)
    one[0, 9] = True
    figures = evaluate(one, np.full((1, 68), 0.1, np.float32))
    assert figures['map'] == figures['accuracy_constant'] == figures['n'] == 1
    assert figures['accuracy'] == 0
    assert said[0].count('_') < 30  # a few of the 67 are named, not all
    figures = AttributeMetric().compute_metrics([])
    assert (figures['num_attributes'], figures['n']) == (0, 0)
    assert math.isnan(figures['map'])


def test_threshold(data):
    present, scores = data
    figures = evaluate(present, scores, thr=1.0)
    assert figures['accuracy'] == pytest.approx(figures['accuracy_absent'])


def test_min_count_and_named_attributes(data, said):
    present, scores = data
    counts = present.sum(0)
    figures = evaluate(present, scores, min_count=20)
    assert figures['num_attributes'] == (counts > 20).sum() < 60
    assert f'{((counts > 0) & (counts <= 20)).sum()} attributes' in said[-1]
    figures = evaluate(present, scores, attributes=list(ATTRIBUTE_IDS[:2]))
    assert figures['num_attributes'] == 2
    assert figures['map_constant'] == pytest.approx(present[:, :2].mean())
    assert evaluate(present, scores, attributes=ATTRIBUTE_IDS[0])['num_attributes'] == 1
    none = evaluate(present, scores, min_count=N)
    assert none['num_attributes'] == 0
    assert math.isnan(none['map'])


def test_table(data, tmp_path):
    present, scores = data
    for name in ('out/table.tsv', 'out/table.json'):
        evaluate(present, scores, out_file=str(tmp_path / name), min_count=20)
    with open(tmp_path / 'out/table.tsv', newline='') as file:
        rows = list(csv.DictReader(file, delimiter='\t'))
    assert [row['id'] for row in rows] == list(ATTRIBUTE_IDS)
    objects = json.loads((tmp_path / 'out/table.json').read_text())
    assert list(rows[0]) == list(objects[0]) == [
        'id', 'description', 'n', 'prevalence', 'ap', 'accuracy', 'accuracy_constant',
    ]  # fmt: skip
    assert objects[3]['n'] == int(rows[3]['n']) == present[:, 3].sum()
    assert float(rows[3]['ap']) == pytest.approx(objects[3]['ap'], abs=1e-4)
    assert (rows[67]['ap'], objects[67]['ap']) == ('', None)
    assert objects[67]['accuracy_constant'] == 1
    assert len(list((tmp_path / 'out').iterdir())) == 2


def test_refuses_what_it_cannot_score():
    metric = AttributeMetric()
    sample = {'img_path': 'a.jpg', 'gt_label': [0, 3], 'pred_score': torch.rand(68)}
    metric.process(None, [sample, sample | {'gt_label': torch.tensor([]).long()}])
    assert [r[0].sum() for r in metric.results] == [2, 0]
    cases = [
        ({'pred_score': torch.rand(2)}, ShapeError, '68 scores'),
        ({'pred_score': torch.full((68,), math.inf)}, DataError, 'finite'),
        ({'pred_score': None}, DataError, 'pred_score'),
        ({'gt_label': None}, DataError, 'gt_label'),
        ({'gt_label': [68]}, DataError, '0 to 67'),
        ({'gt_label': [-1]}, DataError, '0 to 67'),
        ({'gt_label': [0.5]}, DataError, '0 to 67'),
        ({'gt_label': [math.nan]}, DataError, '0 to 67'),
    ]
    for change, error, match in cases:
        with pytest.raises(error, match=rf'a\.jpg.*{match}'):
            metric.process(None, [sample | change])
    for name in ('a9_face_complet', 'a9', 9):
        with pytest.raises(ConfigError, match="mean 'a9_face_complete'"):
            AttributeMetric(attributes=['a0_safe', name])
    with pytest.raises(ConfigError, match='got none'):
        AttributeMetric(attributes=[])
    with pytest.raises(ConfigError, match=r'\.tsv or \.json'):
        AttributeMetric(out_file='table.csv')
