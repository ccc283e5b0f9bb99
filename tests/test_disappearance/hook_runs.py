"""Run a config of the hook, here or in processes of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from mmengine.config import Config

SCRIPT = """
import sys, torch
torch.set_num_threads(1)
from mmengine.config import Config
from mmprivacy.apis.distributed import start_group, stop_group
from mmprivacy.apis.runner import SafeRunner
cfg = Config.fromfile(sys.argv[1])
cfg.load_from = sys.argv[2]
start_group(cfg.get('launcher', 'none'))
SafeRunner.from_cfg(cfg).test()
stop_group()
"""


def build(text, folder, weights):
    """Build the runner of a config's text."""
    from mmprivacy.apis.runner import SafeRunner

    path = folder / 'config.py'
    path.write_text(text)
    cfg = Config.fromfile(path)
    cfg.load_from = str(weights)
    cfg.experiment_name = f'{folder.name}_{len(list(folder.rglob("*")))}'
    return SafeRunner.from_cfg(cfg)


def start(path, weights, rank=None, processes=1, port=0):
    """Start a test in a process of its own."""
    env = {**os.environ, 'PYTHONPATH': str(Path(__file__).parents[2])}
    env.update(CUDA_VISIBLE_DEVICES='', OMP_NUM_THREADS='1')
    if rank is not None:
        env.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
        env.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(processes))
    return subprocess.Popen(
        [sys.executable, '-c', SCRIPT, str(path), str(weights)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def content(folder):
    """What a run has written, without the time it took."""
    found = {p.name: p.read_bytes() for p in (folder / 'images').iterdir()}
    rows = []
    for line in (folder / 'report.jsonl').read_text().splitlines():
        rows.append({k: v for k, v in json.loads(line).items() if k != 'seconds'})
    return found, rows, json.loads((folder / 'annotations.json').read_text())
