"""Hair styles, in the frame of a head (see :mod:`.head`); tag 'hair'."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity
from ..paint import Paint, shade, tint

FINE = 100  # canvas pixels of head height from which wrinkles and strands are drawn


def _hair_paint(who: Identity, relief: float = 0.38) -> Paint:
    return Paint(who.hair, relief=relief, reach=0.35, grain=0.05, mottle=0.07)


def draw_back_hair(c: Canvas, who: Identity, yaw: float) -> None:
    """The hair behind the head; to be drawn first."""
    style, s = who.face.style, -yaw * 0.08
    paint = _hair_paint(who, 0.3)
    if style == 'long':
        c.blob([(s, -0.07), (0.34 + s, 0.05), (0.45 + s, 0.45), (0.47 + s, 0.95),
                (0.38 + s, 1.32), (s, 1.24), (-0.38 + s, 1.32), (-0.47 + s, 0.95),
                (-0.45 + s, 0.45), (-0.34 + s, 0.05)], paint, 'hair')  # fmt: skip
    elif style == 'bob':
        c.blob([(s, -0.07), (0.35 + s, 0.05), (0.46 + s, 0.45), (0.44 + s, 0.86),
                (0.3 + s, 0.95), (s, 0.9), (-0.3 + s, 0.95), (-0.44 + s, 0.86),
                (-0.46 + s, 0.45), (-0.35 + s, 0.05)], paint, 'hair')  # fmt: skip
    elif style == 'bun':
        c.ellipse(s, -0.1, 0.17, 0.15, paint, 'hair')
    elif style == 'ponytail':
        c.stroke([(0.2 + s, 0.1), (0.46 + s, 0.3), (0.45 + s, 0.7), (0.36 + s, 1.1)],
                 (0.2, 0.2, 0.16, 0.05), paint, 'hair')  # fmt: skip
    elif style == 'curly':
        for k in range(15):
            t = np.pi * (0.86 + 1.28 * k / 14)
            x, y = s + 0.4 * np.cos(t), 0.3 + 0.36 * np.sin(t)
            c.ellipse(x, y, 0.14, 0.13, paint, 'hair')


def draw_front_hair(c: Canvas, who: Identity, yaw: float, back: bool) -> None:
    """The hair over the head, or all of it from behind."""
    style, s = who.face.style, -yaw * 0.06
    paint = _hair_paint(who)
    if back:
        low = 0.8 if style != 'bald' else 0.62
        c.blob([(s, -0.06), (0.3, 0.0), (0.4, 0.3), (0.385, 0.62), (0.25, low + 0.06),
                (0, low + 0.08), (-0.25, low + 0.06), (-0.385, 0.62), (-0.4, 0.3),
                (-0.3, 0.0)], paint, 'hair')  # fmt: skip
        if style == 'bald':
            bare = Paint(who.skin, relief=0.2, blur=0.03, inside=True)
            c.ellipse(s, 0.2, 0.28, 0.26, bare)
        _strands(c, who, s)
        return
    if style == 'bald':
        for side in (-1, 1):
            c.blob([(side * 0.39, 0.3), (side * 0.4, 0.56), (side * 0.345, 0.5),
                    (side * 0.35, 0.34)], paint, 'hair')  # fmt: skip
        return
    c.blob(_hairline(style, s, yaw), paint, 'hair')
    if style == 'curly':
        for k in range(9):
            x = s - 0.28 + 0.07 * k
            y = 0.1 - 0.1 * np.cos((x - s) * 4.2) + 0.05 * (k % 2)
            c.ellipse(x, y, 0.1, 0.09, paint, 'hair')
    _strands(c, who, s)


def _hairline(style: str, s: float, yaw: float) -> list[tuple[float, float]]:
    p = s + yaw * 0.1
    top = {'crop': -0.03, 'short': -0.06, 'side': -0.09}.get(style, -0.07)
    low = {'crop': 0.42, 'short': 0.52, 'side': 0.5, 'bob': 0.84, 'long': 1.1}
    side = low.get(style, 0.48)
    wide = 0.4 if side < 0.6 else 0.435
    outer = [(-wide + s, side), (-wide - 0.012 + s, 0.3), (-0.31 + s, 0.04), (s, top),
             (0.31 + s, 0.04), (wide + 0.012 + s, 0.3), (wide + s, side)]  # fmt: skip
    if style in ('bob', 'long', 'side'):
        inner = [(0.345, min(side, 0.75)), (0.335, 0.42), (0.24 + p, 0.25), (-0.02 + p,
                 0.15), (-0.15 + p, 0.13), (-0.27 + p, 0.24), (-0.335, 0.42), (-0.345,
                 min(side, 0.75))]  # fmt: skip
    else:
        inner = [(0.35, 0.46), (0.325, 0.3), (0.2 + p, 0.19), (p, 0.165), (-0.2 + p,
                 0.19), (-0.325, 0.3), (-0.35, 0.46)]  # fmt: skip
    return outer + inner


def _strands(c: Canvas, who: Identity, s: float) -> None:
    if c.scale < FINE:
        return
    draws = c.noise.random((14, 3))
    for a, b, light in draws.tolist():
        x = s - 0.4 + 0.8 * a
        bend = (x - s) * 1.15 + s
        color = tint(who.hair, 1.5) if light > 0.5 else tint(who.hair, 0.55)
        points = [
            (s + (x - s) * 0.5, -0.03 + 0.03 * b),
            (x, 0.14),
            (bend, 0.34 + 0.4 * b),
        ]
        c.stroke(points, (0.006, 0.014, 0.004), shade(color, 0.4, 0.005, 'hair'))
    c.stroke([(s - 0.24, 0.1), (s - 0.06, 0.03), (s + 0.1, 0.04)], (0.03, 0.06, 0.02),
             shade(tint(who.hair, 2.2), 0.3, 0.03, 'hair'))  # fmt: skip
