"""The PrivObfNet benchmark: rows by config, permuted labels, goals, the report."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from benchmark_records import ROOT, job_of, record_of
from tiny_runs import NUM

CONFIG = 'configs/privobfnet/privobfnet_r38d_vispr.py'
SMALL = {
    'model.backbone.base_channels': 2,
    'model.cam_head.in_channels': 128,
    'model.backbone.frozen_stages': 0,
    'model.crop_size': 32,
}


@pytest.fixture(autouse=True)
def in_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def payload(tiny_options):
    return {'config': CONFIG, 'options': tiny_options(CONFIG), 'sample': True}


def test_permuted_photos_have_the_labels_of_others_and_their_own_masks(payload):
    from _privobfnet_training import PermutedVISPRDataset

    from mmprivacy.apis import load_config
    from mmprivacy.privobfnet.dataset import VISPRDataset

    cfg = load_config(CONFIG, payload['options'], sample=True)
    node = dict(cfg.train_dataloader.dataset, pipeline=[])
    node.pop('type')
    right, wrong = VISPRDataset(**node), PermutedVISPRDataset(**node)
    labels = right.get_gt_labels(), wrong.get_gt_labels()
    assert (labels[0] != labels[1]).any()
    assert sorted(map(bytes, labels[0])) == sorted(map(bytes, labels[1]))
    for k in range(len(right)):
        ours, theirs = right.get_data_info(k), wrong.get_data_info(k)
        assert ours['img_path'] == theirs['img_path']
        assert ours['mask_paths'] == theirs['mask_paths']
        present = np.flatnonzero(theirs['gt_score'])
        assert list(present) == sorted(theirs['gt_label'])


def test_who_sees_no_photo_is_scored_by_hand(payload):
    from _privobfnet_training import count_photos, label_baselines

    from mmprivacy.apis import load_config

    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    assert {s: sum(count_photos(cfg, s).values()) for s in NUM} == NUM
    found = label_baselines(payload)
    absent = found['attributes']['all absent']
    assert 0 < absent['map'] < 1
    assert absent['map'] == pytest.approx(1 - absent['accuracy'])  # the prevalence
    assert found['scores']['l1'] > 0


def test_a_row_is_a_config_and_overrides_that_its_command_names(tiny_options):
    import _privobfnet_plan as plans
    import privobfnet as tool

    options = tiny_options(CONFIG)
    argv = ['--seeds', '3', '--cfg-options', *(f'{k}={v}' for k, v in options.items())]
    args = tool.parse_args(argv)
    jobs, data = plans.plan(args)
    assert data['sample']['format'] == 'visual-redactions'
    rows = [job for job in jobs if job.target == plans.TRAIN]
    assert [job.name for job in rows[:3]] == [row.title for row in plans.ROWS[:3]]
    assert len({job.folder for job in jobs}) == len(jobs)
    assert [job.payload['draw'] for job in rows] == [True] + [False] * (len(rows) - 1)
    (permuted,) = (job for job in rows if 'permuted' in job.name)
    assert 'train_dataloader.dataset.type=PermutedVISPRDataset' in permuted.command
    args = tool.parse_args([*argv[:2], '--rows', 'CAM', *argv[2:]])
    jobs, _ = plans.plan(args)
    assert [j.name for j in jobs if j.target == plans.TRAIN] == ['image-only CAM']


def run(miou, pearson=0.95, ap=0.9):
    table = [{'id': 'a1_age_approx', 'description': 'Age', 'n': 2, 'prevalence': 0.5}]
    masks = [{'id': 'a105_face_all', 'mask': 'human', 'n': 2, 'iou': miou}]
    blind = {'photo': 0.1, 'centre': 0.15, 'chance': 0.05}
    return {
        'metrics': {
            'masks/miou': miou,
            'masks/miou_photo': 0.1,
            'score/pearson': pearson,
            'attribute/map': ap,
        },
        'attributes': [row | {'ap': ap, 'accuracy': 0.9} for row in table],
        'masks': [row | blind for row in masks],
        'epochs': 1,
        'peak_memory': 2**20,
        'pictures': [],
    }


def report(folder, records):
    from _privobfnet_report import write_report

    jobs = []
    for n, record in enumerate(records):
        job = job_of(folder / str(n), '_privobfnet_training:train_and_test')
        job.folder.mkdir(parents=True)
        (job.folder / 'record.json').write_text(json.dumps(record))
        jobs.append(job)
    out = folder / 'out'
    results = write_report(Namespace(out=out), jobs, None, 'python x.py', [])
    return results, Path(out, 'privobfnet.md').read_text()


def test_goals_are_met_or_not_and_nothing_is_claimed_without_a_run(tmp_path):
    from _privobfnet_results import CAM, FULL, PERMUTED

    records = [
        record_of(FULL, 1, run(0.4)),
        record_of(FULL, 2, run(0.5)),
        record_of(CAM, 1, run(0.4)),
        record_of(PERMUTED, 1, run(0.1, 0.0, 0.2)),
    ]
    results, text = report(tmp_path / 'all', records)
    goals = {g['name']: g['value'] for g in results['goals']}
    assert goals['mask mIoU above the image-only CAM'] == pytest.approx(0.05)
    assert goals['worst attribute: IoU above the best blind guess'] == pytest.approx(
        0.45 - 0.15
    )
    line = next(x for x in text.splitlines() if 'above the image-only CAM |' in x)
    assert '| 0.050 |' in line
    assert '**no**' in line
    line = next(x for x in text.splitlines() if x.startswith('| Pearson of the'))
    assert line.endswith('| yes |')
    assert 'a105_face_all' in text
    results, text = report(tmp_path / 'none', [])
    assert results['goals'] == []
    assert 'Not measured yet.' in text


def test_a_step_is_timed_against_its_parts(payload):
    from _privobfnet_cost import inference_parameters, step_time

    payload['options'] |= SMALL | {'model.num_crops': 2}
    found = step_time(payload | {'side': 64, 'batch_size': 2, 'steps': 2, 'warm_up': 0})
    assert found['ratio'] > 0.5
    assert found['num_crops'] == 2
    assert found['peak_memory'] > 2**20
    found = inference_parameters(payload)
    assert found['local'] == 0
    assert found['backbone'] < found['inference'] < found['training'] / 1.5


@pytest.mark.slow
def test_a_run_gives_tables_pictures_and_a_threshold(payload, tmp_path):
    from _privobfnet_training import THRESHOLDS, train_and_test

    payload['options'] |= SMALL
    found = train_and_test(payload | {'work_dir': str(tmp_path), 'draw': True})
    assert found['one_threshold'] in THRESHOLDS
    assert set(found['thresholds'].values()) <= set(THRESHOLDS)
    wanted = {'masks/miou', 'one_threshold/miou', 'attribute/map', 'score/pearson'}
    assert wanted <= set(found['metrics'])
    assert len(found['attributes']) == 68
    assert len(found['masks']) == 24
    assert all((tmp_path / name).is_file() for name in found['pictures'])
    assert len(found['pictures']) == 2
