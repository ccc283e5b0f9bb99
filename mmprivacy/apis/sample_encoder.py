"""An encoder for runs on the sample data, in place of one with ImageNet weights.

A method that rests on a frozen, pretrained encoder has nothing to rest on with
``--sample``, which drops pretrained weights: nothing is downloaded. So a config may
name, in ``sample.encoder``, a second config that trains a classifier of drawn objects.
Before the first training run, the backbone of the method is trained with it, once, and
its weights are kept.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from mmprivacy.datasets.file_writing import locked
from mmprivacy.errors import CheckpointError

_RUN = 'from mmprivacy.apis import sample_encoder as s; s.run_child()'
#: What a launcher tells its processes.
_LAUNCHED = ('WORLD_SIZE', 'RANK', 'LOCAL_RANK', 'LOCAL_WORLD_SIZE', 'SLURM_NTASKS')


def use_encoder(cfg: Any) -> None:
    """Let a config that is on the sample data begin with the weights of its encoder.

    Args:
        cfg: A config with ``sample.encoder``, changed in place: the backbone loads the
            file that :func:`train_encoder` is going to write.
    """
    cfg.model.backbone.init_cfg = dict(
        type='Pretrained',
        checkpoint=str(_folder(encoder_config(cfg)) / 'encoder.pth'),
        prefix='backbone.',
    )


def encoder_config(cfg: Any) -> Any:
    """Build the config that trains the encoder of another config.

    Args:
        cfg: A config with ``sample.encoder``, the file of a classifier of the sample
            format ``objects``.

    Returns:
        That config, turned to the sample data, with the backbone of ``cfg``, of which
        no part is frozen.
    """
    from mmprivacy.apis.config import load_config

    encoder = load_config(os.path.normpath(cfg.sample.encoder), sample=True, draw=False)
    backbone = copy.deepcopy(cfg.model.backbone)
    backbone.init_cfg = None
    if 'frozen_stages' in backbone:
        backbone.frozen_stages = -1
    encoder.model.backbone = backbone
    return encoder


def train_encoder(cfg: Any) -> None:
    """Train the encoder that a config begins with, if that has not been done yet.

    It is a run of its own in another process, with its own seed and log; an interrupted
    one is resumed. Its folder follows from the config, so a changed backbone or
    schedule gets weights of its own.

    Args:
        cfg: A config that :func:`use_encoder` has changed.

    Raises:
        CheckpointError: If the run fails.
    """
    file = Path(cfg.model.backbone.init_cfg.checkpoint)
    with locked(file.parent.with_name(f'.{file.parent.name}.lock')):
        if file.is_file():
            return
        sys.stdout.write(
            'training the encoder on drawn objects, once, in place of ImageNet weights:'
            f' {file.parent}\n'
        )
        sys.stdout.flush()
        encoder = encoder_config(cfg)
        encoder.model.head.in_channels = _out_channels(encoder)
        encoder.work_dir = str(file.parent)
        file.parent.mkdir(parents=True, exist_ok=True)
        config = file.with_name('config.py')
        encoder.dump(config)
        env = {k: v for k, v in os.environ.items() if k not in _LAUNCHED}
        done = subprocess.run([sys.executable, '-c', _RUN, str(config)], env=env)
        if done.returncode:
            raise CheckpointError.explain(
                file,
                expected='an encoder for the sample data',
                got=f'exit status {done.returncode} of its training (see above)',
                fix=f'look at {config}, or train without one: '
                '--cfg-options sample.encoder=None',
            )
        _export(file)


def run_child() -> None:
    """Draw the objects and train on them: the process that trains an encoder."""
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


def _export(file: Path) -> None:
    """Write the backbone of the newest checkpoint beside it."""
    import torch

    from mmprivacy.apis.checkpoints import find_resumable

    found = find_resumable(file.parent)
    if found is None:
        raise CheckpointError.explain(
            file.parent, expected='a checkpoint', got='none', fix='remove the folder'
        )
    state = {k: v for k, v in found[1]['state_dict'].items() if k[:9] == 'backbone.'}
    temporary = file.with_suffix('.tmp')
    torch.save(dict(state_dict=state), temporary)
    temporary.replace(file)


def _folder(encoder: Any) -> Path:
    """Folder of an encoder's run, which depends on all that its weights depend on."""
    parts = ('model', 'data_preprocessor', 'train_dataloader', 'optim_wrapper')
    parts += ('param_scheduler', 'train_cfg', 'randomness')
    what = {k: encoder.get(k) for k in parts} | {'data': encoder.sample.data}
    digest = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode())
    root = Path(encoder.sample.data.root).parent
    return root / 'encoders' / digest.hexdigest()[:12]


def _out_channels(encoder: Any) -> int:
    """Channels of the feature map that a backbone ends with."""
    import torch
    from mmengine.registry import MODELS, init_default_scope

    init_default_scope(encoder.default_scope)
    backbone = MODELS.build(encoder.model.backbone)
    backbone.eval()  # mmpretrain's returns nothing
    with torch.no_grad():
        return backbone(torch.zeros(1, 3, 64, 64))[-1].shape[1]
