"""Overlap of attribute masks: hand-made numbers, overlaps, baselines, bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import METRICS
from mmengine.structures import BaseDataElement, PixelData

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS
from mmprivacy.datasets.visual_redactions import read_redactions
from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.evaluation import AttributeMaskMetric
from mmprivacy.evaluation.functional.masks import (
    blind_iou,
    count_pixels,
    dataset_iou,
    photo_iou,
)

FACE = REDACTION_IDS.index('a105_face_all')
BODY = REDACTION_IDS.index('a109_person_body')
PLATE = REDACTION_IDS.index('a108_license_plate_all')


def masks(num, size, **boxes):
    """Masks with boxes (x0, y0, x1, y1), by channel ``c<k>``."""
    found = np.zeros((num, *size), np.float32)
    for key, (x0, y0, x1, y1) in boxes.items():
        found[int(key[1:]), y0:y1, x0:x1] = 1
    return found


def test_numbers_by_hand():
    truth = masks(3, (8, 8), c0=(0, 0, 4, 4), c1=(2, 2, 6, 6)) > 0
    scores = masks(3, (8, 8), c0=(0, 0, 4, 8), c2=(0, 0, 1, 1)) * 0.5
    first = count_pixels(truth, scores, [0.25, 0.5])
    assert first.both.tolist() == [[16, 0], [0, 0], [0, 0]]
    assert first.predicted.tolist() == [[32, 0], [0, 0], [1, 0]]
    assert first.true.tolist() == [16, 16, 0]
    assert (first.centre.tolist(), first.middle, first.pixels) == ([4, 16, 0], 16, 64)
    second = count_pixels(truth, masks(3, (8, 8), c0=(0, 0, 4, 4)), [0.25, 0.5])
    iou = dataset_iou([first, second])
    np.testing.assert_allclose(iou[0], [32 / 48, 16 / 32])
    np.testing.assert_allclose(iou[1], [0, 0])
    assert np.isnan(iou[2]).all()
    each = photo_iou([first, second])
    np.testing.assert_allclose(each[0], [(0.5 + 1) / 2, (0 + 1) / 2])
    blind = blind_iou([first, second])
    np.testing.assert_allclose(blind['photo'][:2], 0.25)
    np.testing.assert_allclose(blind['centre'][:2], [4 / 28, 1])
    np.testing.assert_allclose(blind['chance'][:2], 0.25 / 1.75)
    assert np.isnan(blind['photo'][2])


def test_chance_is_what_random_pixels_get():
    rng = np.random.default_rng(0)
    truth = rng.random((1, 200, 200)) < 0.3
    scores = (rng.random((1, 200, 200)) < 0.3).astype(np.float32)
    counts = count_pixels(truth, scores, [0.5])
    expected = blind_iou([counts])['chance'][0]
    assert dataset_iou([counts])[0, 0] == pytest.approx(expected, abs=0.01)


def sample(truth=None, scores=None, path='photos/p.jpg'):
    element = BaseDataElement(metainfo=dict(img_path=path))
    if truth is not None:
        element.set_field(PixelData(data=torch.from_numpy(truth > 0)), 'gt_attr_masks')
    if scores is not None:
        element.set_field(PixelData(data=torch.from_numpy(scores)), 'attr_masks')
    return element


def run(metric, *samples):
    evaluator = Evaluator(metric)
    evaluator.process(list(samples), data_batch=None)
    return evaluator.evaluate(len(samples))


def test_masks_overlap_and_merge():
    """A face is part of a body, and predicted by two attributes of VISPR."""
    size = (16, 16)
    truth = masks(24, size, **{f'c{BODY}': (0, 0, 8, 16), f'c{FACE}': (0, 0, 8, 8)})
    complete, partial = (
        ATTRIBUTE_IDS.index(i) for i in ('a9_face_complete', 'a10_face_partial')
    )
    weight = ATTRIBUTE_IDS.index('a2_weight_approx')
    scores = masks(
        68, size,
        **{f'c{complete}': (0, 0, 4, 8), f'c{partial}': (4, 0, 8, 8),
           f'c{weight}': (0, 0, 8, 16)},
    )  # fmt: skip
    figures = run(dict(type='AttributeMaskMetric'), sample(truth, scores))
    assert figures['masks/miou'] == figures['masks/miou_human'] == 1
    assert np.isnan(figures['masks/miou_none'])
    assert figures['masks/num_attributes'] == 2
    assert figures['masks/miou_photo'] == pytest.approx((0.5 + 0.25) / 2)
    scores[weight] = 0
    figures = run(dict(type='AttributeMaskMetric'), sample(truth, scores))
    assert figures['masks/miou'] == figures['masks/iou_per_photo'] == 0.5
    assert isinstance(METRICS.get('AttributeMaskMetric'), type)


def test_attributes_have_thresholds_of_their_own(tmp_path):
    truth = masks(24, (8, 8), **{f'c{FACE}': (0, 0, 4, 4), f'c{PLATE}': (4, 4, 8, 8)})
    scores = truth * 0.9
    scores[FACE, :, 4:] = 0.6  # too much, unless the threshold is high
    scores[PLATE] *= 0.5  # too little, if it is
    table = tmp_path / 'table.json'
    metric = dict(type='AttributeMaskMetric')
    tried = dict(metric, thr=0.3, thrs=(0.7,), out_file=str(table))
    figures = run(tried, sample(truth, scores))
    assert figures['masks/miou_best'] < figures['masks/miou_best_each'] == 1
    rows = json.loads(table.read_text())
    own = {row['id']: row['best_thr'] for row in rows if row['n']}
    assert own == {'a105_face_all': 0.7, 'a108_license_plate_all': 0.3}
    figures = run(dict(metric, thr=own), sample(truth, scores))
    assert figures['masks/miou'] == 1
    assert 'masks/best_thr' not in figures
    del own['a105_face_all']  # the default, 0.25
    assert run(dict(metric, thr=own), sample(truth, scores))['masks/miou'] < 1


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (dict(thr=1.0), '1.0'),
        (dict(thrs=(-0.1,)), '-0.1'),
        (dict(thr={'a105_face_all': 2}), '2'),
        (dict(thr={'a105_face': 0.5}), 'a105_face_all'),
        (dict(thr={'a105_face_all': 0.5}, thrs=(0.1,)), 'without thrs'),
    ],
)
def test_wrong_thresholds(options, named):
    with pytest.raises(ConfigError, match='thr') as error:
        AttributeMaskMetric(**options)
    assert named in str(error.value)


def test_truth_from_annotations(vispr_root, tmp_path):
    name = vispr_root / 'annotations/2017_v1/test2017.json'
    records = read_redactions(name)
    out = tmp_path / 'table.tsv'
    metric = dict(type='AttributeMaskMetric', ann_file=str(name), least_area=0,
                  thrs=(0.6,), out_file=str(out))  # fmt: skip
    perfect, half = [], []
    for record in records:
        truth = record.masks(least_area=0).astype(np.float32)
        perfect.append(sample(scores=truth * 0.5, path=record.img_path))
        small = truth[:, ::2, ::2].copy()
        half.append(sample(scores=small, path=f'other/{record.image_id}.png'))
    extra = sample(scores=masks(24, (4, 4)), path='not_annotated.jpg')
    figures = run(metric, *perfect, extra)
    assert figures['masks/miou'] == figures['masks/iou_per_photo'] == 1
    assert figures['masks/miou_best'] == 1
    assert figures['masks/best_thr'] == 0.25
    assert figures['masks/miou_best_each'] == 1
    assert figures['masks/n'] == len(records)
    blind = [figures[f'masks/miou_{k}'] for k in ('photo', 'centre', 'chance')]
    assert all(0 < b < 0.5 for b in blind)
    rows = [line.split('\t') for line in out.read_text().splitlines()]
    assert rows[0][:4] == ['id', 'mask', 'n', 'iou']
    assert len(rows) == 25
    shown = {r[0] for r in rows[1:] if r[3] == '1.0000'}
    assert shown == {i.attr_id for r in records for i in r.instances}
    assert 0.8 < run(metric, *half)['masks/miou'] < 1
    table = tmp_path / 'table.json'
    run(dict(metric, out_file=str(table)), *half)
    assert json.loads(table.read_text())[0]['id'] == REDACTION_IDS[0]


def test_small_instances_are_left_out(vispr_root):
    name = str(vispr_root / 'annotations/2017_v1/test2017.json')
    record = read_redactions(name)[0]
    empty = sample(scores=masks(24, (4, 4)), path=record.img_path)
    metric = dict(type='AttributeMaskMetric', ann_file=name, least_area=10**6)
    assert run(metric, empty)['masks/num_attributes'] == 0


def test_bad_input():
    truth, size = masks(24, (4, 4)), (4, 4)
    with pytest.raises(DataError, match=r"p\.jpg.*'gt_attr_masks'.*ann_file"):
        run(AttributeMaskMetric(), sample(scores=truth))
    with pytest.raises(DataError, match=r"p\.jpg.*'attr_masks'"):
        run(AttributeMaskMetric(), sample(truth))
    with pytest.raises(ShapeError, match=r'p\.jpg: attr_masks.*24 or 68'):
        run(AttributeMaskMetric(), sample(truth, masks(20, size)))
    with pytest.raises(ShapeError, match='gt_attr_masks'):
        run(AttributeMaskMetric(), sample(masks(68, size), truth))
    with pytest.raises(ConfigError, match='thr'):
        AttributeMaskMetric(thr=1)
    with pytest.raises(ConfigError, match='out_file'):
        AttributeMaskMetric(out_file='a.csv')
    with pytest.raises(DataError, match=r'none\.json'):
        run(AttributeMaskMetric('none.json'), sample(scores=truth))


def test_photos_without_annotations_are_an_error(vispr_root):
    name = str(vispr_root / 'annotations/2017_v1/test2017.json')
    with pytest.raises(DataError, match=r'test2017\.json.*of none'):
        run(AttributeMaskMetric(name), sample(scores=masks(24, (4, 4))))
