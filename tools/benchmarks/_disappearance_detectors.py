"""The detectors of the benchmark: their training and their data.

Runs in a child process, but for the description of the data.
"""

from __future__ import annotations

import time

from _training import score, train
from mmdet.registry import DATASETS
from mmengine.registry import DefaultScope

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last


def describe_data(payload: dict) -> dict:
    """Count the photos of every split.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``.

    Returns:
        ``splits``: name to the count of ``pictures``; ``sample``: the description of
        the drawn data without its folder, or None.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    splits = {}
    for split in ('train', 'val', 'test'):
        with DefaultScope.overwrite_default_scope('mmdet'):
            dataset = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
        splits[split] = {'pictures': len(dataset)}
    drawn = None
    if payload['sample']:
        drawn = {k: v for k, v in cfg.sample.data.to_dict().items() if k != 'root'}
    return {'splits': splits, 'sample': drawn, 'frozen_baseline': True}


def train_and_test(payload: dict) -> dict:
    """Train, or go on with an interrupted training, and score the test split.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``, and the
            ``work_dir``.

    Returns:
        ``metrics`` without prefix; ``epochs``; ``minutes`` that this start took.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    cfg.work_dir = payload['work_dir']
    start = time.monotonic()
    train(cfg)
    minutes = (time.monotonic() - start) / 60
    metrics = score(cfg, best_or_last(cfg.work_dir), 'detection/')
    epochs = cfg.train_cfg.max_epochs
    return {'metrics': metrics, 'epochs': epochs, 'minutes': minutes}
