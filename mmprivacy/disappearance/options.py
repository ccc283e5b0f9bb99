"""The options of the Object Disappearance Algorithm and their presets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mmprivacy.disappearance.perturb import DIRECTIONS, whole_levels
from mmprivacy.disappearance.survival import build_survival
from mmprivacy.disappearance.targets import FREE_TARGETS, TARGETS
from mmprivacy.errors import ConfigError, nearest

PRODUCT = dict(
    target='background',
    fallback={'target': 'alternating', 'direction': 'sign'},
    order='ascending',
    eps=8 / 255,
    alpha=1 / 255,
    direction='l2',
    momentum=0.6,
    anchor='original',
    max_iters=150,
    patience=10,
    score_thr=0.3,
    stop_margin=0.02,
    proposals='refresh',
    num_proposals=None,
    loss_on='active',
    focus=3.0,
    predet='score',
    space='original',
    region=None,
    region_margin=0.1,
    eot=None,
    quantize=True,
    verify=True,
    budget='fixed',
    on_fail='keep_best',
    random_start=False,
)
"""What protects photos best here, see ``docs/disappearance.md``."""

PAPER = dict(
    PRODUCT,
    target='cycle',  # Sec. 3.3
    fallback=None,
    eps=3 / 255,  # Sec. 4.4
    alpha=3 / 255,  # not given
    direction='linf',  # not given
    momentum=0.0,
    anchor='prev',  # Algorithm 1, line 7
    max_iters=100,  # not given
    patience=None,
    stop_margin=0.0,
    proposals='fixed',  # Algorithm 1, line 4
    num_proposals=100,  # of the paper's detector
    loss_on='all',  # Eq. 2
    focus=0.0,  # Eq. 2
    quantize=False,
    verify=False,
)
"""Algorithm 1 to the letter; alpha, direction and max_iters are not in the paper."""

JPEG = dict(
    PRODUCT,
    eps=16 / 255,
    max_iters=100,
    patience=30,
    eot=(dict(type='jpeg', quality=75),),
)
"""The product preset for a photo that is saved, or will be, as JPEG of quality 75."""

PRESETS = {'product': PRODUCT, 'paper': PAPER, 'jpeg': JPEG}

FALLBACK = {'target': FREE_TARGETS, 'direction': DIRECTIONS}
"""What the fallback may replace, and by what."""

CHOICES: dict[str, tuple] = {
    'mode': ('all', 'sen'),
    'target': TARGETS,
    'order': ('ascending', 'shuffled'),
    'direction': DIRECTIONS,
    'anchor': ('original', 'prev'),
    'proposals': ('fixed', 'refresh'),
    'loss_on': ('active', 'all'),
    'predet': ('gt_matched', 'score'),
    'space': ('network', 'original'),
    'region': ('boxes', 'mask', None),
    'budget': ('auto', 'fixed'),
    'on_fail': ('error', 'keep_best', 'original'),
}


@dataclass(frozen=True)
class DisappearanceOptions:
    """Checked options, see :class:`~mmprivacy.disappearance.ObjectDisappearance`."""

    mode: str
    sensitive: tuple[str | int, ...]
    decoy: str | int | None
    target: str
    fallback: dict | None
    order: str
    eps: float
    alpha: float
    direction: str
    momentum: float
    anchor: str
    max_iters: int
    patience: int | None
    score_thr: float
    stop_margin: float
    proposals: str
    num_proposals: int | None
    loss_on: str
    focus: float
    predet: str
    space: str
    region: str | None
    region_margin: float
    eot: tuple[dict, ...] | None
    quantize: bool
    verify: bool
    budget: str
    on_fail: str
    random_start: bool
    seed: int

    def __post_init__(self) -> None:
        for name, valid in CHOICES.items():
            self._check(name, getattr(self, name) in valid, _or(valid))
        self._check('eps', 0 < self.eps <= 1, 'above 0 and at most 1 (8/255, say)')
        if self.anchor == 'original':
            fits = whole_levels(255 * self.eps) >= 1
            self._check('eps', fits, 'at least 1/255, one grey level')
        self._check('alpha', 0 < self.alpha <= 1, 'above 0 and at most 1')
        self._check('momentum', 0 <= self.momentum < 1, '0 to below 1')
        self._check('max_iters', self.max_iters >= 1, 'at least 1')
        waits = self.patience is None or self.patience >= 1
        self._check('patience', waits, 'None (never give up) or at least 1')
        self._check('score_thr', 0 < self.score_thr < 1, 'above 0 and below 1')
        margin = 0 <= self.stop_margin < self.score_thr
        self._check('stop_margin', margin, f'0 to below score_thr ({self.score_thr})')
        enough = self.num_proposals is None or self.num_proposals >= 1
        self._check('num_proposals', enough, 'None (all) or at least 1')
        self._check('focus', self.focus >= 0, 'at least 0')
        self._check('region_margin', self.region_margin >= 0, 'at least 0')
        bounded = self.budget == 'fixed' or self.anchor == 'original'
        self._check('budget', bounded, "'fixed' with anchor='prev', which has no bound")
        for n, entry in enumerate(self.eot or ()):
            build_survival(entry, f'eot.{n}')
        self._check_fallback()
        self._check_mode()

    def _check_fallback(self) -> None:
        if self.fallback is None:
            return
        known = set(self.fallback) <= FALLBACK.keys() and 'target' in self.fallback
        fine = known and all(v in FALLBACK[k] for k, v in self.fallback.items())
        expected = f'None, or a target of {FREE_TARGETS} and a direction'
        self._check('fallback', fine, expected)

    def _check_mode(self) -> None:
        if self.mode == 'all':
            named = self.sensitive or self.decoy is not None
            self._check('mode', not named, "'sen' with sensitive or decoy")
            self._check(
                'target', self.target != 'fixed', "'fixed' with mode='sen' only"
            )
            return
        self._check('sensitive', len(self.sensitive) > 0, "class names (mode='sen')")
        self._check('decoy', self.decoy is not None, "a class name (mode='sen')")
        hidden = self.decoy not in self.sensitive
        self._check('decoy', hidden, 'a class that is not among the sensitive ones')

    def _check(self, name: str, fine: bool, expected: object) -> None:
        if not fine:
            raise ConfigError.explain(
                f'ObjectDisappearance.{name}',
                expected=expected,
                got=repr(getattr(self, name)),
                fix='change it',
            )

    def fingerprint(self) -> str:
        """Digest the options, the same for the same options on every machine."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def fill_from_preset(preset: str, given: dict[str, Any]) -> dict[str, Any]:
    """Take what is not given (``...``) from a preset.

    Args:
        preset: ``'product'``, ``'paper'`` or ``'jpeg'``.
        given: Options; ``...`` stands for "as the preset has it".

    Returns:
        All options.

    Raises:
        ConfigError: If there is no such preset.
    """
    if preset not in PRESETS:
        raise ConfigError.explain(
            'ObjectDisappearance.preset',
            expected='a preset',
            got=repr(preset),
            fix=nearest(preset, PRESETS).rstrip('?'),
        )
    base = dict(PRESETS[preset])
    if given.get('mode') == 'sen':
        base['target'] = 'fixed'  # Eq. 4
    return {k: base[k] if v is ... else v for k, v in given.items()}


def as_names(value: Any) -> tuple:
    """Turn one class or a sequence of classes into a tuple."""
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(value)
    return (value,)


def _or(valid: tuple) -> str:
    return ' or '.join(map(repr, valid))
