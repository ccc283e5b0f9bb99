"""Runs that a sample run rests on: what is pretrained elsewhere is trained first.

``--sample`` drops pretrained weights: nothing is downloaded. A method that rests on a
pretrained part may name, in its config's ``sample``, a second config that trains it on
drawn data. That run takes place once, in a process of its own, and its weights are
kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmprivacy.datasets.file_writing import locked
from mmprivacy.errors import CheckpointError

_RUN = 'from mmprivacy.apis import sample_runs as s; s.run_child()'
#: What a launcher tells its processes.
_LAUNCHED = ('WORLD_SIZE', 'RANK', 'LOCAL_RANK', 'LOCAL_WORLD_SIZE', 'SLURM_NTASKS')


def weights_file(child: Any, name: str) -> Path:
    """Name the file of a run's weights, after all that they depend on.

    A changed model or schedule thus gets weights of its own.

    Args:
        child: Config of the run, turned to the sample data.
        name: What is trained, such as ``'encoder'``.

    Returns:
        ``<folder of the sample data>/<name>s/<digest>/<name>.pth``.
    """
    parts = ('model', 'data_preprocessor', 'train_dataloader', 'optim_wrapper')
    parts += ('param_scheduler', 'train_cfg', 'randomness')
    what = {k: child.get(k) for k in parts} | {'data': child.sample.data}
    digest = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode())
    root = Path(child.sample.data.root).parent
    return root / f'{name}s' / digest.hexdigest()[:12] / f'{name}.pth'


def train_once(
    make_child: Callable[[], Any], file: Path, option: str, prefix: str = ''
) -> None:
    """Train what a run rests on, if that has not been done yet.

    It is a run with its own seed and log; an interrupted one is resumed.

    Args:
        make_child: Gives the config of the run, turned to the sample data.
        file: Where its weights go, see :func:`weights_file`.
        option: The key that names the config, such as ``'sample.encoder'``.
        prefix: Keep the weights whose names begin so.

    Raises:
        CheckpointError: If the run fails.
    """
    with locked(file.parent.with_name(f'.{file.parent.name}.lock')):
        if file.is_file():
            return
        sys.stdout.write(
            f'training the {file.stem} on drawn pictures, once, in place of pretrained '
            f'weights: {file.parent}\n'
        )
        sys.stdout.flush()
        child = make_child()
        child.work_dir = str(file.parent)
        file.parent.mkdir(parents=True, exist_ok=True)
        config = file.with_name('config.py')
        child.dump(config)
        env = {k: v for k, v in os.environ.items() if k not in _LAUNCHED}
        done = subprocess.run([sys.executable, '-c', _RUN, str(config)], env=env)
        if done.returncode:
            raise CheckpointError.explain(
                file,
                expected=f'weights of the {file.stem} for the sample data',
                got=f'exit status {done.returncode} of its training (see above)',
                fix=f'look at {config}, or train without one: '
                f'--cfg-options {option}=None',
            )
        _export(file, prefix)


def run_child() -> None:
    """Draw the data of a run and train on them, in the process of the run."""
    from mmprivacy.apis.cli import run_tool

    run_tool(_train)


def _train(argv: list[str]) -> int:
    from mmprivacy.apis.config import draw_sample, load_config
    from mmprivacy.apis.run import run_train

    draw_sample(load_config(argv[0]))
    return run_train(
        Namespace(
            config=argv[0],
            cfg_options=None,
            sample=False,
            launcher='none',
            work_dir=None,
            amp=False,
            auto_scale_lr=False,
            resume='auto',
            trust_checkpoint=False,
            test=False,
        )
    )


def _export(file: Path, prefix: str) -> None:
    """Write the weights of the newest checkpoint beside it."""
    import torch

    from mmprivacy.apis.checkpoints import find_resumable

    found = find_resumable(file.parent)
    if found is None:
        raise CheckpointError.explain(
            file.parent, expected='a checkpoint', got='none', fix='remove the folder'
        )
    state = found[1]['state_dict']
    state = {k: v for k, v in state.items() if k.startswith(prefix)}
    temporary = file.with_suffix('.tmp')
    torch.save(dict(state_dict=state), temporary)
    temporary.replace(file)
