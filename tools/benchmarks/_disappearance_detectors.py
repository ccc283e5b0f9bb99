"""The detectors of the benchmark: their training and their data.

Runs in a child process, but for the description of the data.
"""

from __future__ import annotations

import time
from typing import Any

from _training import score, train
from mmdet.registry import DATASETS
from mmengine.registry import DefaultScope

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last


def count_photos(cfg: Any, split: str) -> dict[str, int]:
    """Count the photos of a split."""
    with DefaultScope.overwrite_default_scope('mmdet'):
        dataset = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
    return {'pictures': len(dataset)}


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
