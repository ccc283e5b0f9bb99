"""Visual Redactions in mmseg: labels, true masks, and the metric on them."""

from __future__ import annotations

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS

from mmprivacy.datasets.redaction_attributes import REDACTION_IDS
from mmprivacy.datasets.visual_redactions import read_redactions
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.privobfnet import PackRedactionInputs, VisualRedactionsDataset

ANNOTATIONS = 'annotations/2017_v1/test2017.json'


def build(root, **options):
    pipeline = [
        dict(type='LoadPhoto'),
        dict(type='Resize', scale=(64, 48)),
        dict(type='PackRedactionInputs', least_area=0),
    ]
    cfg = dict(type='VisualRedactionsDataset', data_root=str(root),
               ann_file=ANNOTATIONS, pipeline=pipeline)  # fmt: skip
    with DefaultScope.overwrite_default_scope('mmseg'):
        return DATASETS.build(cfg | options)


def test_samples_hold_the_truth(vispr_root):
    data = build(vispr_root)
    records = read_redactions(vispr_root / ANNOTATIONS)
    assert data.metainfo['classes'] == REDACTION_IDS
    assert len(data) == len(records)
    filled = []
    for k, record in enumerate(records):
        packed = data[k]
        sample = packed['data_samples']
        assert packed['inputs'].shape == (3, 48, 64)
        expected = torch.from_numpy(record.masks(least_area=0))
        assert torch.equal(sample.gt_attr_masks.data, expected)
        assert sample.gt_score.tolist() == expected.flatten(1).any(1).float().tolist()
        sample.set_field(PixelData(data=expected.float()), 'attr_masks')
        filled.append(sample)
    evaluator = Evaluator(dict(type='AttributeMaskMetric'))
    evaluator.process(filled, None)
    assert evaluator.evaluate(len(filled))['masks/miou'] == 1


def test_bad_input(vispr_root, tmp_path):
    with pytest.raises(DataError, match=r'test2017\.json'):
        build(tmp_path)
    with pytest.raises(ConfigError, match='classes'):
        build(vispr_root, metainfo=dict(classes=('face',)))
    with pytest.raises(DataError, match='VisualRedactionsDataset'):
        PackRedactionInputs().transform(dict(img=None))
    assert VisualRedactionsDataset.METAINFO['classes'] == REDACTION_IDS
