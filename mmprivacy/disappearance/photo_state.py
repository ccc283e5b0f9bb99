"""One photo while it is being protected.

Convention: pixels are **BGR** float (3, H, W) in [0, 255]; budgets and steps are in
grey levels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from mmprivacy.disappearance.options import DisappearanceOptions
from mmprivacy.disappearance.perturb import (
    clamp_around,
    quantize,
    random_offset,
    step_direction,
    straight_through,
)
from mmprivacy.disappearance.targets import TargetSchedule
from mmprivacy.disappearance.view import Detections

SLACK = 0.005
"""What an extrapolated logit may miss by, for each update that is left."""


@dataclass(eq=False)
class Aim:
    """What one detector makes of one photo, and what it shall make of it.

    Attributes:
        frame: How the photo reaches the network.
        clean: Detections in the original.
        schedule: The target of each iteration.
        sensitive: Labels that have to vanish; None for all.
        score_thr: The threshold T.
        fixed: Candidate boxes of the original, if they are not found anew.
    """

    frame: Any
    clean: Detections
    schedule: TargetSchedule
    sensitive: Sequence[int] | None
    score_thr: float
    fixed: Tensor | None = None

    def left(self, found: Detections) -> Detections:
        """Keep the detections that should not be there."""
        return found.above(self.score_thr, self.sensitive)


class PhotoState:
    """Iterate, budget and best picture so far of one photo.

    Args:
        origin: The original in whole grey levels (3, H, W).
        aims: One for each detector.
        options: The options of the algorithm.
        region: Where pixels may change, 0 or 1 (1, H, W); None for everywhere.
        seed: Seed of the random start.
    """

    def __init__(
        self,
        origin: Tensor,
        aims: Sequence[Aim],
        options: DisappearanceOptions,
        region: Tensor | None,
        seed: int,
    ) -> None:
        self.origin = origin
        self.aims = aims
        self.options = options
        self.region = None if region is None else region.to(origin.device)
        self.seed = seed
        self.iters = 0
        self.seconds = 0.0
        self.norms: list[float] = []
        self.start(255 * options.eps)

    def start(self, eps: float) -> None:
        """Begin anew from the original, with a budget in grey levels."""
        self.eps = eps
        self.pixels = self.origin
        if self.options.random_start:
            self.pixels = self._inside(random_offset(self.origin, eps, self.seed))
        self.velocity = torch.zeros_like(self.origin)
        self.best, self.best_score = self.origin, float('inf')
        self._lowest: list[float] = []  # logit of the best score after each update
        self.found: list[Detections] | None = None  # in the best, if known
        self.success = self.done = False

    def seen(self, leaf: Tensor) -> Tensor:
        """Give what a detector is shown of the iterate, with its gradient."""
        if not self.options.quantize:
            return leaf
        return straight_through(leaf, self.in_file(leaf.detach()))

    def in_file(self, pixels: Tensor) -> Tensor:
        """Give what a file would hold of an iterate: whole levels in the budget."""
        bounded = self.options.anchor == 'original'
        return quantize(pixels, self.origin if bounded else None, self.eps)

    def keep(self, score: float, found: list[Detections] | None = None) -> None:
        """Take the iterate as the best picture so far.

        Args:
            score: Highest score in it.
            found: What the detectors have found in it, if they were run.
        """
        self.best, self.best_score = self.in_file(self.pixels), score
        self.found = found

    def is_stuck(self, score: float, left: int) -> bool:
        """Tell whether the scores fall too slowly to be low enough in the end.

        A step down the gradient moves logits, not scores, by about the same every time.
        So the logit of the highest score, the lowest one so far, is extrapolated, and
        the longer the way, the more it may miss by.

        Args:
            score: Highest score in the iterate.
            left: How many updates may follow.
        """
        options, lowest = self.options, self._lowest
        lowest.append(min(_logit(score), lowest[-1] if lowest else math.inf))
        window = options.patience
        if window is None or len(lowest) <= window:
            return False
        fall = (lowest[-1 - window] - lowest[-1]) / window
        low_enough = _logit(options.score_thr - options.stop_margin)
        return lowest[-1] - (fall + SLACK) * left > low_enough

    def fall_back(self, left: int) -> bool:
        """Begin anew with the options of the fallback, if that is left to try.

        The best picture so far stays that until the second try finds a better one.

        Args:
            left: How many updates may follow; with two times ``patience`` or fewer, it
                is not worth the while.
        """
        if self.options.fallback is None or left <= 2 * self.options.patience:
            return False
        self.options = replace(self.options, **self.options.fallback, fallback=None)
        for aim in self.aims:
            aim.schedule = aim.schedule.replaced(self.options.target)
        first_try = self.best, self.best_score, self.found
        self.start(self.eps)
        self.best, self.best_score, self.found = first_try
        return True

    def step(self, grad: Tensor) -> None:
        """Go one step down the gradient (3, H, W)."""
        options = self.options
        self.norms.append(grad.norm().item())
        grad = self._inside(grad, 0)
        if options.momentum:
            grad = step_direction(grad, 'l2') + options.momentum * self.velocity
            self.velocity = grad
        moved = self.pixels - 255 * options.alpha * step_direction(
            grad, options.direction
        )
        moved = clamp_around(moved, self.pixels, self.eps)
        if options.anchor == 'original':
            moved = clamp_around(moved, self.origin, self.eps)
        self.pixels = moved
        self.iters += 1

    def _inside(self, values: Tensor, outside: Tensor | float | None = None) -> Tensor:
        """Leave only what lies in the region; the rest is as in the original."""
        if self.region is None:
            return values
        outside = self.origin if outside is None else outside
        return torch.where(self.region > 0, values, outside)


def _logit(score: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(score / (1 - score))


def as_bytes(pixels: Tensor) -> Tensor:
    """Turn pixels (3, H, W) into uint8 on the CPU."""
    return pixels.detach().round().clamp(0, 255).to(torch.uint8).cpu()


def region_of_boxes(boxes: Tensor, size: tuple[int, int], margin: float) -> Tensor:
    """Mark the pixels of boxes.

    Args:
        boxes: xyxy in pixels (M, 4).
        size: Height and width of the photo.
        margin: How far each side reaches out, as a share of the box.

    Returns:
        float32 (1, H, W), 1 inside a box.
    """
    mask = torch.zeros(1, *size)
    for left, top, right, bottom in boxes.tolist():
        dx, dy = margin * (right - left), margin * (bottom - top)
        rows = slice(max(int(top - dy), 0), max(int(bottom + dy + 1), 0))
        columns = slice(max(int(left - dx), 0), max(int(right + dx + 1), 0))
        mask[:, rows, columns] = 1
    return mask
