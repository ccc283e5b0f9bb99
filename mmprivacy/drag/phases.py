"""Plan of the training phases: which epoch belongs to which phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from mmprivacy.errors import ConfigError, nearest


@dataclass(frozen=True)
class Phase:
    """One stretch of epochs with its own optimizer.

    Attributes:
        name: ``'finetune'``, ``'cgl_pretrain'`` or ``'joint'``.
        epochs: Number of epochs.
        optim_wrapper: ``dict(optimizer=..., paramwise_cfg=...)``; the top-level
            ``optim_wrapper`` of the config if None.
        param_scheduler: Schedulers counted from the begin of the phase; the top-level
            ones if None.
        freeze_backbone_epochs: Joint phase: first epochs in which the backbone rests.
        cgl_interval: Joint phase: every so many epochs only the channel grouping layer
            is trained. None for never.
        begin: First epoch of the phase, counted from 0.
    """

    name: str
    epochs: int
    optim_wrapper: dict | None = None
    param_scheduler: Sequence[dict] | dict | None = None
    freeze_backbone_epochs: int = 0
    cgl_interval: int | None = None
    begin: int = field(default=0)

    @property
    def end(self) -> int:
        """First epoch after the phase."""
        return self.begin + self.epochs

    def is_cgl_epoch(self, epoch: int) -> bool:
        """Tell whether only the channel grouping layer learns in an epoch of the run.

        Joint epochs count from 1, as in the authors' implementation.
        """
        if self.name != 'joint' or self.cgl_interval is None:
            return False
        return (epoch - self.begin + 1) % self.cgl_interval == 0

    def is_backbone_frozen(self, epoch: int) -> bool:
        """Tell whether the backbone rests in an epoch of the run."""
        if self.name == 'joint':
            return epoch - self.begin < self.freeze_backbone_epochs
        return self.name == 'cgl_pretrain'


class PhasePlan:
    """The phases of a run, a pure function of the epoch.

    Args:
        phases: Configs of the phases, in their order; see :class:`Phase`.
        order: Valid names, in the only order they may come in.

    Raises:
        ConfigError: If a key, a name or a value is wrong.
    """

    def __init__(self, phases: Sequence[dict], order: Sequence[str]) -> None:
        self.phases: list[Phase] = []
        for i, cfg in enumerate(phases):
            where = f'DRAGPhaseHook.phases[{i}]'
            self._check_keys(cfg, where)
            begin = self.phases[-1].end if self.phases else 0
            phase = Phase(**cfg, begin=begin)
            self._check_values(phase, where, order)
            self.phases.append(phase)
        if not self.phases:
            raise ConfigError.explain(
                'DRAGPhaseHook.phases',
                expected='at least one phase',
                got=list(phases),
                fix=f'list phases out of {", ".join(order)}',
            )

    @property
    def total_epochs(self) -> int:
        """Number of epochs of all phases."""
        return self.phases[-1].end

    def index_at(self, epoch: int) -> int:
        """Return the index of the phase that an epoch, counted from 0, belongs to."""
        for i, phase in enumerate(self.phases):
            if epoch < phase.end:
                return i
        return len(self.phases) - 1

    @staticmethod
    def _check_keys(cfg: dict, where: str) -> None:
        known = {f.name for f in fields(Phase)} - {'begin'}
        for key in cfg:
            if key not in known:
                raise ConfigError.explain(
                    where,
                    expected=f'keys out of {", ".join(sorted(known))}',
                    got=repr(key),
                    fix=f'correct it ({nearest(key, known)})',
                )
        for key in ('name', 'epochs'):
            if key not in cfg:
                raise ConfigError.explain(
                    where, expected=f'the key {key!r}', got=sorted(cfg), fix='add it'
                )

    def _check_values(self, phase: Phase, where: str, order: Sequence[str]) -> None:
        allowed = list(order)
        if self.phases:
            allowed = allowed[allowed.index(self.phases[-1].name) + 1 :]
        if phase.name not in allowed:
            raise ConfigError.explain(
                f'{where}.name',
                expected=f'one of {", ".join(allowed) or "no further phase"}',
                got=repr(phase.name),
                fix=f'keep the order {" -> ".join(order)}, each at most once',
            )
        if not isinstance(phase.epochs, int) or phase.epochs < 1:
            raise ConfigError.explain(
                f'{where}.epochs',
                expected='an integer >= 1',
                got=phase.epochs,
                fix='drop the phase if it is not wanted',
            )
        interval = phase.cgl_interval
        if interval is not None and (not isinstance(interval, int) or interval < 1):
            raise ConfigError.explain(
                f'{where}.cgl_interval',
                expected='None or an integer >= 1',
                got=interval,
                fix='set None for no CGL epochs; 20 in the official code',
            )
        wrong = set(phase.optim_wrapper or ()) - {
            'optimizer',
            'paramwise_cfg',
            'constructor',
        }
        if wrong:
            raise ConfigError.explain(
                f'{where}.optim_wrapper',
                expected='optimizer, paramwise_cfg, constructor',
                got=', '.join(sorted(wrong)),
                fix='set it in the top-level optim_wrapper, which all phases share',
            )
