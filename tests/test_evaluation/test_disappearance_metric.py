"""The metrics of detectors through MMEngine's evaluator."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import METRICS, DefaultScope
from mmengine.structures import BaseDataElement, InstanceData
from PIL import Image

from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.evaluation import DetectionRecallMetric, DisappearanceMetric
from mmprivacy.evaluation.functional import ssim

A, B = (0, 0, 10, 10), (20, 0, 30, 10)
CLASSES = ('person', 'dog', 'table')


def instances(*rows, scored=True):
    fields = dict(
        bboxes=torch.tensor([r[0] for r in rows], dtype=torch.float32).reshape(-1, 4),
        labels=torch.tensor([r[1] for r in rows], dtype=torch.int64),
    )
    if scored:
        fields['scores'] = torch.tensor([float(r[2]) for r in rows])
    return InstanceData(**fields)


def sample(clean, protected, truth=None, protection=None):
    meta = dict(img_path='a/b.jpg')
    if protection is not None:
        meta['protection'] = protection
    element = BaseDataElement(
        metainfo=meta,
        pred_instances=instances(*protected),
        clean_pred_instances=instances(*clean),
    )
    if truth is not None:
        element.gt_instances = instances(*truth, scored=False)
    return element


PHOTOS = [
    sample(
        [(A, 0, 0.9), (B, 1, 0.8)],
        [],
        [(A, 0), (B, 1)],
        dict(psnr=40.0, ssim=0.98, linf=8, iters=12, seconds=2.0, success=True, eps=1),
    ),
    sample(
        [(A, 0, 0.9), (B, 2, 0.8)],
        [(A, 2, 0.9), (B, 0, 0.25)],
        [(A, 0), (B, 0)],
        dict(psnr=36.0, ssim=0.94, linf=6, iters=60, seconds=4.0, success=False),
    ),
    sample([], [], [], dict(psnr=None, ssim=1.0, linf=0, iters=0, seconds=0.0)),
]


def evaluate(photos=PHOTOS, **options):
    evaluator = Evaluator({'type': 'DisappearanceMetric', **options})
    evaluator.dataset_meta = dict(classes=CLASSES)
    evaluator.process(photos[:1], None)
    evaluator.process(photos[1:], None)
    found = evaluator.evaluate(len(photos))
    return {key.removeprefix('disappearance/'): value for key, value in found.items()}


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmprivacy.evaluation.disappearance_metric.print_log',
        lambda msg, logger: lines.append(msg),
    )
    return lines


def test_values_and_sweep_from_one_run(said):
    figures = evaluate(sensitive=['person'])
    assert figures['r_all'] == 2 / 3
    assert figures['p_all'] == 1 / 4
    assert figures['r_sen'] == 1
    assert figures['r_sen_strict'] == 0.5
    assert figures['p_sen'] == 0
    assert figures['r_sen@0.2'] == 0.5
    assert figures['p_all@0.2'] == 0.5
    assert figures['p_sen@0.2'] == 0.5
    assert figures['r_all@0.3'] == figures['r_all']
    swept = sorted(k for k in figures if k.startswith('p_all@'))
    assert swept == [f'p_all@{t}' for t in (0.2, 0.24, 0.28, 0.3, 0.32, 0.36, 0.4)]
    title, head, *rows = said[0].split('\n')
    assert 'ground truth' in title
    assert head.split() == ['T', 'r_all', 'r_sen', 'p_all', 'p_sen']
    assert rows[0].split() == ['0.2', '66.67', '50.00', '50.00', '50.00']
    for thr in (0.2, 0.36):
        alone = evaluate(sensitive=['person'], score_thr=thr, score_thrs=())
        for key in ('r_all', 'r_sen', 'p_all', 'p_sen'):
            assert alone[key] == figures[f'{key}@{thr}']


def test_prices():
    figures = evaluate()
    assert figures['psnr'] == 38  # the third photo was not changed
    assert figures['ssim'] == pytest.approx(0.96)
    assert figures['linf'] == pytest.approx(14 / 3)
    assert figures['linf_max'] == 8
    assert figures['iters'] == 24
    assert figures['seconds'] == 2
    assert figures['success'] == 0.5
    assert 'eps' not in figures
    bare = [sample([(A, 0, 0.9)], [])]
    assert not {'psnr', 'linf_max', 'seconds'} & set(evaluate(bare))
    odd = sample([], [], protection=dict(psnr=math.inf))
    assert 'psnr' not in evaluate([odd])


def test_quality_is_measured_on_the_files(tmp_path):
    rng = np.random.default_rng(0)
    photo = rng.integers(10, 240, (40, 30, 3), dtype=np.uint8)
    changed = photo + (np.indices((40, 30)).sum(0) % 2 * 2 - 1)[..., None]
    for name, pixels in (('a', photo), ('b', changed), ('c', photo[:20])):
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f'{name}.png')
    claims = dict(psnr=99.0, ssim=1.0, linf=0, iters=3)

    def protect(name):
        found = sample([(A, 0, 0.9)], [], protection=claims)
        files = dict(img_path=f'{name}.png', clean_img_path='a.png')
        found.set_metainfo({k: str(tmp_path / v) for k, v in files.items()})
        return evaluate([found])

    figures = protect('b')
    assert figures['psnr'] == pytest.approx(48.1308, abs=1e-4)
    assert figures['linf'] == figures['linf_max'] == 1
    assert figures['ssim'] == pytest.approx(ssim(changed, photo))
    assert figures['iters'] == 3
    assert not {'psnr', 'ssim'} & set(protect('a'))
    assert protect('c')['psnr'] == 99  # of another size: what the attack says


def test_ground_truth_can_be_missing_or_foreign(said):
    without = evaluate(sensitive=['person'], ground_truth=False)
    assert 'detections of the clean photos' in said[-1]
    assert without['p_sen@0.2'] == 0
    mixed = [*PHOTOS, sample([(A, 0, 0.9)], [])]
    evaluate(mixed)
    assert 'detections of the clean photos' in said[-1]
    empty = sample([(A, 0, 0.9)], [])
    empty.gt_instances = InstanceData()  # what mmdet packs without annotations
    evaluate([empty])
    assert 'detections of the clean photos' in said[-1]


def test_sensitive_classes():
    assert evaluate(sensitive=[0]) == evaluate(sensitive=['person'])
    assert evaluate(sensitive=['dog'])['n_sensitive'] == 1
    with pytest.raises(ConfigError, match="did you mean 'person'"):
        evaluate(sensitive=['persons'])


def test_gathered_results_are_those_of_one_process():
    whole = DisappearanceMetric(sensitive=[0])
    whole.process(None, [p.to_dict() for p in PHOTOS])
    parts = [DisappearanceMetric(sensitive=[0]) for _ in range(2)]
    for k, photo in enumerate(PHOTOS):
        parts[k % 2].process(None, [photo.to_dict()])
    gathered = pickle.loads(pickle.dumps([p.results for p in parts]))
    merged = [gathered[0][0], gathered[1][0], gathered[0][1]]
    assert merged[0]['clean'][0].dtype == np.float64
    assert whole.compute_metrics(merged) == pytest.approx(
        whole.compute_metrics(whole.results), nan_ok=True
    )


def test_missing_and_broken_fields_name_the_photo():
    metric = DisappearanceMetric()
    lacking = PHOTOS[0].to_dict()
    del lacking['clean_pred_instances']
    with pytest.raises(DataError, match=r'a/b\.jpg.*ObjectDisappearanceHook'):
        metric.process(None, [lacking])
    broken = PHOTOS[0].to_dict()
    broken['pred_instances'] = dict(broken['pred_instances'], bboxes=torch.ones(3, 4))
    with pytest.raises(ShapeError, match=r'a/b\.jpg: pred_instances.*3 boxes'):
        metric.process(None, [broken])
    for wrong in (dict(score_thr=0), dict(score_thrs=[1.5]), dict(iou_thr=0)):
        with pytest.raises(ConfigError, match='threshold'):
            DisappearanceMetric(**wrong)


def recall(photos, **options):
    evaluator = Evaluator({'type': 'DetectionRecallMetric', **options})
    evaluator.process(photos, None)
    found = evaluator.evaluate(len(photos))
    return {key.removeprefix('detection/'): value for key, value in found.items()}


def test_recall_and_precision():
    photo = BaseDataElement(
        gt_instances=instances((A, 0), (B, 1), ((50, 0, 60, 9), 1), scored=False),
        ignored_instances=instances(((0, 50, 9, 60), 2), scored=False),
        pred_instances=instances(
            (A, 0, 0.3),
            (A, 0, 0.9),
            (B, 0, 0.9),
            (B, 1, 0.29),
            ((50, 0, 60, 9), 1, 0.9),
            ((0, 50, 9, 60), 0, 0.9),
        ),
    )
    figures = recall([photo])
    assert figures == dict(recall=2 / 3, recall_macro=0.75, precision=0.5, n=3)
    assert recall([photo], score_thr=0.2)['recall'] == 1
    nothing = BaseDataElement(
        gt_instances=instances(scored=False), pred_instances=instances()
    )
    assert math.isnan(recall([nothing])['recall'])
    assert recall([nothing, photo]) == figures
    with pytest.raises(DataError, match='LoadAnnotations'):
        recall([BaseDataElement(gt_instances=InstanceData())])
    with pytest.raises(ConfigError, match='score_thr'):
        DetectionRecallMetric(score_thr=-1)


@pytest.mark.parametrize('scope', ['mmdet', 'mmengine'])
@pytest.mark.parametrize('name', ['DisappearanceMetric', 'DetectionRecallMetric'])
def test_resolves_in_every_scope(scope, name):
    if scope != 'mmengine':
        pytest.importorskip(scope)
    with DefaultScope.overwrite_default_scope(scope):
        assert type(METRICS.build({'type': name})).__name__ == name
