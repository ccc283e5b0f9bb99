"""One training run of a DRAG config, scored on the test split.

Runs in a child process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from _training import score, train
from mmengine.hooks import Hook

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last

FINETUNED = 'finetuned.pth'
PREFIX = 'privacy/'


class KeepFinetunedHook(Hook):
    """Keep the weights at the end of fine-tuning, on which the regions are built.

    Args:
        epochs: Length of the phase.
    """

    # Before the checkpoint hook: a run that is resumed after the phase has the file.
    priority = 'NORMAL'

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def after_train_epoch(self, runner: Any) -> None:
        """Save the weights, without the optimizer."""
        if runner.epoch + 1 == self.epochs:
            runner.save_checkpoint(
                runner.work_dir,
                FINETUNED,
                save_optimizer=False,
                save_param_scheduler=False,
                meta=dict(epoch=self.epochs, iter=runner.iter + 1),
            )


def train_and_test(payload: dict) -> dict:
    """Train, or go on with an interrupted training, and score the test split.

    What is scored is what ``tools/train.py --test`` scores: the best checkpoint on the
    validation split.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``, and the
            ``work_dir``.

    Returns:
        ``metrics`` without prefix; ``finetuned``: those of DRAG's own classifier at the
        end of its first phase, or None; ``epochs``.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    cfg.work_dir = payload['work_dir']
    epochs = finetune_epochs(cfg)
    train(cfg, [KeepFinetunedHook(epochs)] if epochs else [])
    first = Path(cfg.work_dir, FINETUNED)
    finetuned = score(cfg, first, PREFIX) if epochs else None
    metrics = score(cfg, best_or_last(cfg.work_dir), PREFIX)
    epochs = cfg.train_cfg.max_epochs
    return {'metrics': metrics, 'finetuned': finetuned, 'epochs': epochs}


def finetune_epochs(cfg: Any) -> int:
    """Return the length of DRAG's first phase, 0 for a config without phases."""
    for hook in cfg.get('custom_hooks') or []:
        if hook.type == 'DRAGPhaseHook' and hook.phases[0].name == 'finetune':
            return hook.phases[0].epochs
    return 0
