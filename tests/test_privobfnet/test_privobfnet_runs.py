"""Runs of the tools: resumed ones end the same, tests need Model-Image alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import torch
from tiny_runs import ROOT, as_arguments

CONFIG = 'configs/privobfnet/privobfnet_r38d_vispr.py'
SMALL = {
    'model.backbone.base_channels': 2,
    'model.cam_head.in_channels': 128,
    'model.crop_size': 32,
    'train_dataloader.num_batch_per_epoch': 1,
    'train_cfg.max_epochs': 2,
    'default_hooks.checkpoint.interval': 1,
}


@pytest.fixture
def call(run_tool, tiny_options):
    """Call a tool with what makes a run of the config tiny."""

    def run(tool, folder, *words, **changes):
        options = as_arguments(tiny_options(ROOT / CONFIG) | SMALL | changes)
        words = [*words, '--sample', '--work-dir', folder]
        done = run_tool(tool, CONFIG, *words, *options)
        assert done.status == 0, done.err
        return done

    return run


def _weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_a_run_resumes_and_its_checkpoint_is_tested(call, tmp_path):
    call('train', tmp_path / 'whole')
    whole = _weights(tmp_path / 'whole/epoch_2.pth')
    assert any(key.startswith('local_backbone.') for key in whole)
    call('train', tmp_path / 'resumed', '--resume', tmp_path / 'whole/epoch_1.pth')
    resumed = _weights(tmp_path / 'resumed/epoch_2.pth')
    assert all(torch.equal(whole[k], resumed[k]) for k in whole)

    out, panels = tmp_path / 'found.json', tmp_path / 'panels'
    words = [tmp_path / 'whole/epoch_2.pth', '--out', out, '--show-dir', panels]
    done = call('test', tmp_path / 'test', *words)
    assert 'unexpected key' not in done.out + done.err
    metrics = json.loads((tmp_path / 'test/metrics.json').read_text())['metrics']
    assert {'attribute/map', 'score/pearson', 'score/l1'} <= set(metrics)
    rows = json.loads(out.read_text())
    assert len(rows) == len(list(panels.glob('*.png'))) == 6
    assert len(rows[0]['pred_privacy_score']) == 30
    assert sum(rows[0]['gt_score']) == len(rows[0]['gt_label'])


def test_labels_of_pixels_are_not_needed_for_training(call, vispr_root, tmp_path):
    """The drawn data set without its exact masks: only tests read those."""
    copy = tmp_path / 'data'
    (copy / 'annotations').mkdir(parents=True)
    for path in vispr_root.iterdir():
        if path.name not in ('annotations', 'scenes.jsonl'):
            (copy / path.name).symlink_to(path)
    for path in (vispr_root / 'annotations').iterdir():
        if path.name != '2017_v1':
            (copy / 'annotations' / path.name).symlink_to(path)
    call('train', tmp_path / 'run', data_root=copy, **{'train_cfg.max_epochs': 1})
    assert (tmp_path / 'run/epoch_1.pth').is_file()


@pytest.mark.slow
def test_two_processes_train_and_test_as_one_does(call, tiny_options, tmp_path):
    options = as_arguments(tiny_options(ROOT / CONFIG) | SMALL)

    def launch(tool, folder, *words):
        command = [sys.executable, '-m', 'torch.distributed.run', '--standalone']
        command += ['--nproc_per_node=2', f'tools/{tool}.py', CONFIG, *words]
        command += ['--launcher', 'pytorch', '--sample', '--work-dir', folder]
        env = {**os.environ, 'PYTHONPATH': str(ROOT), 'CUDA_VISIBLE_DEVICES': ''}
        words = [str(word) for word in (*command, *options)]
        done = subprocess.run(
            words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=280
        )
        assert done.returncode == 0, done.stderr[-3000:]

    launch('train', tmp_path / 'run')
    weights = tmp_path / 'run/epoch_2.pth'
    launch('test', tmp_path / 'two', weights)
    call('test', tmp_path / 'one', weights)
    one, two = (
        json.loads((tmp_path / name / 'metrics.json').read_text())['metrics']
        for name in ('one', 'two')
    )
    assert two == pytest.approx(one, abs=1e-4)
