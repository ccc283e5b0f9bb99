"""The loop of the Object Disappearance Algorithm over a batch of photos.

Convention: pixels are **BGR** float (3, H, W) in [0, 255]. Shapes: ``M`` candidate
boxes of a photo.

Source: Object Disappearance Algorithm, Algorithm 1.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from mmprivacy.disappearance.options import DisappearanceOptions
from mmprivacy.disappearance.photo_state import Aim, PhotoState, as_bytes
from mmprivacy.disappearance.survival import Survival
from mmprivacy.disappearance.targets import box_scores, class_loss
from mmprivacy.disappearance.view import Detections, DetectorView


class Descent:
    """Moves pixels until no detector sees what should be hidden.

    Args:
        options: The options of the algorithm.
        survivals: What the photos have to survive.
    """

    def __init__(
        self, options: DisappearanceOptions, survivals: Sequence[Survival]
    ) -> None:
        self.options = options
        self.survivals = survivals

    def run(self, views: Sequence[DetectorView], states: Sequence[PhotoState]) -> None:
        """Update the photos, each until it is done.

        The iterate after the last update is looked at as well, so there is one look
        more than there are updates.

        Args:
            views: The detectors.
            states: The photos, changed in place. Those that are done are left out.
        """
        generator = torch.Generator().manual_seed(self.options.seed)
        for iteration in range(self.options.max_iters + 1):
            live = [state for state in states if not state.done]
            if not live:
                return
            start = time.perf_counter()
            leaves = [s.pixels.detach().requires_grad_() for s in live]
            changes = [(s, s.draw(generator)) for s in self.survivals]
            losses, scores = self._look(views, live, leaves, changes, iteration)
            for state, score in zip(live, scores):
                left = self.options.max_iters - iteration
                self._judge(views, state, score, left)
            if iteration < self.options.max_iters:
                self._update(live, leaves, losses)
            spent = (time.perf_counter() - start) / len(live)
            for state in live:
                state.seconds += spent
        for state in states:
            if not state.done:
                start = time.perf_counter()
                self._settle(views, state)
                state.seconds += time.perf_counter() - start

    def shrink(
        self, views: Sequence[DetectorView], states: Sequence[PhotoState]
    ) -> None:
        """Find the smallest budget in whole levels that does, by bisection.

        Args:
            views: The detectors.
            states: The photos after :meth:`run`. Failed ones are left as they are.
        """
        searches = [_Search(s) for s in states if s.success and s.iters]
        while any(search.open for search in searches):
            tried = [search for search in searches if search.open]
            for search in tried:
                search.state.start(search.middle)
            self.run(views, [search.state for search in tried])
            for search in tried:
                search.learn()
        for search in searches:
            search.settle()

    def _look(
        self,
        views: Sequence[DetectorView],
        live: Sequence[PhotoState],
        leaves: Sequence[Tensor],
        changes: Sequence[tuple[Survival, float]],
        iteration: int,
    ) -> tuple[list[Tensor | None], list[float]]:
        """Compute loss and highest score of each photo, over detectors and changes."""
        losses: list[Tensor | None] = [None] * len(live)
        highest = [0.0] * len(live)
        seen = [state.seen(leaf) for state, leaf in zip(live, leaves)]
        for images in self._changed(seen, changes):
            for v, view in enumerate(views):
                aims = [state.aims[v] for state in live]
                logits, scores = self._classify(view, images, aims)
                for n, aim in enumerate(aims):
                    highest[n] = max(highest[n], scores[n].amax().item())
                    if len(logits[n]):
                        loss = class_loss(
                            logits[n],
                            aim.schedule.at(iteration),
                            view.activation,
                            self.options.focus,
                            aim.sensitive,
                        )
                        losses[n] = loss if losses[n] is None else losses[n] + loss
        return losses, highest

    def _changed(
        self, seen: Sequence[Tensor], changes: Sequence[tuple[Survival, float]]
    ) -> Iterator[list[Tensor]]:
        """Give the photos as they are, then after each change."""
        yield list(seen)
        for survival, value in changes:
            yield [survival.apply(image, value) for image in seen]

    def _classify(
        self, view: DetectorView, images: Sequence[Tensor], aims: Sequence[Aim]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Give the logits that are pulled, and the scores (M + 1,) of all candidates.

        The last score is 0, for photos without candidates.
        """
        encoded = view.encode(images, [aim.frame for aim in aims])
        candidates = [aim.fixed for aim in aims]
        if any(boxes is None for boxes in candidates):
            candidates = view.propose(encoded, self.options.num_proposals)
        if self.options.loss_on == 'all':
            logits = view.classify(encoded, candidates)
            return logits, self._scores(view, logits, aims)
        with torch.no_grad():
            scores = self._scores(view, view.classify(encoded, candidates), aims)
        active = [c[self._active(s)] for c, s in zip(candidates, scores)]
        return view.classify(encoded, active), scores

    def _scores(
        self, view: DetectorView, logits: Sequence[Tensor], aims: Sequence[Aim]
    ) -> list[Tensor]:
        scores = [
            box_scores(found.detach(), view.activation, aim.sensitive)
            for found, aim in zip(logits, aims)
        ]
        return [torch.cat([s, s.new_zeros(1)]) for s in scores]

    def _active(self, scores: Tensor) -> Tensor:
        """Choose the boxes that are, or may soon be, detections (M,)."""
        thr = min(self.options.score_thr, scores.amax().item()) / 2
        return scores[:-1] > thr

    def _judge(
        self, views: Sequence[DetectorView], state: PhotoState, score: float, left: int
    ) -> None:
        """Keep the best iterate; end the photo if it is good enough, or stuck.

        ``left`` updates may follow.
        """
        options, found = self.options, None
        low = score < options.score_thr - options.stop_margin
        if low and options.verify:
            low, found = self._verify(views, state, state.in_file(state.pixels))
        if low or score < state.best_score:
            state.keep(score, found)
        state.done = state.success = low
        if not low and state.is_stuck(score, left) and not state.fall_back(left):
            self._settle(views, state)

    def _settle(self, views: Sequence[DetectorView], state: PhotoState) -> None:
        """Look whether the best picture does, though it is within the margin."""
        state.done = True
        if state.best_score < self.options.score_thr:
            state.success, state.found = self._verify(views, state, state.best)

    def _verify(
        self, views: Sequence[DetectorView], state: PhotoState, pixels: Tensor
    ) -> tuple[bool, list[Detections]]:
        """Run the detectors again, on whole levels and after the hardest changes."""
        found = [view.detect(as_bytes(pixels)) for view in views]
        clear = self._is_clear(state, found)
        for survival in self.survivals if clear else ():
            photo = as_bytes(survival.apply(pixels, survival.hardest()))
            clear = clear and self._is_clear(state, [v.detect(photo) for v in views])
        return clear, found

    def _is_clear(self, state: PhotoState, found: Sequence[Detections]) -> bool:
        """Tell whether no detector has found what should be hidden."""
        return not any(len(aim.left(f)) for aim, f in zip(state.aims, found))

    def _update(
        self,
        live: Sequence[PhotoState],
        leaves: Sequence[Tensor],
        losses: Sequence[Tensor | None],
    ) -> None:
        """Step down the gradient of the photos that go on, all in one backward pass."""
        going = [
            n
            for n, state in enumerate(live)
            if not state.done and losses[n] is not None
        ]
        if not going:
            return
        total = sum(losses[n] for n in going)
        grads = torch.autograd.grad(total, [leaves[n] for n in going])
        for n, grad in zip(going, grads):
            live[n].step(grad)


class _Search:
    """Bisection over the budget of one photo."""

    def __init__(self, state: PhotoState) -> None:
        self.state = state
        self.low = 1
        self.high = int((state.best - state.origin).abs().amax())
        self.eps = self.high
        self.kept = state.best, state.best_score, state.found

    @property
    def open(self) -> bool:
        return self.low < self.high

    @property
    def middle(self) -> int:
        return (self.low + self.high) // 2

    def learn(self) -> None:
        """Narrow the search by what the try of the middle gave."""
        if not self.state.success:
            self.low = self.middle + 1
            return
        self.high = self.eps = self.middle
        self.kept = self.state.best, self.state.best_score, self.state.found

    def settle(self) -> None:
        """Give the photo its smallest budget and the picture that goes with it."""
        state = self.state
        state.best, state.best_score, state.found = self.kept
        state.eps = self.eps
        state.success = state.done = True
