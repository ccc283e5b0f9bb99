"""Jobs and records of the benchmarks, for their tests."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path

import _common
from _jobs import Job

ROOT = Path(__file__).parents[1]


def job_of(folder, target, **payload):
    return Job(
        part='accuracy',
        name='x',
        target=target,
        payload=payload,
        folder=folder,
        command='command',
        data='data',
        seed=9,
    )


def record_of(name, seed, result, part='accuracy'):
    return {
        'part': part,
        'name': name,
        'seed': seed,
        'data': 'drawn sample data',
        'command': 'python tools/train.py',
        'result': result,
        'provenance': _common.provenance(),
    }


def _processes_with(word):
    """Return the command lines, on Linux, that contain a word."""
    found = []
    for path in Path('/proc').glob('[0-9]*/cmdline'):
        with contextlib.suppress(OSError):
            found.append(path.read_text())
    return [line for line in found if word in line]


def kill_when(command, folder, name):
    """Start a benchmark and kill it once a file is there; nothing stays behind."""
    first = subprocess.Popen(command)
    deadline = time.monotonic() + 300
    while not list(folder.rglob(name)) and time.monotonic() < deadline:
        time.sleep(0.2)
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    while _processes_with(str(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _processes_with(str(folder))
