"""Rooms to sleep in: bedroom and hospital ward."""

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
    cushion,
    draw_room,
    picture,
    top_place,
    window,
)
from mmprivacy.datasets.sample.textures import Rng, hsv


def bedroom(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a bedroom: a large bed with pillows and a quilt, a lamp, curtains."""
    hue = rng.uniform(0.78, 1.02)
    paint = hsv(hue, rng.uniform(0.12, 0.32), rng.uniform(0.65, 0.92))
    floor = tx.wood(rng, 256, 256, hsv(0.08, rng.uniform(0.3, 0.6), 0.55), 40)
    if rng.random() < 0.5:
        floor = tx.carpet(rng, 256, 256, hsv(rng.random(), 0.25, 0.6))
    room = draw_room(rng, h, w, tx.plaster(rng, 200, 300, paint), floor, (0.2, 1.2))
    view, z1 = room.view, room.depth
    centre = rng.uniform(-0.35, 0.35) * (room.right - room.left) / 2
    side = -np.sign(centre) or 1.0
    window(room, rng, centre + side * rng.uniform(1.7, 2.1), 1.0, True)
    picture(room, rng, centre, rng.uniform(1.75, 1.95), rng.uniform(0.5, 0.9))
    half, z0 = rng.uniform(0.8, 1.0), z1 - 2.1
    _bed(room, rng, centre, half, z0)
    x = centre - side * (half + 0.4)
    stand = tx.wood(rng, 64, 64, hsv(0.07, 0.5, rng.uniform(0.3, 0.7)))
    paint_box(room.image, view, (x - 0.25, x + 0.25, 0, 0.55, z1 - 0.5, z1), stand)
    _lamp(room, rng, x, 0.55, z1 - 0.3)
    table = top_place(room, x - 0.22, x + 0.22, 0.55, z1 - 0.4)
    furniture = [(centre - half - 0.1, centre + half + 0.1, z0 - 0.2)]
    furniture.append((x - 0.3, x + 0.3, z1 - 0.6))
    return room.finish('bedroom', furniture, table)


def _bed(room: Room, rng: Rng, centre: float, half: float, z0: float) -> None:
    """Paint the bed: headboard, mattress, quilt and two pillows."""
    view, z1 = room.view, room.depth
    board = tx.wood(
        rng, 64, 128, hsv(0.07, rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6))
    )
    shadow_under(
        room.image, view, (centre - half - 0.1, centre + half, z0 - 0.15, z1), 0.5
    )
    span = (centre - half - 0.05, centre + half + 0.05, 0, 1.15, z1 - 0.1, z1)
    paint_box(room.image, view, span, board)
    hue, pattern = rng.random(), str(rng.choice(['plain', 'stripes', 'check']))
    colour = hsv(hue, rng.uniform(0.15, 0.6), rng.uniform(0.5, 0.95))
    quilt = tx.fabric(rng, 160, 160, colour, pattern)
    span = (centre - half, centre + half, 0.12, 0.6, z0, z1 - 0.1)
    paint_box(room.image, view, span, quilt[:60] * 0.82, quilt)
    sheet = tx.fabric(rng, 60, 160, hsv(hue, 0.05, 0.95))
    p, y = view.point, 0.61
    za, zb = z1 - 0.75, z1 - 0.1
    paint_quad(
        room.image,
        [
            p(centre - half, y, zb),
            p(centre + half, y, zb),
            p(centre + half, y, za),
            p(centre - half, y, za),
        ],
        sheet,
    )
    for x in (centre - half * 0.5, centre + half * 0.5):
        a, b = p(x - half * 0.38, y + 0.28, zb), p(x + half * 0.38, y, za)
        box = np.array([a[0], a[1], b[0], b[1]])
        cushion(room.image, box, hsv(hue + 0.03, 0.08, rng.uniform(0.85, 1.0)))


def _lamp(room: Room, rng: Rng, x: float, y: float, z: float) -> None:
    """Paint a lamp and, if it is lit, its light on the wall."""
    p = room.view.point
    if rng.random() < 0.6:
        cx, cy = p(x, y + 0.45, z)
        h, w = room.image.shape[:2]
        gy, gx = np.ogrid[:h, :w]
        radius = room.view.focal / z * 0.9
        halo = np.exp(-((gx - cx) ** 2 + (gy - cy) ** 2) / (2 * radius**2))
        warm = np.array([70, 50, 15], np.float32)
        room.image[:] += halo[..., None].astype(np.float32) * warm
    foot = [p(x - 0.03, y + 0.3, z), p(x + 0.03, y + 0.3, z), p(x + 0.05, y, z)]
    paint_polygon(room.image, [*foot, p(x - 0.05, y, z)], hsv(rng.random(), 0.3, 0.5))
    shape = [p(x - 0.1, y + 0.55, z), p(x + 0.1, y + 0.55, z)]
    shape += [p(x + 0.18, y + 0.28, z), p(x - 0.18, y + 0.28, z)]
    paint_polygon(room.image, shape, hsv(0.11, rng.uniform(0.1, 0.5), 1.0))


def hospital(rng: Rng, h: int, w: int) -> Backdrop:
    """Draw a hospital ward: a railed bed, a curtain on a rail, a drip, a monitor."""
    hue = rng.uniform(0.4, 0.58)
    paint = hsv(hue, rng.uniform(0.08, 0.24), rng.uniform(0.72, 0.86))
    floor = tx.tiles(rng, 256, 256, 64, hsv(hue, 0.1, rng.uniform(0.6, 0.8)), 0.03)
    room = draw_room(rng, h, w, tx.plaster(rng, 200, 300, paint), floor, (-0.9, 0.1))
    view, z1, p = room.view, room.depth, room.view.point
    band = [p(room.left, 1.25, z1), p(room.right, 1.25, z1)]
    band += [p(room.right, 1.1, z1), p(room.left, 1.1, z1)]
    paint_polygon(room.image, band, hsv(hue, 0.45, 0.7))
    side = rng.choice([-1.0, 1.0])
    centre = side * rng.uniform(0.0, 0.5)
    cloth = tx.fabric(rng, 120, 120, hsv(rng.choice([hue, 0.3, 0.55]), 0.3, 0.85))
    cloth *= (0.8 + 0.22 * np.sin(np.linspace(0, 45, 120)))[None, :, None]
    x = centre - side * 2.3
    paint_quad(
        room.image,
        [
            p(x - 0.8, 2.2, z1),
            p(x + 0.8, 2.2, z1),
            p(x + 0.8, 0.3, z1),
            p(x - 0.8, 0.3, z1),
        ],
        cloth.astype(np.float32),
    )
    rail = [p(room.left, 2.24, z1), p(room.right, 2.24, z1)]
    rail += [p(room.right, 2.19, z1), p(room.left, 2.19, z1)]
    paint_polygon(room.image, rail, np.full(3, 150, np.float32))
    _monitor(room, rng, centre + side * 0.9)
    z0 = z1 - 2.1
    _ward_bed(room, rng, centre, z0)
    _drip(room, centre + side * 0.75, z1 - 1.2)
    x = centre - side * 0.95
    white = np.full((32, 32, 3), 215, np.float32)
    paint_box(room.image, view, (x - 0.25, x + 0.25, 0.1, 0.8, z1 - 0.5, z1), white)
    table = top_place(room, x - 0.22, x + 0.22, 0.8, z1 - 0.4)
    furniture = [(centre - 0.6, centre + 0.6, z0 - 0.2), (x - 0.3, x + 0.3, z1 - 0.6)]
    return room.finish('hospital_ward', furniture, table)


def _ward_bed(room: Room, rng: Rng, centre: float, z0: float) -> None:
    """Paint a hospital bed: white sheet, raised pillow, metal rails and wheels."""
    view, z1, p = room.view, room.depth, room.view.point
    metal = np.full(3, rng.uniform(150, 190), np.float32)
    shadow_under(room.image, view, (centre - 0.55, centre + 0.5, z0 - 0.1, z1), 0.4)
    for x in (centre - 0.45, centre + 0.4):
        leg = [p(x, 0.5, z0), p(x + 0.05, 0.5, z0), p(x + 0.05, 0, z0), p(x, 0, z0)]
        paint_polygon(room.image, leg, metal * 0.7)
    sheet = tx.fabric(rng, 120, 80, hsv(0.55, 0.04, 0.97))
    span = (centre - 0.5, centre + 0.5, 0.45, 0.75, z0, z1 - 0.1)
    paint_box(room.image, view, span, sheet[:40] * 0.9, sheet)
    blanket = tx.fabric(rng, 64, 80, hsv(rng.choice([0.5, 0.58, 0.33]), 0.35, 0.75))
    y, za = 0.76, z0 + 1.1
    paint_quad(
        room.image,
        [
            p(centre - 0.5, y, za),
            p(centre + 0.5, y, za),
            p(centre + 0.5, y, z0),
            p(centre - 0.5, y, z0),
        ],
        blanket,
    )
    a, b = p(centre - 0.35, y + 0.35, z1 - 0.2), p(centre + 0.35, y, z1 - 0.6)
    cushion(room.image, np.array([*a, *b]), np.full(3, 238, np.float32))
    thick = 0.025
    for x in (centre - 0.52, centre + 0.52):
        for y in (0.8, 0.98):
            quad = [p(x, y + thick, z0 + 0.3), p(x, y + thick, z1 - 0.5)]
            quad += [p(x, y - thick, z1 - 0.5), p(x, y - thick, z0 + 0.3)]
            paint_polygon(room.image, quad, metal)
        for z in (z0 + 0.3, z0 + 0.9, z1 - 0.5):
            post = [p(x - thick, 1.0, z), p(x + thick, 1.0, z)]
            post += [p(x + thick, 0.6, z), p(x - thick, 0.6, z)]
            paint_polygon(room.image, post, metal * 0.9)


def _drip(room: Room, x: float, z: float) -> None:
    """Paint an infusion stand."""
    p, grey = room.view.point, np.full(3, 165, np.float32)
    pole = [
        p(x - 0.015, 2.0, z),
        p(x + 0.015, 2.0, z),
        p(x + 0.015, 0, z),
        p(x - 0.015, 0, z),
    ]
    paint_polygon(room.image, pole, grey)
    foot = [
        p(x - 0.25, 0.04, z),
        p(x + 0.25, 0.04, z),
        p(x + 0.25, 0, z),
        p(x - 0.25, 0, z),
    ]
    paint_polygon(room.image, foot, grey * 0.8)
    bag = [
        p(x + 0.02, 1.95, z),
        p(x + 0.18, 1.95, z),
        p(x + 0.16, 1.6, z),
        p(x + 0.04, 1.6, z),
    ]
    paint_polygon(room.image, bag, np.array([205, 225, 235], np.float32))


def _monitor(room: Room, rng: Rng, x: float) -> None:
    """Paint a vital signs monitor on the wall."""
    p, z = room.view.point, room.depth
    (x0, y0), (x1, y1) = p(x - 0.3, 1.95, z), p(x + 0.3, 1.5, z)
    paint_polygon(
        room.image, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.full(3, 70, np.float32)
    )
    screen = np.full((48, 72, 3), 18, np.float32)
    for row, colour in (
        (10, (60, 230, 90)),
        (24, (70, 180, 250)),
        (38, (240, 220, 60)),
    ):
        beat = rng.uniform(6, 14)
        t = np.arange(72)
        line = row - 7 * np.exp(-(((t % beat) - beat / 2) ** 2))
        points = np.stack([t, line], 1).astype(np.int32)
        cv2.polylines(screen, [points], False, colour, 1, cv2.LINE_AA)
    m = (x1 - x0) * 0.06
    quad = [(x0 + m, y0 + m), (x1 - m, y0 + m), (x1 - m, y1 - m), (x0 + m, y1 - m)]
    paint_quad(room.image, quad, screen)
