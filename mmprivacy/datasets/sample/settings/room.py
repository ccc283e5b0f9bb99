"""An empty room, and things that several indoor settings share."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmprivacy.datasets.sample import textures as tx
from mmprivacy.datasets.sample.settings.base import (
    Backdrop,
    Light,
    Place,
    View,
    draw_view,
    footprint,
    glow,
    paint_mask,
    paint_polygon,
    paint_quad,
    shade,
)
from mmprivacy.datasets.sample.textures import Rng


@dataclass(frozen=True)
class Room:
    """An empty room.

    Attributes:
        image: Picture, RGB float32 ``(h, w, 3)``; painters draw into it.
        view: The camera.
        depth: Distance of the back wall in metres.
        left: X of the left wall in metres.
        right: X of the right wall in metres.
        ceiling: Height of the ceiling in metres.
        light: Its light.
    """

    image: np.ndarray
    view: View
    depth: float
    left: float
    right: float
    ceiling: float
    light: Light

    def places(self) -> tuple[Place, ...]:
        """The floor and the free upper part of the back wall."""
        view = self.view
        x0, y0 = view.point(self.left + 0.4, self.ceiling - 0.3, self.depth)
        x1, y1 = view.point(self.right - 0.4, 1.35, self.depth)
        scale = view.focal / self.depth
        wall = Place(
            'wall',
            (max(x0, view.w * 0.06), max(y0, 8), min(x1, view.w * 0.94), max(y1, 16)),
            (scale, scale),
        )
        far = view.point(0, 0, self.depth * 0.93)[1]
        return (view.ground(far), wall)

    def finish(
        self, name: str, furniture: list[tuple[float, float, float]], *extra: Place
    ) -> Backdrop:
        """Light the room and make a backdrop of it.

        Args:
            name: Name of the setting.
            furniture: ``(x0, x1, z0)`` in metres of what stands at the back wall.
            extra: Places on top of furniture.

        Returns:
            The backdrop.
        """
        glow(self.image, self.light)
        blocked = [footprint(self.view, *span, self.depth) for span in furniture]
        places = self.places() + extra
        return Backdrop(
            name, self.image, self.light, places, self.view.horizon, tuple(blocked)
        )


def indoor_light(rng: Rng, warmth: tuple[float, float] = (-0.3, 1.0)) -> Light:
    """Draw the light of a room: a side, a warmth and a brightness."""
    warm = rng.uniform(*warmth)
    level = rng.uniform(0.85, 1.12)
    colour = (level * (1 + 0.1 * warm), level, level * (1 - 0.16 * warm))
    return Light(float(rng.uniform(-1, 1)), colour, float(rng.uniform(0.3, 0.5)), False)


def draw_room(
    rng: Rng,
    h: int,
    w: int,
    wall: np.ndarray,
    floor: np.ndarray,
    warmth: tuple[float, float] = (-0.3, 1.0),
) -> Room:
    """Paint an empty room in perspective.

    Args:
        rng: Source of randomness.
        h: Height in pixels.
        w: Width in pixels.
        wall: Texture of the walls, float32 ``(h', w', 3)``.
        floor: Texture of the floor, float32 ``(h', w', 3)``.
        warmth: Range of the warmth of the light.

    Returns:
        The room.
    """
    view = draw_view(rng, h, w, (0.34, 0.46))
    depth = rng.uniform(4.2, 6.0)
    half = view.half_width(depth)
    left = -half * rng.uniform(0.75, 1.15)
    right = half * rng.uniform(0.75, 1.15)
    ceiling = rng.uniform(2.5, 2.9)
    image = np.empty((h, w, 3), np.float32)
    image[:] = wall.mean((0, 1)) * 1.05
    p, near = view.point, 0.55
    white = np.clip(wall.mean((0, 1)) * 0.3 + 178, 0, 250)
    top = [p(left, ceiling, depth), p(right, ceiling, depth)]
    paint_polygon(image, [*top, p(right, ceiling, near), p(left, ceiling, near)], white)
    a, b = p(left, ceiling, near), p(left, 0, near)
    paint_quad(image, [a, top[0], p(left, 0, depth), b], wall * 0.86)
    a, b = p(right, ceiling, near), p(right, 0, near)
    paint_quad(image, [top[1], a, b, p(right, 0, depth)], wall * 0.93)
    low = [p(right, 0, depth), p(left, 0, depth)]
    paint_quad(image, [*top, *low], wall)
    paint_quad(image, [low[1], low[0], p(right, 0, near), p(left, 0, near)], floor)
    skirt = [low[1], low[0], p(right, 0.1, depth), p(left, 0.1, depth)]
    paint_polygon(image, skirt, white * rng.uniform(0.5, 1.0))
    seam = view.focal / depth * 0.12
    y = low[0][1]
    shade(
        image, [(0, y - seam), (w, y - seam), (w, y + seam), (0, y + seam)], 0.16, seam
    )
    return Room(image, view, depth, left, right, ceiling, indoor_light(rng, warmth))


def window(room: Room, rng: Rng, x: float, width: float, curtains: bool) -> None:
    """Paint a window with a view, a frame and perhaps curtains on the back wall."""
    view, z = room.view, room.depth
    low, high = 0.95, min(room.ceiling - 0.25, 2.25)
    x0, y0 = view.point(x - width / 2, high, z)
    x1, y1 = view.point(x + width / 2, low, z)
    hh, ww = max(int(y1 - y0), 8), max(int(x1 - x0), 8)
    scene = tx.sky(rng, hh, ww, rng.uniform(0, 1))
    trees = (tx.profile(rng, ww, 4, 3) * 0.3 + 0.5) * hh
    mask = (np.arange(hh)[:, None] > trees[None, :]).astype(np.uint8) * 255
    paint_mask(scene, mask, tx.foliage(rng, hh, ww))
    scene = np.clip(cv2.GaussianBlur(scene, (0, 0), 1.5) * 1.12, 0, 255)
    quad = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    edge = max((x1 - x0) * 0.05, 2)
    frame = np.full(3, rng.uniform(150, 245), np.float32)
    outer = [(x0 - edge, y0 - edge), (x1 + edge, y0 - edge)]
    outer += [(x1 + edge, y1 + edge), (x0 - edge, y1 + edge)]
    paint_polygon(room.image, outer, frame)
    paint_quad(room.image, quad, scene)
    middle = (x0 + x1) / 2
    bar = edge / 2.5
    paint_polygon(
        room.image,
        [
            (middle - bar, y0),
            (middle + bar, y0),
            (middle + bar, y1),
            (middle - bar, y1),
        ],
        frame * 0.95,
    )
    if curtains:
        cloth_curtains(room, rng, (x0, y0 - 3 * edge, x1, view.point(0, 0.1, z)[1]))


def cloth_curtains(
    room: Room, rng: Rng, box: tuple[float, float, float, float]
) -> None:
    """Hang two curtains over the sides of a box (xyxy, pixels)."""
    x0, y0, x1, y1 = box
    colour = tx.hsv(rng.random(), rng.uniform(0.15, 0.6), rng.uniform(0.45, 0.9))
    wide = (x1 - x0) * rng.uniform(0.25, 0.4)
    for a, b in (
        (x0 - wide * 0.6, x0 + wide * 0.4),
        (x1 - wide * 0.4, x1 + wide * 0.6),
    ):
        cloth = tx.fabric(rng, 96, 64, colour, str(rng.choice(['plain', 'stripes'])))
        folds = 0.5 + 0.5 * np.sin(np.linspace(0, rng.uniform(18, 30), 64))
        cloth *= (0.72 + 0.33 * folds)[None, :, None].astype(np.float32)
        paint_quad(room.image, [(a, y0), (b, y0), (b, y1), (a, y1)], cloth)


def picture(room: Room, rng: Rng, x: float, y: float, width: float) -> None:
    """Hang a framed abstract or landscape picture on the back wall."""
    view, z = room.view, room.depth
    height = width * rng.uniform(0.6, 1.3)
    x0, y0 = view.point(x - width / 2, y + height / 2, z)
    x1, y1 = view.point(x + width / 2, y - height / 2, z)
    rim = max((x1 - x0) * 0.08, 1.5)
    quad = [(x0 - rim, y0 - rim), (x1 + rim, y0 - rim)]
    quad += [(x1 + rim, y1 + rim), (x0 - rim, y1 + rim)]
    shade(room.image, np.array(quad) + rim * 0.8, 0.3, rim)
    tone = tx.hsv(rng.uniform(0.05, 0.12), rng.uniform(0, 0.6), rng.uniform(0.1, 0.8))
    paint_polygon(room.image, quad, tone)
    field = tx.fractal(rng, 48, 48, 2, 4, rng.choice([0.5, 1.0, 3.0]))
    hue = rng.random()
    art = tx.ramp(
        field,
        tx.hsv(hue, 0.6, 0.3),
        tx.hsv(hue + 0.1, 0.5, 0.8),
        tx.hsv(hue + 0.45, 0.3, 0.9),
    )
    paint_quad(room.image, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], art)


def top_place(room: Room, x0: float, x1: float, y: float, z: float) -> Place:
    """Build the place on top of furniture: a strip at height ``y``, distance ``z``."""
    left, row = room.view.point(x0, y, z)
    right, _ = room.view.point(x1, y, z)
    scale = room.view.focal / z
    return Place('surface', (left, row - 2, right, row + 2), (scale, scale), 0.3)


def cushion(image: np.ndarray, box: np.ndarray, colour: np.ndarray) -> None:
    """Paint a pillow: a rounded rectangle with a soft shade below."""
    x0, y0, x1, y1 = box
    t = np.linspace(0, 2 * np.pi, 40)
    power = 0.45
    cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
    x = cx + rx * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
    y = cy + ry * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
    shade(image, np.stack([x, y + ry * 0.25], 1), 0.35, ry * 0.25)
    paint_polygon(image, np.stack([x, y], 1), colour * 0.86)
    inner = np.stack([cx + (x - cx) * 0.9, cy - ry * 0.1 + (y - cy) * 0.78], 1)
    paint_polygon(image, inner, colour)
