"""Draw scenes: a pure function of seed, split and index."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmprivacy.datasets.sample.camera import draw_camera
from mmprivacy.datasets.sample.decks import DECKS
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.identity import SPLITS, draw_identity
from mmprivacy.datasets.sample.placing import (
    LEAST_HEIGHT,
    Spot,
    cast_shadow,
    choose_place,
    find_spot,
    quad_of,
    warp,
)
from mmprivacy.datasets.sample.plans import Item, Plan
from mmprivacy.datasets.sample.scene import Element, Scene, tight_box
from mmprivacy.datasets.sample.settings import Backdrop, draw_backdrop
from mmprivacy.datasets.sample.textures import Rng
from mmprivacy.errors import DataError

#: Streams of random numbers, one per concern: elements have streams of their own.
PLAN, BACKDROP, CAMERA, LAYOUT, ELEMENT = 0, 1, 2, 3, 16
#: Layouts and plans tried until the telling elements are visible.
LAYOUTS, PLANS = 4, 6
#: Positions tried for each element; the one that covers the others least is taken.
CANDIDATES = 14
#: Cost of a position at the edge for the only telling element: whoever takes a picture
#: of somebody puts them in the middle.
CENTRING = 4.0
#: Least share of a telling element that has to be visible.
TELLING_SHARE = 0.55


@dataclass(frozen=True)
class SceneGenerator:
    """Draws the scenes of one split.

    Attributes:
        seed: Seed of the data set.
        split: ``'train'``, ``'val'`` or ``'test'``; splits share no scene, no text and
            no identity.
        deck: Kind of the scenes, a key of :data:`~.decks.DECKS`.

    Examples:
        >>> SceneGenerator(0, 'test').scene(3).private in (True, False)
        True
    """

    seed: int
    split: str = 'train'
    deck: str = 'pairs'

    def __post_init__(self) -> None:
        """Check the arguments."""
        if self.split not in SPLITS:
            raise DataError.explain(
                'SceneGenerator.split',
                expected=f'one of {SPLITS}',
                got=self.split,
                fix='choose one',
            )
        if self.deck not in DECKS:
            raise DataError.explain(
                'SceneGenerator.deck',
                expected=f'one of {tuple(DECKS)}',
                got=self.deck,
                fix='choose one',
            )
        if self.seed < 0:
            raise DataError.explain(
                'SceneGenerator.seed',
                expected='>= 0',
                got=self.seed,
                fix='take another',
            )

    def scene(self, index: int) -> Scene:
        """Draw a scene.

        Args:
            index: Number of the scene, >= 0.

        Returns:
            The scene; the same for the same seed, split and index.
        """
        deck = DECKS[self.deck]
        for attempt in range(PLANS):
            plan = deck.draw_plan(self._rng(index, attempt, PLAN), index)
            for layout in range(LAYOUTS):
                scene = self._draw(plan, index, attempt, layout)
                if deck.fits(scene, plan) and _shows(scene, plan):
                    return scene
        return scene

    def _rng(self, index: int, attempt: int, stream: int) -> Rng:
        key = [self.seed, SPLITS.index(self.split), index, attempt, stream]
        return np.random.default_rng(key)

    def _draw(self, plan: Plan, index: int, attempt: int, layout: int) -> Scene:
        """Draw a plan; ``layout`` numbers the tries to place its elements."""
        rng = self._rng(index, attempt, BACKDROP)
        h, w = plan.size or _draw_size(rng)
        backdrop = draw_backdrop(plan.setting, rng, h, w, plan.table)
        screen = plan.setting == 'screen_capture'
        key = (self.seed, SPLITS.index(self.split), index, attempt, CAMERA + 1000)
        camera = draw_camera(self._rng(index, attempt, CAMERA), key, screen)
        placed = _Composer(self, plan, backdrop, (index, attempt)).place(layout)
        return Scene(plan.setting, self.split, index, backdrop.image, placed, camera)


class _Composer:
    """Places the elements of one plan."""

    def __init__(
        self,
        generator: SceneGenerator,
        plan: Plan,
        backdrop: Backdrop,
        key: tuple[int, int],
    ) -> None:
        self.generator, self.plan, self.backdrop, self.key = (
            generator,
            plan,
            backdrop,
            key,
        )
        self.lonely = plan.centred and sum(i.telling for i in plan.items) == 1
        self.boxes: list[np.ndarray] = []
        self.windows = 0

    def place(self, layout: int) -> tuple[Element, ...]:
        """Place all elements; returns them from the farthest to the nearest."""
        rng = self.generator._rng(*self.key, LAYOUT + 4096 * (layout + 1))
        done: list[tuple[tuple[int, float], Element]] = []
        for number, item in enumerate(self.plan.items):
            spot, quad, sprite = self._fit(rng, number, item)
            blur = 0.0
            if spot.mode != 'show' and rng.random() < 0.15 and not item.telling:
                blur = float(rng.uniform(0.5, 1.3))
            patch, parts, texts = warp(sprite, quad, self.backdrop.light, blur)
            patch, parts = cast_shadow(patch, parts, spot, self.backdrop.light)
            kind = ELEMENTS[item.kind]
            element = Element(number, kind.name, kind.category, patch, parts, texts)
            layer = {'hang': 0, 'show': 0, 'lie': 1, 'stand': 2, 'near': 3}[spot.mode]
            done.append(((layer, float(quad[:, 1].max())), element))
        self._focus()
        return tuple(element for _, element in sorted(done, key=lambda pair: pair[0]))

    def _fit(
        self, rng: Rng, number: int, item: Item
    ) -> tuple[Spot, np.ndarray, object]:
        """Draw an element and find the freest of several spots for it."""
        kind = ELEMENTS[item.kind]
        choice = choose_place(rng, kind, self.backdrop, self.windows)
        self.windows += choice[0] == 'show'
        stream = self.generator._rng(*self.key, ELEMENT + number)
        first = find_spot(rng, kind, self.backdrop, choice, item.size)
        identity = draw_identity(stream, self.generator.split)
        height = max(round(float(first.height)), LEAST_HEIGHT)
        width = None
        if first.mode == 'lie' and item.size is not None:
            width = rng.uniform(*item.size) * self.backdrop.image.shape[1]
            height = max(int(width * 0.75), LEAST_HEIGHT)
        sprite = kind.draw(stream, height, identity)
        tries = 1 if first.mode == 'show' else CANDIDATES
        best: tuple[float, Spot, np.ndarray] | None = None
        for k in range(tries):
            spot = first if k == 0 else self._move(rng, first, choice[1])
            if k > 0 and item.size is None and choice[1] is not None:
                spot = find_spot(rng, kind, self.backdrop, choice, None)
            quad = quad_of(rng, spot, sprite, self._limit(sprite, spot, width))
            cost = self._overlap(quad) + 0.05 * rng.random()
            if spot.mode == 'stand' and choice[1].support == 'ground':
                cost += self._blocked(quad)
            if self.lonely and item.telling and spot.mode in ('stand', 'near'):
                cost += CENTRING * abs(spot.x / self.backdrop.image.shape[1] - 0.5)
            if best is None or cost < best[0]:
                best = (cost, spot, quad)
        self.boxes.append(np.array([*best[2].min(0), *best[2].max(0)]))
        return best[1], best[2], sprite

    def _limit(self, sprite: object, spot: Spot, width: float | None) -> float | None:
        """Keep the height of tall flat things inside the image."""
        if width is None:
            return None
        h, w = sprite.rgba.shape[:2]
        room = self.backdrop.image.shape[0] * 0.62 / max(spot.squash, 0.3)
        return min(width, room * w / h)

    def _move(self, rng: Rng, spot: Spot, place: object) -> Spot:
        """Move a spot: sideways at the same depth, anywhere for what lies or hangs."""
        w = self.backdrop.image.shape[1]
        if place is None:
            return Spot(spot.mode, w * rng.uniform(0.15, 0.85), spot.y, spot.height)
        x0, y0, x1, y1 = place.box
        x = rng.uniform(min(x0, x1), max(x0, x1))
        y = (
            spot.y
            if spot.mode == 'stand' and place.support == 'ground'
            else rng.uniform(y0, y1)
        )
        return Spot(spot.mode, x, y, spot.height, spot.squash, spot.box)

    def _overlap(self, quad: np.ndarray) -> float:
        """Cost of a position: covered area and area outside the image."""
        h, w = self.backdrop.image.shape[:2]
        x0, y0, x1, y1 = (*quad.min(0), *quad.max(0))
        area = max((x1 - x0) * (y1 - y0), 1.0)
        inside = max(min(x1, w) - max(x0, 0), 0) * max(min(y1, h * 1.3) - max(y0, 0), 0)
        cost = 1.2 * (1 - inside / area)
        for a0, b0, a1, b1 in self.boxes:
            common = max(min(x1, a1) - max(x0, a0), 0) * max(
                min(y1, b1) - max(y0, b0), 0
            )
            cost += common / min(area, max((a1 - a0) * (b1 - b0), 1.0))
        return cost

    def _blocked(self, quad: np.ndarray) -> float:
        """Cost of feet on furniture: 1.5 for each piece that they would stand on."""
        x0, x1, y = quad[3, 0], quad[2, 0], quad[2, 1]
        inset = 0.15 * (x1 - x0)
        return sum(
            1.5
            for a0, b0, a1, b1 in self.backdrop.blocked
            if x0 + inset < a1 and x1 - inset > a0 and b0 < y < b1
        )

    def _focus(self) -> None:
        """Blur the backdrop behind something near and large."""
        h, w = self.backdrop.image.shape[:2]
        near = any((box[3] - box[1]) > 0.6 * h for box in self.boxes)
        stream = self.generator._rng(*self.key, LAYOUT)
        flat = self.plan.table or self.plan.setting in ('desk', 'screen_capture')
        if near and not flat and stream.random() < 0.9:
            sigma = min(h, w) / stream.uniform(50, 100)
            self.backdrop.image = cv2.GaussianBlur(self.backdrop.image, (0, 0), sigma)


def _draw_size(rng: Rng) -> tuple[int, int]:
    """Draw height and width: short side 240 to 480, mostly small, often landscape."""
    short = 240 + int(241 * rng.random() ** 3)
    long = int(short * rng.choice([1.0, 1.25, 1.333, 1.5], p=[0.08, 0.22, 0.45, 0.25]))
    return (short, long) if rng.random() < 0.68 else (long, short)


def _shows(scene: Scene, plan: Plan) -> bool:
    """Whether the telling elements are well visible."""
    for truth in scene.elements:
        if truth.id < len(plan.items) and plan.items[truth.id].telling:
            element = next(e for e in scene.placed if e.id == truth.id)
            whole = max(int((element.patch.alpha > 0.5).sum()), 1)
            if not truth.visible or truth.mask.sum() < TELLING_SHARE * whole * 0.6:
                return False
    return True


__all__ = ['SceneGenerator', 'tight_box']
