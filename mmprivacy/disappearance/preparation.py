"""The first look at a photo: what is in it, and what shall become of it."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mmprivacy.disappearance.aiming import Aiming
from mmprivacy.disappearance.arrays import as_tensor
from mmprivacy.disappearance.options import DisappearanceOptions
from mmprivacy.disappearance.photo_state import Aim, PhotoState, region_of_boxes
from mmprivacy.disappearance.view import Detections, DetectorView
from mmprivacy.errors import ShapeError


class Preparation:
    """Finds detections, targets, region and fixed candidates of a photo.

    Args:
        options: The options of the algorithm.
        aiming: Chooses the targets.
    """

    def __init__(self, options: DisappearanceOptions, aiming: Aiming) -> None:
        self.options = options
        self.aiming = aiming

    def __call__(
        self,
        views: Sequence[DetectorView],
        photo: np.ndarray,
        mask: np.ndarray | None,
        truth: tuple[Tensor, Tensor] | None,
    ) -> PhotoState:
        """Look at a photo, alone.

        Args:
            views: The detectors.
            photo: The photo, BGR uint8 (H, W, 3).
            mask: Where it may change, (H, W), for ``region='mask'``.
            truth: True boxes (N, 4) and labels (N,), for ``predet='gt_matched'``.

        Returns:
            The photo as the loop takes it; done if there is nothing to hide.

        Raises:
            ShapeError: If the photo or the mask has another shape.
            ConfigError: If a class is unknown, or ground truth is missing.
        """
        start, options = time.perf_counter(), self.options
        image = as_tensor(photo)
        if options.space == 'network':
            image = views[0].frame(image).content
        origin = image.float().to(views[0].device)
        aims = []
        for view in views:
            sensitive = self.aiming.sensitive(view.classes)
            clean = view.detect(image)
            schedule = self.aiming.schedule(view.classes, view.activation, clean, truth)
            frame, thr = view.frame(image), options.score_thr
            aims.append(Aim(frame, clean, schedule, sensitive, thr))
        state = PhotoState(
            origin,
            aims,
            options,
            self._region(aims, tuple(image.shape[1:]), mask),
            zlib.crc32(image.numpy().tobytes()) ^ options.seed,
        )
        if not any(len(aim.left(aim.clean)) for aim in aims):
            state.keep(highest_score([aim.clean for aim in aims]))
            state.done = state.success = True
        elif options.proposals == 'fixed':
            self._fix_candidates(views, state)
        state.seconds += time.perf_counter() - start
        return state

    @torch.no_grad()
    def _fix_candidates(self, views: Sequence[DetectorView], state: PhotoState) -> None:
        for view, aim in zip(views, state.aims):
            if not view.has_proposals:
                continue
            encoded = view.encode([state.origin], [aim.frame])
            aim.fixed = view.propose(encoded, self.options.num_proposals)[0]

    def _region(
        self, aims: Sequence[Aim], size: tuple[int, int], mask: np.ndarray | None
    ) -> Tensor | None:
        options = self.options
        if options.region == 'boxes':
            boxes = torch.cat([aim.left(aim.clean).boxes for aim in aims])
            return region_of_boxes(boxes, size, options.region_margin)
        if options.region is None:
            return None
        mask = torch.as_tensor(np.asarray(mask))
        if tuple(mask.shape) != size:
            raise ShapeError.explain(
                'mask', expected=size, got=tuple(mask.shape), fix='resize it'
            )
        return (mask > 0).float()[None]


def highest_score(found: Sequence[Detections]) -> float:
    """Give the highest score of the detections of several detectors, 0 without any."""
    scores = torch.cat([part.scores for part in found])
    return scores.amax().item() if len(scores) else 0.0
