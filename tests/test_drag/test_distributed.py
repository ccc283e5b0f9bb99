"""Runs of several processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mmprivacy.drag.channel_grouping_hook import WholeBatchSampler

SCRIPT = """
import gc, sys, torch
torch.set_num_threads(1)
import mmprivacy.datasets, mmprivacy.drag, mmprivacy.evaluation
from mmengine.config import Config
from mmprivacy.apis.distributed import stop_group
from mmprivacy.apis.runner import build_runner
runner = build_runner(Config.fromfile(sys.argv[1]))
runner.train()
del runner
gc.collect()
stop_group()
"""
PHASES = [
    dict(name='cgl_pretrain', epochs=1),
    dict(name='joint', epochs=3, freeze_backbone_epochs=1, cgl_interval=3),
]


def _port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def _launch(path, processes):
    address = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(_port()))
    root = str(Path(__file__).parents[2])
    runs = []
    for rank in map(str, range(processes)):
        env = dict(**address, RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=str(processes))
        env = {**os.environ, **env, 'PYTHONPATH': root, 'CUDA_VISIBLE_DEVICES': ''}
        command = [sys.executable, '-c', SCRIPT, str(path)]
        runs.append(
            subprocess.Popen(
                command, env=env, stderr=subprocess.STDOUT, stdout=subprocess.PIPE
            )
        )
    try:
        outputs = [r.communicate(timeout=120)[0].decode() for r in runs]
    finally:
        for run in runs:
            run.kill()
    for run, output in zip(runs, outputs):
        assert run.returncode == 0, output[-3000:]


def test_two_processes_train_and_find_the_same_groups(make_cfg, make_runner, tmp_path):
    start = make_runner(work_dir='start')
    start.model.init_weights()
    weights = tmp_path / 'start.pth'
    torch.save(dict(state_dict=start.model.state_dict(), meta={}), weights)
    changes = dict(phases=PHASES, load_from=str(weights))

    alone = make_runner(work_dir='alone', **changes)
    alone.train()
    cfg = make_cfg(work_dir='together', launcher='pytorch', **changes)
    cfg.dump(tmp_path / 'together.py')
    _launch(tmp_path / 'together.py', processes=2)

    saved = torch.load(tmp_path / 'together' / 'epoch_4.pth', weights_only=False)
    groups = saved['state_dict']['head.channel_groups']
    assert torch.equal(groups, alone.model.head.channel_groups)
    assert saved['meta']['epoch'] == 4


@pytest.mark.parametrize('world_size', [1, 2, 3, 7])
def test_sampler_visits_each_image_once_in_the_same_batches(world_size):
    data = range(23)
    expected = {tuple(range(i, min(i + 4, 23))) for i in range(0, 23, 4)}
    found = []
    for rank in range(world_size):
        indices = list(WholeBatchSampler(data, 4, rank, world_size))
        found += [tuple(indices[i : i + 4]) for i in range(0, len(indices), 4)]
    assert len(found) == len(expected)
    assert set(found) == expected
