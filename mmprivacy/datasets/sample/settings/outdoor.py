"""Places outside: street, beach and park."""

from __future__ import annotations

import cv2
import numpy as np

from mmprivacy.datasets.sample import textures as tx
from mmprivacy.datasets.sample.settings.base import (
    Backdrop,
    Light,
    Place,
    View,
    draw_view,
    paint_box,
    paint_ground,
    paint_mask,
    paint_polygon,
    paint_quad,
    shade,
)
from mmprivacy.datasets.sample.textures import Rng, hsv


def daylight(rng: Rng, mood: float) -> Light:
    """Light that fits a sky: sun, clouds or evening (see :func:`textures.sky`)."""
    side = float(rng.uniform(-1, 1))
    if mood > 0.75:
        return Light(side, (1.12, 1.0, 0.84), 0.45, True)
    if mood > 0.4:
        return Light(side, (0.98, 1.0, 1.04), 0.3, False)
    level = float(rng.uniform(0.98, 1.08))
    return Light(side, (level * 1.02, level, level * 0.94), 0.5, True)


def finish(
    name: str, image: np.ndarray, view: View, light: Light, far: float, *extra: Place
) -> Backdrop:
    """Light the open ground and make a backdrop of it."""
    image *= np.array(light.colour, np.float32)
    row = view.horizon + view.focal * view.height / far
    return Backdrop(name, image, light, (view.ground(row), *extra), view.horizon)


def wall_place(view: View, x0: float, x1: float, z: float) -> Place:
    """A strip of wall between 1.5 and 2.6 m of height."""
    a, b = view.point(x0, 2.6, z), view.point(x1, 1.5, z)
    scale = view.focal / z
    box = (max(a[0], 8), max(a[1], 8), min(b[0], view.w - 8), max(b[1], 16))
    return Place('wall', box, (scale, scale))


