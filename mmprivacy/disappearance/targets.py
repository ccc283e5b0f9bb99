"""What the boxes of a photo are pulled to, and how far they are.

Shapes: ``M`` boxes (or anchors), ``K`` classes. Logits are (M, K + 1) with the
background **last** for a softmax, (M, K) for a sigmoid.

Source: Object Disappearance Algorithm, Eqs. 1, 2 and 4. The paper names no loss; here
it is the cross entropy. ``'untargeted'``, ``'alternating'`` and ``focus`` are not in
the paper.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

ACTIVATIONS = ('sigmoid', 'softmax')
FREE_TARGETS = ('alternating', 'background', 'untargeted')
"""Targets that need no classes."""
TARGETS = tuple(sorted(('cycle', 'fixed', 'uniform', *FREE_TARGETS)))
TURN = 10
"""Iterations after which ``'alternating'`` changes."""


def other_classes(detected: Collection[int], num_classes: int) -> list[int]:
    """List Y', the classes that were not detected, in ascending order.

    Args:
        detected: Labels of the detections.
        num_classes: Number of classes K, without background.

    Returns:
        The other labels. The background, label K, is never among them.
    """
    found = {int(c) for c in detected}
    return [c for c in range(num_classes) if c not in found]


def never_low_enough(num_others: int, score_thr: float) -> bool:
    """Tell whether pulling to Y' in turn cannot get all scores below a threshold.

    The mean target of a whole cycle is uniform over Y', so in the limit every box has
    the score 1 / |Y'| for each of its classes.

    Args:
        num_others: Size of Y'.
        score_thr: The threshold T.
    """
    return num_others * score_thr <= 1


class TargetSchedule:
    """The target of each iteration, as a distribution over the columns of the logits.

    Args:
        kind: ``'cycle'``: the classes one after the other (Eq. 2); ``'uniform'``: all
            of them at once, which is the mean gradient of one cycle; ``'fixed'``: the
            first of them (Eq. 4); ``'background'``: none; ``'untargeted'``: nothing is
            pulled anywhere, boxes are pushed from the class that they have;
            ``'alternating'``: the last two in turn, ten iterations each, since pushed
            boxes often end between two classes.
        classes: Y' in order, or the one class of ``'fixed'``.
        num_classes: Number of classes K.
        activation: ``'softmax'`` or ``'sigmoid'``.
    """

    def __init__(
        self, kind: str, classes: Sequence[int], num_classes: int, activation: str
    ) -> None:
        self.kind = kind
        self.classes = list(classes)
        self.num_classes = num_classes
        self.activation = activation

    def replaced(self, kind: str) -> TargetSchedule:
        """Give a schedule of a kind that needs no classes, for the same detector."""
        return TargetSchedule(kind, [], self.num_classes, self.activation)

    def labels(self, iteration: int) -> list[int]:
        """List the target classes of an iteration, often none."""
        if self.kind in FREE_TARGETS:
            return []
        if self.kind == 'uniform':
            return self.classes
        step = iteration if self.kind == 'cycle' else 0
        return [self.classes[step % len(self.classes)]]

    def at(self, iteration: int) -> Tensor | None:
        """Give the target of an iteration.

        Args:
            iteration: Number of the update, from 0.

        Returns:
            Distribution, float32 (K + 1,) for a softmax and (K,) for a sigmoid, where
            the background is all zeros; None if nothing is pulled anywhere.
        """
        pushed = self.kind == 'alternating' and iteration // TURN % 2 == 1
        if pushed or self.kind == 'untargeted':
            return None
        softmax = self.activation == 'softmax'
        target = torch.zeros(self.num_classes + softmax)
        labels = self.labels(iteration)
        if labels:
            target[labels] = 1 / len(labels)
        elif softmax:
            target[-1] = 1
        return target


def class_loss(
    logits: Tensor,
    target: Tensor | None,
    activation: str,
    focus: float = 0.0,
    hidden: Sequence[int] | None = None,
) -> Tensor:
    """Measure how far the boxes are from their target, a mean over boxes.

    Of a box it is the cross entropy or, without a target, the log odds of its highest
    class against all others: what lowers a score by whatever way is nearest.

    Args:
        logits: Logits (M, K + 1) or (M, K).
        target: Target of all boxes (K + 1,) or (K,), see :meth:`TargetSchedule.at`.
        activation: ``'softmax'`` or ``'sigmoid'``.
        focus: Boxes are weighted by this power of their score; 0 is the plain mean.
        hidden: The classes that count for scores; None for all of them.

    Returns:
        Scalar; zero, with a gradient of zero, if there is no box.
    """
    if not len(logits):
        return logits.sum()
    if target is None:
        losses = _log_odds(logits, activation, hidden)
    else:
        target = target.to(logits).expand_as(logits)
        if activation == 'softmax':
            losses = -(target * logits.log_softmax(-1)).sum(-1)
        else:
            losses = F.binary_cross_entropy_with_logits(
                logits, target, reduction='none'
            ).sum(-1)
    scores = box_scores(logits.detach(), activation, hidden)
    highest = scores.amax().clamp(min=torch.finfo(scores.dtype).tiny)
    weights = (scores / highest).clamp(min=1e-6) ** focus
    return (weights * losses).sum() / weights.sum()


def _log_odds(logits: Tensor, activation: str, hidden: Sequence[int] | None) -> Tensor:
    """Give the log odds (M,) of the highest class that counts."""
    softmax = activation == 'softmax'
    counted = logits[:, :-1] if softmax else logits
    columns = list(range(counted.shape[1]) if hidden is None else hidden)
    highest, where = counted[:, columns].max(-1)
    if not softmax:
        return highest
    where = torch.tensor(columns, device=logits.device)[where]
    others = logits.scatter(1, where[:, None], -torch.inf)
    return highest - others.logsumexp(-1)


def class_scores(logits: Tensor, activation: str) -> Tensor:
    """Turn logits into the scores (M, K) that a detector reports, no background."""
    if activation == 'softmax':
        return logits.softmax(-1)[:, :-1]
    return logits.sigmoid()


def box_scores(
    logits: Tensor, activation: str, sensitive: Sequence[int] | None = None
) -> Tensor:
    """Give the highest score of each box, S of Algorithm 1.

    Args:
        logits: Logits (M, K + 1) or (M, K).
        activation: ``'softmax'`` or ``'sigmoid'``.
        sensitive: The classes that count; None for all of them.

    Returns:
        Scores (M,).
    """
    scores = class_scores(logits, activation)
    if sensitive is not None:
        scores = scores[:, list(sensitive)]
    return scores.amax(-1)
