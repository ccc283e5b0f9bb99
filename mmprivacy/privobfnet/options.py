"""Options of PrivObfNet, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from mmprivacy.datasets.attribute_masks import mask_types
from mmprivacy.errors import ConfigError, nearest
from mmprivacy.privobfnet.alignment import ALIGNMENTS
from mmprivacy.privobfnet.targets import ASSIGNMENTS, BACKGROUNDS, MODES, NORMS
from mmprivacy.privobfnet.windows import POLICIES

CAMS = ('logits', 'softmax', 'versus_background', 'balanced')
SHARES = ('versus_background', 'balanced')
"""Readings that compare each map with the background: shares of a cell."""
LABEL_SOURCES = ('pred', 'soft', 'gt', 'all')
MASK_SIZES = ('input', 'original')


def check_choices(where: str, **options: tuple[Any, Sequence[Any]]) -> None:
    """Check options that have few values.

    Args:
        where: What they belong to.
        **options: Name to value and valid values.

    Raises:
        ConfigError: If a value is not valid.
    """
    for name, (value, valid) in options.items():
        if value not in valid:
            raise ConfigError.explain(
                f'{where}.{name}',
                expected=f'one of {tuple(valid)}',
                got=repr(value),
                fix=nearest(str(value), map(str, valid)),
            )


@dataclass(frozen=True)
class WindowOptions:
    """Windows of Model-Cropped, see :class:`~.priv_obf_net.PrivObfNet`."""

    num: int = 6
    size: int = 320
    stride: int = 8
    policy: str = 'corners+random'
    align: str = 'slice'

    def __post_init__(self) -> None:
        """Check the options."""
        where = 'PrivObfNet'
        check_choices(
            where, crop_policy=(self.policy, POLICIES), align=(self.align, ALIGNMENTS)
        )
        least = 4 if self.policy == 'corners+random' else 1
        if self.num < least:
            raise ConfigError.explain(
                f'{where}.num_crops',
                expected=f'at least {least} for crop_policy {self.policy!r}',
                got=self.num,
                fix="increase it, take crop_policy='random', or leave Model-Cropped "
                'out with image_only=True',
            )
        if self.size < self.stride or self.size % self.stride:
            raise ConfigError.explain(
                f'{where}.crop_size',
                expected=f'a multiple of the stride {self.stride}',
                got=self.size,
                fix=f'take {max(1, self.size // self.stride) * self.stride}',
            )


@dataclass(frozen=True)
class TargetOptions:
    """Readings of Eq. 2, see :class:`~.priv_obf_net.PrivObfNet`."""

    mode: str = 'auto'
    bg_target: str = 'residual'
    assign: str = 'argmax'
    norm: str = 'window'
    bg_thr: float = 0.001
    weight_target: bool = True
    weight_global: bool = False
    min_mask_area: float = 0.005

    def __post_init__(self) -> None:
        """Check the options."""
        check_choices(
            'PrivObfNet',
            target_mode=(self.mode, MODES),
            bg_target=(self.bg_target, BACKGROUNDS),
            target_assign=(self.assign, ASSIGNMENTS),
            target_norm=(self.norm, NORMS),
        )


@dataclass(frozen=True)
class TestOptions:
    """How Model-Image predicts: the ``test_cfg`` of PrivObfNet.

    Attributes:
        scales: Factors to resize the images by.
        flip: Whether to average with mirror images.
        cams: ``'logits'``: maps as they are; ``'softmax'``: their shares of a cell;
            ``'versus_background'``: the share of each map in what it and the background
            have of a cell, so that attributes on the same pixels do not lower each
            other; ``'balanced'``: the geometric mean of that, scaled to a maximum of 1,
            and ``'softmax'``: they do lower each other, but less.
        label_source: Which attributes have a mask: those predicted (``'pred'``), those
            that are known (``'gt'``, for pseudo labels), or ``'all'``. ``'soft'``: all,
            and the peak of a map is the probability of the attribute, or what the map
            itself has there against the background, if that is more.
        attr_thr: An attribute is predicted where its probability is above this.
        bg_thr: A pixel belongs to a mask, or to a class, where a map is above this. The
            maximum of a map is 1, except with ``'soft'``.
        mask_size: Size of the maps: that of the network's ``'input'``, or that of the
            ``'original'`` photo.
    """

    __test__ = False  # a name that pytest would collect

    scales: Sequence[float] = (1.0,)
    flip: bool = True
    cams: str = 'logits'
    label_source: str = 'pred'
    attr_thr: float = 0.5
    bg_thr: float = 0.25
    mask_size: str = 'input'

    def __post_init__(self) -> None:
        """Check the options."""
        check_choices(
            'PrivObfNet.test_cfg',
            cams=(self.cams, CAMS),
            label_source=(self.label_source, LABEL_SOURCES),
            mask_size=(self.mask_size, MASK_SIZES),
        )
        if not self.scales or min(self.scales) <= 0:
            raise ConfigError.explain(
                'PrivObfNet.test_cfg.scales',
                expected='factors above 0, at least one',
                got=tuple(self.scales),
                fix='take (0.5, 1.0, 1.5, 2.0), or (1.0,)',
            )

    @classmethod
    def read(cls, options: Mapping[str, Any] | None) -> TestOptions:
        """Read a ``test_cfg``.

        Raises:
            ConfigError: If a name or value is unknown.
        """
        options = dict(options or {})
        names = [field.name for field in fields(cls)]
        for name in options:
            if name not in names:
                raise ConfigError.explain(
                    f'PrivObfNet.test_cfg.{name}',
                    expected='an option of the inference',
                    got='an unknown name',
                    fix=nearest(name, names),
                )
        return cls(**options)


def read_mask_types(
    types: str | Sequence[str] | Mapping[str, str], num_classes: int
) -> tuple[list[str], list[int]]:
    """Read which mask each class has.

    Args:
        types: ``'vispr'``, the table of the 68 attributes; a mapping with changes to
            it; one name for all classes, such as ``'none'`` or ``'saliency'``; or one
            for each class.
        num_classes: Classes C.

    Returns:
        Names of the masks, and for each class 0 (un-masked) or the number of its mask,
        from 1.

    Raises:
        ConfigError: If there are other than C types, or an attribute is unknown.
    """
    if types == 'vispr' or isinstance(types, Mapping):
        changes = types if isinstance(types, Mapping) else None
        listed = list(mask_types(changes).values())
    elif isinstance(types, str):
        listed = [types] * num_classes
    else:
        listed = list(types)
    wrong = next((t for t in listed if not str(t).isidentifier()), None)
    if wrong is not None or len(listed) != num_classes:
        raise ConfigError.explain(
            'PrivObfNet.mask_types',
            expected=f"{num_classes} names such as 'none', 'human' or 'text'",
            got=f'{len(listed)} of them' if wrong is None else repr(wrong),
            fix='name one for each class, or one for all',
        )
    names = sorted(set(listed) - {'none'})
    return names, [names.index(t) + 1 if t != 'none' else 0 for t in listed]
