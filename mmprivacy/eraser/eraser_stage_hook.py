"""Hook that leads one training run through the two stages of ERASER."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from mmprivacy.compat import forget_best_checkpoint
from mmprivacy.eraser.eraser import ERASER, STAGES
from mmprivacy.errors import ConfigError, nearest


@dataclass(frozen=True)
class Stage:
    """One stretch of epochs.

    Attributes:
        name: ``'quality'`` or ``'difference'``.
        epochs: Number of epochs.
        train_dataloader: Loader of the stage; the top-level one of the config if None.
        ramp_iters: Iterations in which the Difference Loss comes to its full weight.
    """

    name: str
    epochs: int
    train_dataloader: dict | None = None
    ramp_iters: int = 0


@HOOKS.register_module()
class EraserStageHook(Hook):
    """Switch loss and training data from stage to stage.

    The paper trains "to converge" on Places2, then goes on with the Difference Loss on
    Visual Redactions. Here one run does both. The stage is a function of the epoch
    alone, so an interrupted run continues in the same one. Both optimizers go on with
    their state; the schedulers of the config lower the rate where stage 2 begins. The
    best score so far is forgotten there, since what stage 2 is for, the score does not
    measure; the best checkpoint of stage 1 is kept.

    Args:
        stages: One config for each stage, see :class:`Stage`.

    Raises:
        ConfigError: If the stages are not as described.
    """

    # Before the hook that seeds the sampler of the loader.
    priority = 'ABOVE_NORMAL'

    def __init__(self, stages: Sequence[dict]) -> None:
        self.stages = [_stage(cfg, n) for n, cfg in enumerate(stages)]
        names = tuple(s.name for s in self.stages)
        if not names or list(names) != [n for n in STAGES if n in names]:
            raise ConfigError.explain(
                'EraserStageHook.stages',
                expected=f'the order {" -> ".join(STAGES)}, each once at most',
                got=', '.join(names) or 'none',
                fix='correct them',
            )
        self._loaders: list[Any] = []

    def stage_at(self, epoch: int) -> int:
        """Return the index of the stage of an epoch counted from 0."""
        for n, stage in enumerate(self.stages):
            epoch -= stage.epochs
            if epoch < 0:
                return n
        return len(self.stages) - 1

    def before_run(self, runner: Runner) -> None:
        """Check the plan, before any weight or data is touched.

        Raises:
            ConfigError: If the epochs do not add up, or the model is another.
        """
        if runner._train_loop is None:
            return
        total = sum(stage.epochs for stage in self.stages)
        if total != runner.max_epochs:
            summary = ' + '.join(f'{s.epochs} {s.name}' for s in self.stages)
            raise ConfigError.explain(
                'train_cfg.max_epochs',
                expected=f'{total} (stages: {summary})',
                got=runner.max_epochs,
                fix='change max_epochs or the epochs of EraserStageHook.stages',
            )
        for stage in self.stages:
            _eraser(runner).set_stage(stage.name)  # refuses a stage without a loss

    def before_train(self, runner: Runner) -> None:
        """Build the loaders of all stages."""
        own = runner.train_dataloader
        self._loaders = [
            own
            if stage.train_dataloader is None
            else runner.build_dataloader(
                copy.deepcopy(stage.train_dataloader), seed=runner.seed
            )
            for stage in self.stages
        ]
        lengths = [len(loader) for loader in self._loaders]
        self._lengths = lengths
        # What the log estimates the end of the run from.
        runner.train_loop._max_iters = sum(
            stage.epochs * length for stage, length in zip(self.stages, lengths)
        )

    def before_train_epoch(self, runner: Runner) -> None:
        """Enter the stage of the epoch."""
        index = self.stage_at(runner.epoch)
        runner.train_loop.dataloader = self._loaders[index]
        begin = sum(stage.epochs for stage in self.stages[:index])
        if runner.epoch != begin:
            return
        stage = self.stages[index]
        runner.logger.info(
            f'ERASER stage {stage.name!r}: epochs {begin + 1} to {begin + stage.epochs}'
        )
        if index:
            forget_best_checkpoint(runner)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Set stage and weight of the Difference Loss."""
        del data_batch
        index = self.stage_at(runner.epoch)
        stage = self.stages[index]
        begin = sum(s.epochs for s in self.stages[:index])
        done = (runner.epoch - begin) * self._lengths[index] + batch_idx + 1
        scale = min(1.0, done / stage.ramp_iters) if stage.ramp_iters else 1.0
        _eraser(runner).set_stage(stage.name, scale)


def _eraser(runner: Runner) -> ERASER:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    if not isinstance(model, ERASER):
        raise ConfigError.explain(
            'model',
            expected='ERASER, for EraserStageHook',
            got=type(model).__name__,
            fix='drop the hook from custom_hooks',
        )
    return model


def _stage(cfg: dict, n: int) -> Stage:
    where = f'EraserStageHook.stages[{n}]'
    known = [f.name for f in fields(Stage)]
    for key in cfg:
        if key not in known:
            raise ConfigError.explain(
                where,
                expected=f'keys out of {", ".join(known)}',
                got=repr(key),
                fix=f'correct it ({nearest(key, known)})',
            )
    stage = Stage(**{'name': '', 'epochs': 0, **cfg})
    if stage.name not in STAGES or stage.epochs < 1 or stage.ramp_iters < 0:
        raise ConfigError.explain(
            where,
            expected=f'a name out of {", ".join(STAGES)}, epochs >= 1, ramp_iters >= 0',
            got=f'{stage.name!r}, {stage.epochs} and {stage.ramp_iters}',
            fix='correct it',
        )
    return stage
