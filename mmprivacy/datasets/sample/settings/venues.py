"""Paved places: concert and car park."""

from __future__ import annotations

import cv2
import numpy as np

from mmprivacy.datasets.sample import textures as tx
from mmprivacy.datasets.sample.settings.base import (
    Backdrop,
    Light,
    View,
    draw_view,
    paint_box,
    paint_ground,
    paint_polygon,
    paint_quad,
    shade,
)
from mmprivacy.datasets.sample.settings.outdoor import (
    daylight,
    finish,
    wall_place,
)
from mmprivacy.datasets.sample.textures import Rng, hsv


def concert(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a concert: a lit stage with beams of light above a dark floor."""
    view = draw_view(rng, h, w, (0.4, 0.5))
    hue = rng.random()
    light = Light(
        float(rng.uniform(-1, 1)),
        tuple((0.75 + 0.25 * hsv(hue, 0.5, 1.0) / 255).tolist()),
        0.4,
        False,
    )
    image = np.empty((h, w, 3), np.float32)
    image[:] = tx.ramp(
        tx.fractal(rng, h, w, 3, 4), hsv(hue, 0.7, 0.05), hsv(hue, 0.6, 0.22)
    )
    p, z = view.point, 11.0
    half = view.half_width(z) * rng.uniform(0.7, 1.1)
    back = tx.ramp(
        tx.fractal(rng, 80, 160, 3, 3),
        hsv(hue + 0.1, 0.8, 0.25),
        hsv(hue + 0.2, 0.6, 0.8),
    )
    paint_quad(
        image,
        [p(-half, 5, z + 2), p(half, 5, z + 2), p(half, 1, z + 2), p(-half, 1, z + 2)],
        back,
    )
    paint_ground(image, view, tx.asphalt(rng, 300, 300, 0.16), 80)
    deck = tx.wood(rng, 40, 160, hsv(hue, 0.3, 0.35), 10)
    paint_box(image, view, (-half, half, 0, 1.0, z, z + 2.5), deck * 0.5, deck)
    for side in (-1, 1):
        a = side * half * 0.86
        stack = tx.tiles(rng, 96, 40, 20, np.full(3, 45, np.float32), 0.3)
        paint_box(image, view, (a - 0.5, a + 0.5, 1.0, 3.4, z + 0.3, z + 1), stack)
    _beams(image, view, rng, hue, half, z)
    return finish('concert', image, view, light, 9.5)


def _beams(
    image: np.ndarray, view: View, rng: Rng, hue: float, half: float, z: float
) -> None:
    """Add beams of coloured light that spread from the rig, and their lamps."""
    h, w = image.shape[:2]
    total = np.zeros((h, w, 3), np.float32)
    for _ in range(int(rng.integers(4, 8))):
        x = rng.uniform(-half, half)
        top = view.point(x, 5.2, z)
        reach, spread = rng.uniform(-0.5, 0.5) * w, rng.uniform(0.04, 0.12) * w
        mask = np.zeros((h, w), np.float32)
        low = view.horizon + h * rng.uniform(0.0, 0.35)
        cone = [top, (top[0] + reach + spread, low), (top[0] + reach - spread, low)]
        cv2.fillConvexPoly(
            mask, np.round(np.array(cone)).astype(np.int32), 1.0, cv2.LINE_AA
        )
        fade = np.clip(1 - (np.arange(h) - top[1]) / max(low - top[1], 1), 0, 1) ** 0.7
        mask = cv2.GaussianBlur(mask, (0, 0), 2.0) * fade[:, None].astype(np.float32)
        colour = hsv(hue + rng.uniform(-0.2, 0.45), rng.uniform(0.3, 0.9), 1.0)
        total += mask[..., None] * colour * rng.uniform(0.3, 0.6)
        cv2.circle(
            total,
            (int(top[0]), int(top[1])),
            max(w // 90, 2),
            (255, 250, 240),
            -1,
            cv2.LINE_AA,
        )
    image += total


def car_park(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a car park: marked bays before a wall or a hedge."""
    mood = rng.uniform(0, 1)
    view, light = draw_view(rng, h, w, (0.36, 0.46)), daylight(rng, mood)
    image = tx.sky(rng, h, w, mood)
    p, z = view.point, rng.uniform(11, 15)
    half = view.half_width(z) * 1.1
    if rng.random() < 0.6:
        wall = tx.plaster(rng, 90, 320, np.full(3, rng.uniform(120, 200), np.float32))
        for x in range(0, 320, 40):
            wall[:, x : x + 3] *= 0.6
        if rng.random() < 0.5:
            wall[20:34] = wall[20:34] * 0.3 + hsv(rng.random(), 0.7, 0.7) * 0.7
        tall = rng.uniform(3.5, 6)
    else:
        wall, tall = tx.foliage(rng, 90, 320), rng.uniform(1.8, 3)
    quad = [p(-half, tall, z), p(half, tall, z), p(half, 0, z), p(-half, 0, z)]
    paint_quad(image, quad, wall)
    if tall > 3.5:
        paint_ground(image, view, tx.asphalt(rng, 400, 400, rng.uniform(0.38, 0.6)), 80)
    else:
        paint_ground(image, view, tx.asphalt(rng, 400, 400, rng.uniform(0.3, 0.5)), 80)
    white = np.array([225, 222, 205], np.float32)
    start, lean = rng.uniform(-1.3, 1.3), rng.uniform(-1, 1)
    for k in range(-8, 9):
        x = start + 2.6 * k
        bay = [
            (x - 0.07 + lean, z - 0.3),
            (x + 0.07 + lean, z - 0.3),
            (x + 0.07, z - 5),
            (x - 0.07, z - 5),
        ]
        paint_polygon(image, [p(a, 0, b) for a, b in bay], white)
        near = [
            (x - 0.07, 3.6),
            (x + 0.07, 3.6),
            (x + 0.07 - lean, 1.0),
            (x - 0.07 - lean, 1.0),
        ]
        paint_polygon(image, [p(a, 0, b) for a, b in near], white * 0.95)
    seam = p(0, 0, z)[1]
    shade(image, [(0, seam - 2), (w, seam - 2), (w, seam + 6), (0, seam + 6)], 0.4, 4)
    for _ in range(int(rng.integers(0, 3))):
        x = rng.uniform(-1, 1) * half * 0.9
        pole = [p(x - 0.06, 5, z - 0.5), p(x + 0.06, 5, z - 0.5)]
        pole += [p(x + 0.08, 0, z - 0.5), p(x - 0.08, 0, z - 0.5)]
        paint_polygon(image, pole, np.full(3, 110, np.float32))
    place = wall_place(view, -half * 0.6, half * 0.6, z)
    return finish('car_park', image, view, light, z - 1.5, place)