def _facade(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the front of a house: wall, rows of windows, perhaps a shop window."""
    kind = rng.integers(3)
    colour = hsv(rng.uniform(0, 0.14), rng.uniform(0.08, 0.5), rng.uniform(0.5, 0.9))
    if kind == 0:
        wall = tx.brick(rng, h, w, max(h / 45, 3), colour * 0.8)
    else:
        wall = tx.plaster(rng, h, w, colour)
    glass = hsv(rng.uniform(0.5, 0.65), 0.3, rng.uniform(0.2, 0.45))
    frame = np.full(3, rng.uniform(120, 245), np.float32)
    floors, cols = int(rng.integers(3, 5)), int(rng.integers(3, 6))
    for row in range(floors):
        ground = row == floors - 1
        for col in range(cols):
            cw, ch = w / cols, h / floors
            x0, x1 = (col + 0.25) * cw, (col + 0.75) * cw
            y0, y1 = (row + 0.22) * ch, (row + 0.78) * ch
            if ground:
                x0, x1, y1 = (col + 0.12) * cw, (col + 0.88) * cw, (row + 1) * ch
            a, b = (int(x0), int(y0)), (int(x1), int(y1))
            cv2.rectangle(
                wall, (a[0] - 2, a[1] - 2), (b[0] + 2, b[1] + 2), frame.tolist(), -1
            )
            tone = glass * rng.uniform(0.7, 1.6)
            cv2.rectangle(wall, a, b, tone.tolist(), -1)
            mid = (a[0] + b[0]) // 2
            cv2.line(wall, (mid, a[1]), (mid, b[1]), frame.tolist(), 1, cv2.LINE_AA)
            gleam = np.array([a, (mid, a[1]), (a[0], b[1])], np.int32)
            cv2.fillConvexPoly(wall, gleam, (tone * 1.25).tolist(), cv2.LINE_AA)
    return wall


def street(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a street: road and pavement between rows of houses under the sky."""
    mood = rng.uniform(0, 1)
    view, light = draw_view(rng, h, w, (0.38, 0.48)), daylight(rng, mood)
    image = np.empty((h, w, 3), np.float32)
    image[:] = tx.sky(rng, h, w, mood)
    p, far = view.point, 40.0
    end = _facade(rng, 150, 240)
    quad = [p(-12, 9, far), p(12, 9, far), p(12, 0, far), p(-12, 0, far)]
    paint_quad(image, quad, end * 0.9)
    paint_ground(image, view, tx.asphalt(rng, 400, 400, rng.uniform(0.3, 0.5)), 90)
    width = rng.uniform(2.6, 3.6)
    stone = tx.tiles(rng, 320, 120, 20, np.full(3, rng.uniform(130, 190), np.float32))
    for side in (-1, 1):
        x0, x1 = side * width, side * (width + 2.2)
        quad = [p(x0, 0, far), p(x1, 0, far), p(x1, 0, 1.2), p(x0, 0, 1.2)]
        paint_quad(image, quad, stone)
        kerb = [p(x0, 0, far), p(x0 + side * 0.15, 0, far)]
        paint_polygon(
            image,
            [*kerb, p(x0 + side * 0.15, 0, 1.0), p(x0, 0, 1.0)],
            np.full(3, 165, np.float32),
        )
        z = 3.0
        while z < far:
            deep, x = rng.uniform(6, 11), side * (width + 2.2)
            face = _facade(rng, 150, 200) * (0.78 if side * light.side > 0 else 1.0)
            tall = rng.uniform(6.5, 11)
            a, b = (z + deep, z) if side > 0 else (z, z + deep)
            quad = [p(x, tall, a), p(x, tall, b), p(x, 0, b), p(x, 0, a)]
            if z + deep < 100:
                paint_quad(image, quad, face)
            z += deep
    for z in np.arange(2.5, far, 3.2):
        dash = [
            p(-0.07, 0, z + 1.4),
            p(0.07, 0, z + 1.4),
            p(0.07, 0, z),
            p(-0.07, 0, z),
        ]
        paint_polygon(image, dash, np.full(3, 215, np.float32))
    haze = np.exp(
        -((np.arange(h, dtype=np.float32) - view.horizon) ** 2) / (h * 0.06) ** 2
    )
    image += (205 - image) * (0.25 * haze)[:, None, None]
    wall = wall_place(view, -4, 4, 9.0)
    return finish('street', image, view, light, 16, wall)


def beach(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a beach: sand, surf, sea, far hills, sunshades."""
    mood = float(rng.choice([0.1, 0.3, 0.5, 0.9]))
    view, light = draw_view(rng, h, w, (0.26, 0.42)), daylight(rng, mood)
    image = tx.sky(rng, h, w, mood)
    top = int(view.horizon)
    if rng.random() < 0.6:
        ridge = tx.profile(rng, w, 3, 5) * h * rng.uniform(0.04, 0.1)
        mask = (np.arange(h)[:, None] > top - ridge[None, :]).astype(np.uint8) * 255
        paint_mask(
            image, mask, hsv(rng.uniform(0.3, 0.62), 0.25, rng.uniform(0.4, 0.65))
        )
    shore = view.horizon + (h - view.horizon) * rng.uniform(0.16, 0.34)
    image[top:] = tx.water(rng, h - top, w, rng.uniform(0.47, 0.58))
    paint = image.copy()
    paint_ground(paint, view, tx.sand(rng, 400, 400), 110)
    wave = (tx.profile(rng, w, 4, 4) - 0.5) * h * 0.05
    slope = np.linspace(-1, 1, w) * h * rng.uniform(-0.07, 0.07)
    line = shore + wave + slope
    rows = np.arange(h)[:, None]
    distance = rows - line[None, :]
    soft = np.clip(distance / 3 + 0.5, 0, 1).astype(np.float32)[..., None]
    wet = np.clip(1 - np.abs(distance - 10) / 22, 0, 1).astype(np.float32)[..., None]
    image += (paint * (1 - 0.35 * wet) - image) * soft
    foam = np.clip(1 - np.abs(distance) / (h * 0.012 + 1), 0, 1).astype(np.float32)
    foam *= 0.4 + 0.6 * tx.noise(rng, h, w, 60)
    image += (248 - image) * foam[..., None]
    for _ in range(int(rng.integers(0, 4))):
        _sunshade(image, view, rng, shore)
    return finish('beach', image, view, light, view.depth(shore + h * 0.1))


def _sunshade(image: np.ndarray, view: View, rng: Rng, shore: float) -> None:
    """Paint a sunshade far up the beach."""
    z = view.depth(shore + view.h * rng.uniform(0.04, 0.1))
    x = rng.uniform(-1, 1) * view.half_width(z)
    p = view.point
    shade(image, [p(x - 1, 0, z), p(x + 1.2, 0, z), p(x + 1, 0, z * 0.93)], 0.3, 2)
    pole = [p(x - 0.03, 2, z), p(x + 0.03, 2, z), p(x + 0.03, 0, z), p(x - 0.03, 0, z)]
    paint_polygon(image, pole, np.full(3, 120, np.float32))
    hue, parts = rng.random(), 6
    for k in range(parts):
        a, b = -1.1 + 2.2 * k / parts, -1.1 + 2.2 * (k + 1) / parts
        low_a, low_b = 1.75 - 0.1 * abs(a), 1.75 - 0.1 * abs(b)
        colour = hsv(hue, 0.75, 0.85) if k % 2 else hsv(0.12, 0.06, 0.97)
        paint_polygon(
            image, [p(x, 2.3, z), p(x + b, low_b, z), p(x + a, low_a, z)], colour
        )


def park(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a park: lawn with a path, a row of trees, perhaps a bench."""
    mood = float(rng.choice([0.1, 0.3, 0.6, 0.9]))
    view, light = draw_view(rng, h, w, (0.34, 0.46)), daylight(rng, mood)
    image = tx.sky(rng, h, w, mood)
    hue = rng.uniform(0.17, 0.32)
    bush = view.horizon - tx.profile(rng, w, 7, 5) * h * rng.uniform(0.1, 0.22)
    mask = (np.arange(h)[:, None] > bush[None, :]).astype(np.uint8) * 255
    paint_mask(image, mask, tx.foliage(rng, h, w, hue) * 0.75)
    paint_ground(image, view, tx.grass(rng, 500, 500, hue), 120)
    if rng.random() < 0.75:
        _path(image, view, rng)
    for z in np.sort(rng.uniform(6, 22, int(rng.integers(2, 6))))[::-1]:
        side = rng.choice([-1, 1])
        x = side * rng.uniform(0.35, 1.0) * view.half_width(z)
        _tree(image, view, rng, x, z, hue)
    if rng.random() < 0.5:
        _bench(image, view, rng)
    return finish('park', image, view, light, 14)


def _path(image: np.ndarray, view: View, rng: Rng) -> None:
    """Paint a winding gravel path to the horizon."""
    rows = np.linspace(view.horizon + 3, view.h + 5, 40)
    bend, start = rng.uniform(-1.5, 1.5), rng.uniform(-0.8, 0.8)
    centre, half = [], []
    for row in rows:
        scale = view.scale(row)
        centre.append(
            view.centre + scale * (start + bend * np.sin(view.focal / scale * 0.12))
        )
        half.append(scale * 0.75)
    left = np.stack([np.array(centre) - half, rows], 1)
    right = np.stack([np.array(centre) + half, rows], 1)[::-1]
    gravel = tx.sand(rng, view.h, view.w) * rng.uniform(0.75, 0.95)
    paint_polygon(image, np.concatenate([left, right]), gravel)


def _tree(
    image: np.ndarray, view: View, rng: Rng, x: float, z: float, hue: float
) -> None:
    """Paint a tree with a shadow on the lawn."""
    p, scale = view.point, view.focal / z
    tall, crown = rng.uniform(4, 7), rng.uniform(1.3, 2.4)
    cx, cy = p(x, tall, z)
    ground = p(x, 0, z)
    t = np.linspace(0, 2 * np.pi, 24)
    pool = np.stack(
        [
            ground[0] + 1.3 * crown * scale * np.cos(t),
            ground[1] + 0.14 * crown * scale * np.sin(t),
        ],
        1,
    )
    shade(image, pool, 0.4, scale * 0.1)
    bark = hsv(0.07, rng.uniform(0.2, 0.5), rng.uniform(0.2, 0.4))
    trunk = [
        p(x - 0.12, tall, z),
        p(x + 0.12, tall, z),
        p(x + 0.2, 0, z),
        p(x - 0.2, 0, z),
    ]
    paint_polygon(image, trunk, bark)
    angles = np.linspace(0, 2 * np.pi, 60)
    wobble = (
        1
        + 0.16 * np.sin(angles * rng.integers(4, 9) + 1)
        + rng.uniform(-0.09, 0.09, 60)
    )
    outline = np.stack(
        [
            cx + crown * scale * wobble * np.cos(angles),
            cy + crown * scale * 0.95 * wobble * np.sin(angles),
        ],
        1,
    )
    leaves = tx.foliage(rng, view.h, view.w, hue + rng.uniform(-0.04, 0.04))
    down = np.clip((np.arange(view.h) - cy) / (crown * scale), -1, 1).astype(np.float32)
    paint_polygon(image, outline, leaves * (1 - 0.28 * down)[:, None, None])


def _bench(image: np.ndarray, view: View, rng: Rng) -> None:
    """Paint a park bench."""
    z = rng.uniform(5, 8)
    x = rng.uniform(-0.6, 0.6) * view.half_width(z)
    slat = tx.wood(rng, 16, 64, hsv(0.07, 0.5, rng.uniform(0.35, 0.6)))
    shade(
        image,
        [
            view.point(x + a, 0, z + b)
            for a, b in ((0, 0.3), (1.5, 0.3), (1.5, -0.2), (0, -0.2))
        ],
        0.4,
        2,
    )
    for y in (0.42, 0.6, 0.75, 0.9):
        paint_box(image, view, (x, x + 1.5, y, y + 0.07, z, z + 0.05), slat)
    for a in (0.1, 1.3):
        span = (x + a, x + a + 0.06, 0, 0.95, z + 0.05, z + 0.1)
        paint_box(image, view, span, slat * 0.4)
