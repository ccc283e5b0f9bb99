"""The Object Disappearance Algorithm."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from mmengine.registry import TASK_UTILS
from torch import Tensor

from mmprivacy.disappearance.aiming import Aiming
from mmprivacy.disappearance.arrays import as_array, as_tensor
from mmprivacy.disappearance.descent import Descent
from mmprivacy.disappearance.options import (
    DisappearanceOptions,
    as_names,
    fill_from_preset,
)
from mmprivacy.disappearance.photo_state import PhotoState, as_bytes
from mmprivacy.disappearance.preparation import Preparation, highest_score
from mmprivacy.disappearance.result import ProtectionResult
from mmprivacy.disappearance.survival import build_survival
from mmprivacy.disappearance.view import Detections, DetectorView
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.evaluation.functional import l_inf, psnr


@TASK_UTILS.register_module()
class ObjectDisappearance:
    """Change photos so that a detector finds nothing, or misreads what is sensitive.

    Every option is as the preset has it unless it is given. ``'product'`` is what
    protects best here: the photo stays within ``eps`` of the original, candidates are
    found anew in each iteration, boxes are pulled to the background, and success means
    that the detector was run again on whole grey levels. ``'paper'`` is Algorithm 1 to
    the letter, which bounds each step and not their sum. ``'jpeg'`` is the product
    preset for photos that are saved as JPEG.

    Convention:
        Photos are **BGR** uint8 (H, W, 3); ``eps`` and ``alpha`` are on the scale from
        0 to 1; boxes are xyxy in pixels.

    Args:
        preset: ``'product'``, ``'paper'`` or ``'jpeg'``.
        mode: ``'all'`` hides every object (M_all), ``'sen'`` the sensitive ones
            (M_sen).
        sensitive: Classes to hide, names or labels (``'sen'``).
        decoy: The class that boxes are pulled to instead, y_non (``'sen'``).
        target: ``'cycle'``: the classes that are not in the photo, one after the other;
            ``'uniform'``: all of them at once; ``'background'``; ``'fixed'``: the decoy
            (default in ``'sen'`` mode); ``'untargeted'``: away from the class found;
            ``'alternating'``: to the background and away from the class in turn.
        fallback: ``target`` (one of the last two, or ``'background'``), and perhaps
            ``direction``, to begin anew with when a photo is stuck, see ``patience``.
            The target replaces ``'cycle'`` and ``'uniform'`` as well when a photo
            leaves too few classes for them. None: neither.
        order: ``'ascending'`` labels, or ``'shuffled'`` by the seed.
        eps: Largest change of a component: of the photo with ``anchor='original'``, of
            one iteration with ``'prev'``.
        alpha: Size of a step, see ``direction``.
        direction: What of a step is of size ``alpha``: ``'sign'``: every component;
            ``'linf'``: the largest; ``'l2'``: the root mean square; ``'raw'``: the
            gradient is multiplied by it.
        momentum: Share of the last step's direction that is kept, 0 for none.
        anchor: ``'original'`` or ``'prev'`` (Algorithm 1, line 7).
        max_iters: Number of updates at most, those before ``fallback`` included.
        patience: Begin a photo anew with ``fallback``, or give it up, when its highest
            score would not even be near the threshold after ``max_iters``, if it went
            on falling as in the last so many updates; None to go on.
        score_thr: The threshold T.
        stop_margin: How far below T the scores have to be.
        proposals: ``'refresh'`` in every iteration, or ``'fixed'`` ones of the
            original. Detectors without proposals look everywhere anyway.
        num_proposals: Best candidates that are looked at; None for all.
        loss_on: ``'all'`` candidates, or the ``'active'`` ones, which have a score of
            at least T / 2.
        focus: The loss weights boxes by this power of their score, so that the highest
            score falls; 0 for the same weight.
        predet: Which detections of the original count as classes in the photo: by
            ``'score'``, or those that are correct (``'gt_matched'``).
        space: Change the ``'original'`` pixels, or those of the ``'network'``'s input,
            which is then what is saved.
        region: Change pixels everywhere (None), in the ``'boxes'`` that the detector
            finds, or in a ``'mask'`` that is given.
        region_margin: How far boxes of the region reach out, a share of their sides.
        eot: What the photo has to survive, such as ``[dict(type='jpeg', quality=75),
            dict(type='resize', scale=0.5), dict(type='blur', sigma=1)]``.
        quantize: Show the detector whole grey levels in the loop.
        verify: Run the detector again before a photo counts as done.
        budget: ``'fixed'``, or ``'auto'``: the smallest eps that does, by bisection.
        on_fail: ``'keep_best'`` returns the picture with the lowest scores,
            ``'original'`` the unchanged photo, ``'error'`` raises.
        random_start: Start anywhere within eps.
        seed: Seed of whatever is drawn.

    Raises:
        ConfigError: If an option is wrong.

    Source: Object Disappearance Algorithm (Algorithm 1, Eqs. 1 to 4). Differs from the
    paper, with every preset: the best picture is returned where the paper returns none,
    and a photo without detections is returned as it is.
    """

    def __init__(
        self,
        preset: str = 'product',
        *,
        mode: str = 'all',
        sensitive: str | int | Sequence[str | int] | None = None,
        decoy: str | int | None = None,
        target: str = ...,
        fallback: Mapping[str, str] | None = ...,
        order: str = ...,
        eps: float = ...,
        alpha: float = ...,
        direction: str = ...,
        momentum: float = ...,
        anchor: str = ...,
        max_iters: int = ...,
        patience: int | None = ...,
        score_thr: float = ...,
        stop_margin: float = ...,
        proposals: str = ...,
        num_proposals: int | None = ...,
        loss_on: str = ...,
        focus: float = ...,
        predet: str = ...,
        space: str = ...,
        region: str | None = ...,
        region_margin: float = ...,
        eot: Sequence[dict] | None = ...,
        quantize: bool = ...,
        verify: bool = ...,
        budget: str = ...,
        on_fail: str = ...,
        random_start: bool = ...,
        seed: int = 0,
    ) -> None:
        given = {k: v for k, v in locals().items() if k not in ('self', 'preset')}
        given['sensitive'] = as_names(sensitive)
        filled = fill_from_preset(preset, given)
        filled['eot'] = tuple(map(dict, filled['eot'])) if filled['eot'] else None
        filled['fallback'] = dict(filled['fallback']) if filled['fallback'] else None
        self.options = DisappearanceOptions(**filled)
        self.survivals = [
            build_survival(entry, f'eot.{n}')
            for n, entry in enumerate(self.options.eot or ())
        ]
        self._aiming = Aiming(self.options)
        self._prepare = Preparation(self.options, self._aiming)
        self._descent = Descent(self.options, self.survivals)

    @property
    def config_hash(self) -> str:
        """Digest of the options."""
        return self.options.fingerprint()

    @property
    def jpeg_quality(self) -> int | None:
        """Lowest quality of JPEG that photos have to survive; None without any."""
        found = [s.low for s in self.survivals if s.kind == 'jpeg']
        return round(min(found)) if found else None

    def __call__(
        self,
        views: DetectorView | Sequence[DetectorView],
        photos: Sequence[np.ndarray],
        masks: Sequence[np.ndarray] | None = None,
        truths: Sequence[tuple[Tensor, Tensor]] | None = None,
    ) -> list[ProtectionResult]:
        """Protect photos.

        Photos of any sizes are computed together, and each leaves the batch when it is
        done. Weights, gradients and modes of the detectors are the same afterwards.

        Args:
            views: The detector to fool, or several that all have to be fooled.
            photos: Photos, BGR uint8 (H, W, 3).
            masks: For ``region='mask'``: where each photo may change, (H, W), 1 = yes.
            truths: For ``predet='gt_matched'``: true boxes (N, 4) and labels (N,).

        Returns:
            One result for each photo.

        Raises:
            ShapeError: If a photo or a mask has another shape.
            ConfigError: If a class is unknown, or masks or ground truth are missing.
            DataError: If a photo cannot be protected and ``on_fail='error'``.
        """
        views = list(views) if isinstance(views, (list, tuple)) else [views]
        if self.options.region == 'mask' and masks is None:
            raise ConfigError.explain(
                "ObjectDisappearance.region='mask'",
                expected='a mask for each photo',
                got='none',
                fix="pass masks, or use region='boxes'",
            )
        with contextlib.ExitStack() as stack, torch.enable_grad():
            for view in views:
                stack.enter_context(view.frozen())
            states = [
                self._prepare(views, photo, masks and masks[n], truths and truths[n])
                for n, photo in enumerate(photos)
            ]
            self._descent.run(views, states)
            if self.options.budget == 'auto':
                self._descent.shrink(views, states)
            return [self._result(views, n, state) for n, state in enumerate(states)]

    def check(self, views: Sequence[DetectorView]) -> None:
        """Check that detectors know the classes of the options.

        Args:
            views: The detectors.

        Raises:
            ConfigError: If one of them does not.
        """
        for view in views:
            self._aiming.sensitive(view.classes)

    def left_in(
        self, views: Sequence[DetectorView], photo: np.ndarray
    ) -> tuple[list[Detections], list[int]]:
        """Look for what should be hidden in a photo.

        Args:
            views: The detectors.
            photo: The photo as it was read from its file, BGR uint8 (H, W, 3).

        Returns:
            For each detector all detections, and the number of those at the threshold
            that should not be there.
        """
        image, found, left = as_tensor(photo), [], []
        for view in views:
            hidden = self._aiming.sensitive(view.classes)
            with view.frozen():
                found.append(view.detect(image))
            left.append(len(found[-1].above(self.options.score_thr, hidden)))
        return found, left

    def _result(
        self, views: Sequence[DetectorView], number: int, state: PhotoState
    ) -> ProtectionResult:
        """Count what is left in the picture and put the figures together."""
        start, options, first = time.perf_counter(), self.options, state.aims[0]
        if not state.success and options.on_fail == 'error':
            raise DataError.explain(
                f'photo {number}',
                expected=f'scores below {options.score_thr} within the budget',
                got=f'{state.best_score:.3f} after {state.iters} iterations',
                fix="increase eps or max_iters, or set on_fail='keep_best'",
            )
        keep = state.success or options.on_fail == 'keep_best'
        photo = as_bytes(state.best if keep else state.origin)
        found = state.found if keep else None
        found = found or [view.detect(photo) for view in views]
        left = [aim.left(f) for aim, f in zip(state.aims, found)]
        original = as_array(as_bytes(state.origin))
        image = as_array(photo)
        return ProtectionResult(
            image=image,
            original=original,
            success=not any(map(len, left)),
            iters=state.iters,
            s_max=state.best_score if keep else highest_score(found),
            n_before=len(first.left(first.clean)),
            n_after=len(left[0]),
            linf=int(l_inf(image, original)),
            psnr=psnr(image, original),
            target=first.schedule.kind,
            seconds=state.seconds + time.perf_counter() - start,
            eps=state.eps / 255,
            grad_norm=float(np.mean(state.norms)) if state.norms else 0.0,
            clean=first.clean,
            found=found[0],
            config_hash=self.config_hash,
        )
