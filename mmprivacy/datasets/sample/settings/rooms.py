"""Rooms to work in: office, shop and kitchen."""

from __future__ import annotations

import cv2
import numpy as np

from mmprivacy.datasets.sample import textures as tx
from mmprivacy.datasets.sample.settings.base import (
    Backdrop,
    paint_box,
    paint_polygon,
    paint_quad,
    shadow_under,
)
from mmprivacy.datasets.sample.settings.room import (
    Room,
    draw_room,
    top_place,
    window,
)
from mmprivacy.datasets.sample.textures import Rng, hsv


def office(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw an office: a desk with a monitor, shelves with binders, a strip light."""
    paint = hsv(
        rng.uniform(0.08, 0.62), rng.uniform(0.02, 0.14), rng.uniform(0.68, 0.9)
    )
    floor = tx.carpet(rng, 256, 256, hsv(rng.random(), 0.2, rng.uniform(0.3, 0.5)))
    room = draw_room(rng, h, w, tx.plaster(rng, 200, 300, paint), floor, (-0.5, 0.5))
    view, z1, p = room.view, room.depth, room.view.point
    side = rng.choice([-1.0, 1.0])
    for z in (z1 * 0.45, z1 * 0.75):
        y = room.ceiling - 0.01
        lamp = [p(-0.6, y, z + 0.3), p(0.6, y, z + 0.3), p(0.6, y, z), p(-0.6, y, z)]
        paint_polygon(room.image, lamp, np.full(3, 255, np.float32))
    window(room, rng, -side * rng.uniform(0.9, 1.4), 1.5, False)
    _binders(room, rng, side * rng.uniform(1.2, 1.6))
    z0 = z1 - rng.uniform(1.4, 1.8)
    centre = rng.uniform(-0.5, 0.5)
    top = tx.wood(
        rng, 96, 128, hsv(0.09, rng.uniform(0.1, 0.5), rng.uniform(0.5, 0.85))
    )
    shadow_under(room.image, view, (centre - 1, centre + 1, z0, z0 + 0.8), 0.45)
    span = (centre - 1, centre + 1, 0.0, 0.74, z0, z0 + 0.8)
    paint_box(room.image, view, span, top[:40] * 0.6, top)
    x = centre + rng.uniform(-0.5, 0.5)
    (x0, y0), (x1, y1) = p(x - 0.3, 1.2, z0 + 0.5), p(x + 0.3, 0.84, z0 + 0.5)
    quad = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    paint_polygon(room.image, quad, np.full(3, 30, np.float32))
    m = (x1 - x0) * 0.04
    screen = tx.ramp(
        tx.fractal(rng, 40, 64, 2, 2), hsv(0.6, 0.5, 0.5), hsv(0.55, 0.2, 0.9)
    )
    quad = [(x0 + m, y0 + m), (x1 - m, y0 + m), (x1 - m, y1 - m), (x0 + m, y1 - m)]
    paint_quad(room.image, quad, screen)
    stand = [(x - 0.04, 0.84), (x + 0.04, 0.84), (x + 0.1, 0.74), (x - 0.1, 0.74)]
    paint_polygon(
        room.image, [p(a, b, z0 + 0.5) for a, b in stand], np.full(3, 45, np.float32)
    )
    place = top_place(room, centre - 0.9, centre + 0.9, 0.75, z0 + 0.25)
    return room.finish('office', [(centre - 1.1, centre + 1.1, z0 - 0.2)], place)


def _binders(room: Room, rng: Rng, x: float) -> None:
    """Paint a shelf full of binders against the back wall."""
    view, z1 = room.view, room.depth
    face = tx.wood(rng, 64, 64, hsv(0.09, 0.35, rng.uniform(0.4, 0.8)))
    paint_box(room.image, view, (x - 0.6, x + 0.6, 0, 2.0, z1 - 0.35, z1), face * 0.5)
    for level in range(4):
        y = 0.1 + level * 0.48
        left = x - 0.55
        while left < x + 0.5:
            width = rng.uniform(0.05, 0.11)
            tall = rng.uniform(0.28, 0.4)
            colour = hsv(rng.random(), rng.uniform(0.1, 0.8), rng.uniform(0.2, 0.9))
            a = view.point(left, y + tall, z1 - 0.35)
            b = view.point(left + width * 0.92, y, z1 - 0.35)
            quad = [a, (b[0], a[1]), b, (a[0], b[1])]
            if rng.random() < 0.9:
                paint_polygon(room.image, quad, colour)
            left += width


def shop(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a shop: shelves of goods along the walls, a counter, price strips."""
    paint = hsv(rng.random(), rng.uniform(0.03, 0.3), rng.uniform(0.7, 0.92))
    floor = tx.tiles(rng, 256, 256, 50, hsv(rng.uniform(0, 0.15), 0.12, 0.75))
    room = draw_room(rng, h, w, tx.plaster(rng, 200, 300, paint), floor, (-0.3, 0.7))
    p, z1 = room.view.point, room.depth
    goods = _goods(rng, 220, 420)
    quad = [p(room.left, 2.2, z1), p(room.right, 2.2, z1)]
    paint_quad(
        room.image, [*quad, p(room.right, 0.1, z1), p(room.left, 0.1, z1)], goods
    )
    for x, far, near in ((room.left, z1, 0.6), (room.right, z1, 0.6)):
        stock = _goods(rng, 220, 500) * 0.85
        if x < 0:
            quad = [p(x, 2.2, near), p(x, 2.2, far), p(x, 0.1, far), p(x, 0.1, near)]
        else:
            quad = [p(x, 2.2, far), p(x, 2.2, near), p(x, 0.1, near), p(x, 0.1, far)]
        paint_quad(room.image, quad, stock)
    side = rng.choice([-1.0, 1.0])
    centre = side * rng.uniform(0.4, 1.1)
    z0 = z1 - rng.uniform(1.2, 1.9)
    front = tx.wood(rng, 64, 128, hsv(rng.random(), rng.uniform(0.2, 0.6), 0.6), 12)
    shadow_under(
        room.image, room.view, (centre - 1, centre + 1, z0 - 0.1, z0 + 0.6), 0.45
    )
    span = (centre - 1.0, centre + 1.0, 0.0, 0.95, z0, z0 + 0.6)
    paint_box(room.image, room.view, span, front)
    place = top_place(room, centre - 0.9, centre + 0.9, 0.96, z0 + 0.2)
    return room.finish('shop', [(centre - 1.1, centre + 1.1, z0 - 0.2)], place)


def _goods(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw shelves full of boxes, jars and bottles, seen from the front."""
    base = hsv(rng.uniform(0.05, 0.6), rng.uniform(0.05, 0.3), rng.uniform(0.3, 0.6))
    image = np.empty((h, w, 3), np.float32)
    image[:] = base * 0.5
    rows = int(rng.integers(4, 6))
    step = h / rows
    for row in range(rows):
        x, low = 2.0, (row + 1) * step - 6
        while x < w - 8:
            width, tall = rng.uniform(9, 26), step * rng.uniform(0.45, 0.8)
            colour = hsv(rng.random(), rng.uniform(0.3, 0.9), rng.uniform(0.4, 0.95))
            many = int(rng.integers(2, 6))
            for _ in range(many):
                if x + width > w:
                    break
                a, b = (int(x), int(low - tall)), (int(x + width - 2), int(low))
                cv2.rectangle(image, a, b, colour.tolist(), -1)
                label = (int(x + 1), int(low - tall * 0.6))
                other = np.clip(colour * 0.5 + 110, 0, 255)
                cv2.rectangle(
                    image,
                    label,
                    (int(x + width - 3), int(low - tall * 0.3)),
                    other.tolist(),
                    -1,
                )
                x += width
            x += rng.uniform(0, 6)
        cv2.rectangle(
            image, (0, int(low)), (w, int(low + 5)), (base * 1.3).tolist(), -1
        )
        image[int(low - step + 6) : int(low - step + 14)] *= 0.7
    return image


def kitchen(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a kitchen: cupboards, a tiled splashback, a worktop, a cooker."""
    paint = hsv(rng.uniform(0.05, 0.2), rng.uniform(0.04, 0.25), 0.88)
    floor = tx.tiles(rng, 256, 256, 42, hsv(rng.uniform(0, 0.12), 0.35, 0.6), 0.12)
    room = draw_room(rng, h, w, tx.plaster(rng, 200, 300, paint), floor, (0.0, 1.0))
    view, z1, p = room.view, room.depth, room.view.point
    x0, x1 = room.left, room.right
    splash = tx.tiles(
        rng, 60, 360, 15, hsv(rng.random(), rng.uniform(0.05, 0.4), 0.85), 0.1
    )
    quad = [p(x0, 1.5, z1), p(x1, 1.5, z1), p(x1, 0.9, z1), p(x0, 0.9, z1)]
    paint_quad(room.image, quad, splash)
    window(room, rng, rng.uniform(-0.6, 0.6), 1.1, False)
    colour = hsv(rng.random(), rng.uniform(0.1, 0.55), rng.uniform(0.4, 0.92))
    z0 = z1 - 0.62
    shadow_under(room.image, view, (x0, x1, z0 - 0.15, z0), 0.4)
    top = tx.plaster(rng, 40, 200, hsv(0.08, 0.2, rng.uniform(0.25, 0.8)))
    _doors(room, rng, (x0, x1, 0.08, 0.88), z0, colour)
    paint_box(room.image, view, (x0, x1, 0.86, 0.92, z0 - 0.03, z1), top[:8], top)
    for a, b in ((x0, -0.75), (0.75, x1)):
        if b - a > 0.3:
            _doors(room, rng, (a, b, 1.5, 2.2), z1 - 0.35, colour)
    centre = rng.choice([-1.0, 1.0]) * rng.uniform(0.7, 1.2)
    steel = tx.plaster(rng, 48, 48, np.full(3, rng.uniform(90, 190), np.float32))
    paint_box(
        room.image, view, (centre - 0.3, centre + 0.3, 0, 0.93, z0 - 0.05, z1), steel
    )
    glass = [p(centre - 0.22, 0.65, z0 - 0.05), p(centre + 0.22, 0.65, z0 - 0.05)]
    glass += [p(centre + 0.22, 0.25, z0 - 0.05), p(centre - 0.22, 0.25, z0 - 0.05)]
    paint_polygon(room.image, glass, np.full(3, 35, np.float32))
    place = top_place(room, -1.2, 1.2, 0.92, z0 + 0.15)
    return room.finish('kitchen', [(x0, x1, z0 - 0.2)], place)


def _doors(
    room: Room,
    rng: Rng,
    span: tuple[float, float, float, float],
    z: float,
    colour: np.ndarray,
) -> None:
    """Paint a row of cupboard doors with handles; ``span`` is (x0, x1, y0, y1)."""
    x0, x1, y0, y1 = span
    p = room.view.point
    count = max(round(float(x1 - x0) / 0.5), 1)
    step = (x1 - x0) / count
    face = tx.wood(rng, 64, 48, colour)
    paint_box(room.image, room.view, (x0, x1, y0, y1, z, room.depth), face * 0.55)
    for k in range(count):
        a, b = x0 + k * step + 0.012, x0 + (k + 1) * step - 0.012
        quad = [p(a, y1, z), p(b, y1, z), p(b, y0, z), p(a, y0, z)]
        paint_quad(room.image, quad, face * rng.uniform(0.92, 1.05))
        x = b - 0.06 if k % 2 == 0 else a + 0.04
        bar = [p(x, y1 - 0.1, z), p(x + 0.02, y1 - 0.1, z)]
        paint_polygon(
            room.image,
            [*bar, p(x + 0.02, y1 - 0.25, z), p(x, y1 - 0.25, z)],
            colour * 0.35,
        )
