"""Hook that leads one training run through the phases of DRAG."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper
from mmengine.optim import build_optim_wrapper as build_from_cfg
from mmengine.runner import BaseLoop, Runner
from mmpretrain.registry import HOOKS
from torch import nn

from mmprivacy.compat import forget_best_checkpoint
from mmprivacy.drag.drag_head import PHASES, DRAGHead
from mmprivacy.drag.phases import Phase, PhasePlan
from mmprivacy.errors import ConfigError


def find_head(runner: Runner) -> DRAGHead:
    """Return the DRAG head of a runner's model.

    Raises:
        ConfigError: If the model has another head.
    """
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    head = getattr(model, 'head', None)
    if not isinstance(head, DRAGHead):
        raise ConfigError.explain(
            'model.head',
            expected='DRAGHead',
            got=type(head).__name__,
            fix='drop the DRAG hooks from custom_hooks, or set the head',
        )
    return head


@HOOKS.register_module()
class DRAGPhaseHook(Hook):
    """Switch what is trained, by which optimizer, from phase to phase.

    The official training consists of separate notebooks (fine-tuning, grouping,
    pre-training of the grouping layer, joint training). Here one run does them all. The
    phase is a function of the epoch alone, so that an interrupted run continues in the
    same one.

    Every phase begins with a fresh optimizer and fresh schedulers, whose epochs count
    from the begin of the phase; nothing of a plateau leaks into the next. The optimizer
    wrapper stays, with its gradient scaler, clipping and accumulation. The best score
    so far is forgotten when ``'joint'`` begins, since before it another classifier is
    scored; the best checkpoint of that time is kept.

    Differs from the official training: the joint phase has one scheduler for all
    parameter groups and watches one validation metric; there, the grouping layer has
    a scheduler of its own on the region losses. All phases share one batch size; the
    official ones are 32 for fine-tuning and 16 after it. The weights at the end of
    fine-tuning are used; there, somebody picked the best checkpoint by hand.

    Distributed training needs ``find_unused_parameters=True``.

    Args:
        phases: One config for each phase; see :class:`mmprivacy.drag.phases.Phase`.

    Raises:
        ConfigError: If the phases are not as described, or their epochs do not add up
            to ``train_cfg.max_epochs``.
    """

    priority = 'NORMAL'

    def __init__(self, phases: Sequence[dict]) -> None:
        self.plan = PhasePlan(phases, PHASES)
        self._built: int | None = None
        self._trainable: set[str] = set()

    def phase_at(self, epoch: int) -> Phase:
        """Return the phase of an epoch counted from 0."""
        return self.plan.phases[self.plan.index_at(epoch)]

    def before_run(self, runner: Runner) -> None:
        """Check the plan, before any weight or data is touched."""
        if not isinstance(runner._train_loop, BaseLoop):
            return
        if self.plan.total_epochs != runner.max_epochs:
            summary = ' + '.join(f'{p.epochs} {p.name}' for p in self.plan.phases)
            raise ConfigError.explain(
                'train_cfg.max_epochs',
                expected=f'{self.plan.total_epochs} (phases: {summary})',
                got=runner.max_epochs,
                fix='change max_epochs or the epochs of DRAGPhaseHook.phases',
            )
        find_head(runner)
        self._trainable = {
            name for name, p in runner.model.named_parameters() if p.requires_grad
        }
        self._top = copy.deepcopy(
            {k: runner.cfg.get(k) for k in ('optim_wrapper', 'param_scheduler')}
        )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Build the optimizer that wrote the checkpoint, before its state is loaded."""
        epoch = checkpoint.get('meta', {}).get('epoch', 0)
        is_training = isinstance(runner.optim_wrapper, OptimWrapper)
        if is_training and 'optimizer' in checkpoint and epoch > 0:
            self._build(runner, self.plan.index_at(epoch - 1))

    def before_train_epoch(self, runner: Runner) -> None:
        """Enter the phase of the epoch."""
        head = find_head(runner)
        index = self.plan.index_at(runner.epoch)
        phase = self.plan.phases[index]
        if index != self._built:
            self._build(runner, index)
        head.phase = phase.name
        head.cgl_epoch = phase.is_cgl_epoch(runner.epoch)
        if runner.epoch == phase.begin or phase.cgl_interval is not None:
            self._forget_losses(runner)
        if runner.epoch != phase.begin:
            return
        runner.logger.info(
            f'DRAG phase {phase.name!r}: epochs {phase.begin + 1} to {phase.end}'
        )
        if phase.name == 'finetune':
            head.reset_channel_groups()
        if phase.name == 'joint':
            forget_best_checkpoint(runner)

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:  # noqa: ARG002
        """Freeze what rests in this epoch.

        Not in ``before_train_epoch``, since the loop calls ``model.train()`` after it.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        phase = self.phase_at(runner.epoch)
        learning, resting = self._parts(model, phase, runner.epoch)
        if batch_idx == 0:
            self._set_requires_grad(runner.model, learning)
        for module in resting:
            if module.training:
                module.eval()

    def _parts(
        self, model: nn.Module, phase: Phase, epoch: int
    ) -> tuple[list[nn.Module], list[nn.Module]]:
        """Return the modules that learn, and those in evaluation mode."""
        head = model.head
        graph = [m for m in (head.correlation, head.gcn, head.fc) if m is not None]
        trunk = [m for name, m in model.named_children() if name != 'head']
        if phase.name == 'finetune':
            return [*trunk, head.finetune_fc], []
        if phase.name == 'cgl_pretrain' or phase.is_cgl_epoch(epoch):
            return [head.cgl], [*trunk, *graph]
        if phase.is_backbone_frozen(epoch):
            return graph, [head.cgl]
        return [*trunk, *graph], [head.cgl]

    def _set_requires_grad(self, model: nn.Module, learning: Iterable) -> None:
        """Let the given modules learn, except what the config itself has frozen."""
        chosen = {id(p) for module in learning for p in module.parameters()}
        for name, param in model.named_parameters():
            param.requires_grad_(name in self._trainable and id(param) in chosen)
            if not param.requires_grad:
                param.grad = None

    def _build(self, runner: Runner, index: int) -> None:
        """Give the runner a fresh optimizer and schedulers of a phase."""
        phase = self.plan.phases[index]
        # The constructor drops parameters that do not require a gradient.
        self._set_requires_grad(runner.model, [runner.model])
        cfg = copy.deepcopy(dict(phase.optim_wrapper or self._top['optim_wrapper']))
        keys = ('optimizer', 'paramwise_cfg', 'constructor')
        built = build_from_cfg(runner.model, {k: cfg[k] for k in keys if k in cfg})
        wrapper = runner.optim_wrapper
        wrapper.optimizer = built.optimizer
        wrapper.base_param_settings = built.base_param_settings
        runner.param_schedulers = None  # scale_lr refuses to run after schedulers
        runner.scale_lr(wrapper, runner.auto_scale_lr)
        runner.param_schedulers = self._build_schedulers(runner, phase)
        self._built = index

    def _build_schedulers(self, runner: Runner, phase: Phase) -> list:
        cfgs = phase.param_scheduler
        if cfgs is None:
            cfgs = self._top['param_scheduler'] or []
        cfgs = [cfgs] if isinstance(cfgs, dict) else cfgs
        length = {True: 1, False: len(runner.train_dataloader)}
        bounded = []
        for cfg in copy.deepcopy(list(cfgs)):
            steps = phase.epochs * length[cfg.get('by_epoch', True)]
            bounded.append({'end': steps, **cfg})
        return runner.build_param_scheduler(bounded)

    @staticmethod
    def _forget_losses(runner: Runner) -> None:
        """Keep the logger from repeating losses that are no longer computed."""
        scalars = runner.message_hub.log_scalars
        for key in [k for k in scalars if k.startswith('train/loss')]:
            del scalars[key]
