"""Train a config and score it, as ``tools/train.py --test`` does.

Runs in a child process.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook

from mmprivacy.apis import build_runner
from mmprivacy.apis.run import _test, set_resume
from mmprivacy.errors import CheckpointError


def train(cfg: Any, hooks: Sequence[Hook] = ()) -> None:
    """Train, or go on with an interrupted training.

    Args:
        cfg: The config, with the ``work_dir`` of the run.
        hooks: Hooks of the benchmark's own.
    """
    cfg = copy.deepcopy(cfg)
    if set_resume(cfg, 'auto'):
        return
    runner = build_runner(cfg, splits=('train', 'val', 'test'))
    for hook in hooks:
        runner.register_hook(hook)
    runner.train()
    del runner
    gc.collect()


def score(cfg: Any, checkpoint: Path, prefix: str) -> dict[str, float]:
    """Score a checkpoint on the test split.

    Args:
        cfg: The config.
        checkpoint: The weights.
        prefix: Prefix of the metrics that are wanted, such as ``'privacy/'``.

    Returns:
        Metrics without prefix.

    Raises:
        CheckpointError: If there is no such file.
    """
    if not checkpoint.is_file():
        raise CheckpointError.explain(
            checkpoint,
            expected='the weights of a training run',
            got='no such file',
            fix='delete the folder of the run and start the benchmark again',
        )
    # The function behind `train.py --test` and `test.py`: the same figures to the bit.
    found = _test(cfg, checkpoint, trust=False)
    return {
        k.removeprefix(prefix): float(v)
        for k, v in found.items()
        if k.startswith(prefix)
    }
