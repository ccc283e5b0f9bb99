"""From what a detector finds in a photo to what it shall find there."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
from mmengine.logging import print_log
from torch import Tensor

from mmprivacy.disappearance.options import DisappearanceOptions
from mmprivacy.disappearance.targets import (
    FREE_TARGETS,
    TargetSchedule,
    never_low_enough,
    other_classes,
)
from mmprivacy.disappearance.view import Detections
from mmprivacy.errors import ConfigError, nearest


def labels_of(
    named: Sequence[str | int], classes: Sequence[str], option: str
) -> list[int]:
    """Look up class names (or labels) of the user.

    Args:
        named: Names or labels.
        classes: Names of the detector's classes in label order.
        option: Name of the option, for the error message.

    Returns:
        The labels.

    Raises:
        ConfigError: If a class is unknown.
    """
    found = []
    for name in named:
        if isinstance(name, int) and 0 <= name < len(classes):
            found.append(name)
        elif name in classes:
            found.append(list(classes).index(name))
        else:
            raise ConfigError.explain(
                f'ObjectDisappearance.{option}',
                expected=f'a class of the detector ({len(classes)} of them)',
                got=repr(name),
                fix=nearest(str(name), classes).rstrip('?'),
            )
    return found


class Aiming:
    """Chooses the targets.

    Args:
        options: The options of the algorithm.
    """

    def __init__(self, options: DisappearanceOptions) -> None:
        self.options = options
        self._said: set[str] = set()

    def sensitive(self, classes: Sequence[str]) -> list[int] | None:
        """Look up the classes that have to vanish; None for all.

        Raises:
            ConfigError: If a class is unknown, or the decoy is one of them.
        """
        if self.options.mode == 'all':
            return None
        sensitive = labels_of(self.options.sensitive, classes, 'sensitive')
        if labels_of([self.options.decoy], classes, 'decoy')[0] in sensitive:
            raise ConfigError.explain(
                'ObjectDisappearance.decoy',
                expected='a class that is not among the sensitive ones',
                got=repr(self.options.decoy),
                fix='choose another',
            )
        return sensitive

    def schedule(
        self,
        classes: Sequence[str],
        activation: str,
        clean: Detections,
        truth: tuple[Tensor, Tensor] | None,
    ) -> TargetSchedule:
        """Choose the targets of one photo.

        Args:
            classes: Names of the detector's classes.
            activation: ``'softmax'`` or ``'sigmoid'``.
            clean: Detections in the original.
            truth: Boxes (N, 4) and labels (N,) of the ground truth, for
                ``predet='gt_matched'``.

        Returns:
            The schedule.

        Raises:
            ConfigError: If there is no class to pull to and no fallback.
        """
        options, num = self.options, len(classes)
        kind, others = options.target, []
        if options.mode == 'sen' and kind == 'fixed':
            others = labels_of([options.decoy], classes, 'decoy')
        elif kind not in FREE_TARGETS:
            hidden = self.sensitive(classes)
            if hidden is None:
                hidden = self._detected(clean, truth)
            others = self._ordered(other_classes(hidden, num))
            kind = self._or_fallback(kind, others, num)
        return TargetSchedule(kind, others, num, activation)

    def _detected(
        self, clean: Detections, truth: tuple[Tensor, Tensor] | None
    ) -> list[int]:
        """List the classes of the detections, the correct ones alone if asked to."""
        found = clean.above(self.options.score_thr)
        if self.options.predet == 'score':
            return found.labels.tolist()
        if truth is None:
            raise ConfigError.explain(
                "ObjectDisappearance.predet='gt_matched'",
                expected='ground truth boxes of each photo',
                got='none',
                fix="use predet='score', or a data set with annotations",
            )
        return found.labels[is_correct(found, *truth)].tolist()

    def _ordered(self, others: list[int]) -> list[int]:
        if self.options.order == 'ascending':
            return others
        generator = torch.Generator().manual_seed(self.options.seed)
        return [others[i] for i in torch.randperm(len(others), generator=generator)]

    def _or_fallback(self, kind: str, others: list[int], num: int) -> str:
        """Replace a target that cannot work, or say that it cannot."""
        thr = self.options.score_thr
        if not never_low_enough(len(others), thr):
            return kind
        few = f'target={kind!r} has {len(others)} of {num} classes to pull to'
        if self.options.fallback:
            other = self.options.fallback['target']
            self._say(f'{few}, too few to get below {thr}: using {other!r}')
            return other
        if not others:
            raise ConfigError.explain(
                f'ObjectDisappearance.target={kind!r}',
                expected='a class that is not in the photo',
                got=f'a detector of {num} classes that are all in it',
                fix="set a fallback, or target='background'",
            )
        self._say(f'{few}; it may never get below {thr}')
        return kind

    def _say(self, message: str) -> None:
        """Warn once."""
        if message not in self._said:
            self._said.add(message)
            print_log(
                f'ObjectDisappearance: {message}.', 'current', level=logging.WARNING
            )


def is_correct(found: Detections, boxes: Tensor, labels: Tensor) -> Tensor:
    """Tell which detections have a true box of their label, IoU at least 0.5.

    Args:
        found: M detections.
        boxes: True boxes (N, 4), xyxy.
        labels: Their labels (N,).

    Returns:
        bool (M,).
    """
    corner = torch.maximum(found.boxes[:, None, :2], boxes[None, :, :2])
    opposite = torch.minimum(found.boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (opposite - corner).clamp(min=0).prod(-1)
    sizes = [(b[:, 2:] - b[:, :2]).clamp(min=0).prod(-1) for b in (found.boxes, boxes)]
    union = sizes[0][:, None] + sizes[1][None] - shared
    same = found.labels[:, None] == labels[None]
    return ((shared >= 0.5 * union) & same & (union > 0)).any(-1)
