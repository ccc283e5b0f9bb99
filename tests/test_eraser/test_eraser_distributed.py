"""Training with two processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch
from tiny_eraser import build

SCRIPT = """
import sys, torch
torch.set_num_threads(1)
from mmengine.config import Config
from mmprivacy.apis.distributed import stop_group
from mmprivacy.apis.runner import build_runner
runner = build_runner(Config.fromfile(sys.argv[1]), ('train',))
runner.train()
rank = torch.distributed.get_rank()
state = {k: v for k, v in runner.model.state_dict().items() if 'running' not in k}
torch.save(state, f'{sys.argv[2]}/rank_{rank}.pth')
stop_group()
"""


def test_two_processes_go_through_both_stages_with_the_same_weights(make_cfg, tmp_path):
    cfg = make_cfg(launcher='pytorch')
    cfg.dump(tmp_path / 'config.py')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    root = str(Path(__file__).parents[2])
    command = [sys.executable, '-c', SCRIPT, str(tmp_path / 'config.py'), str(tmp_path)]
    runs = []
    for rank in ('0', '1'):
        env = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port), WORLD_SIZE='2')
        env |= dict(RANK=rank, LOCAL_RANK=rank, PYTHONPATH=root)
        env = {**os.environ, **env, 'CUDA_VISIBLE_DEVICES': ''}
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        runs.append(subprocess.Popen(command, env=env, **pipes))
    try:
        outputs = [r.communicate(timeout=250)[0].decode() for r in runs]
    finally:
        for run in runs:
            run.kill()
    for run, output in zip(runs, outputs):
        assert run.returncode == 0, output[-3000:]
    first, second = (torch.load(tmp_path / f'rank_{r}.pth') for r in (0, 1))
    trained = [k for k in first if k.endswith('weight')]
    assert trained
    for key, value in first.items():
        if 'num_batches' not in key:
            assert torch.equal(value, second[key]), key
    saved = torch.load(tmp_path / 'work' / 'epoch_4.pth', weights_only=False)
    assert saved['meta']['epoch'] == 4
    build().load_state_dict(saved['state_dict'])  # usable by a single process
