"""Dogs."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .things import WHITE

_COATS: tuple[Color, ...] = ( (146, 98, 56), (206, 166, 112), (60, 48, 42), (226, 218,
              204), (120, 112, 106), (170, 92, 46), )  # fmt: skip


def dog(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A dog from the side, standing or sitting."""
    c = Canvas(rng, height, 1.35)
    coat = pick(rng, _COATS)
    other = pick(rng, (coat, tint(coat, 0.5), (236, 230, 220)))
    sitting = bool(rng.random() < 0.35)
    with c.placed(0.03, 0.02, 0.96):
        _dog_body(c, coat, other, sitting)
        head = (0.86, 0.24) if not sitting else (0.74, 0.2)
        with c.placed(*head):
            _dog_head(
                c, coat, other, pick(rng, ('hang', 'up')), pick(rng, (0.0, 0.5, 1.0))
            )
        neck = [(head[0] - 0.13, head[1] + 0.1), (head[0] - 0.02, head[1] + 0.2)]
        if rng.random() < 0.6:
            c.stroke(
                neck,
                0.035,
                Paint(pick(rng, ((190, 40, 40), (40, 80, 160))), relief=0.4),
            )
            c.ellipse(
                head[0], head[1] + 0.22, 0.022, 0.022, Paint((214, 182, 88), relief=0.5)
            )
    _fur(c, coat)
    return c.finish()


def _dog_body(c: Canvas, coat: Color, other: Color, sitting: bool) -> None:
    near = Paint(coat, relief=0.36, reach=0.5, mottle=0.1, grain=0.06)
    far = Paint(tint(coat, 0.72), relief=0.3, mottle=0.08, grain=0.05)
    paw = Paint(other, relief=0.35, grain=0.05)
    if sitting:
        c.stroke(
            [(0.2, 0.9), (0.08, 0.94), (0.02, 0.84)], (0.09, 0.06, 0.03), near, 'fur'
        )
        c.stroke([(0.62, 0.5), (0.66, 0.93)], (0.13, 0.07), far, 'fur')
        c.blob([(0.62, 0.28), (0.74, 0.42), (0.7, 0.62), (0.55, 0.86), (0.36, 0.97),
               (0.2, 0.93), (0.2, 0.72), (0.34, 0.48), (0.5, 0.32)], near,
               'fur')  # fmt: skip
        c.blob(
            [(0.22, 0.72), (0.38, 0.66), (0.46, 0.8), (0.44, 0.97), (0.2, 0.97)],
            near,
            'fur',
        )
        c.stroke([(0.4, 0.965), (0.52, 0.965)], 0.06, paw, 'fur')
        c.stroke(
            [(0.64, 0.46), (0.62, 0.7), (0.64, 0.94)], (0.16, 0.1, 0.07), near, 'fur'
        )
        c.stroke([(0.64, 0.96), (0.71, 0.965)], 0.06, paw, 'fur')
        return
    c.stroke(
        [(0.16, 0.44), (0.05, 0.34), (0.03, 0.18)], (0.09, 0.06, 0.03), near, 'fur'
    )
    for x, foot in ((0.3, 0.36), (0.82, 0.84)):
        c.stroke(
            [(x, 0.58), (x + 0.02, 0.76), (foot, 0.95)], (0.15, 0.08, 0.06), far, 'fur'
        )
        c.stroke([(foot, 0.965), (foot + 0.05, 0.968)], 0.055, far, 'fur')
    c.blob([(0.14, 0.44), (0.3, 0.36), (0.55, 0.37), (0.74, 0.32), (0.88, 0.36), (0.9,
           0.52), (0.8, 0.68), (0.6, 0.66), (0.38, 0.62), (0.22, 0.68), (0.12, 0.6)],
           near, 'fur')  # fmt: skip
    c.stroke([(0.78, 0.44), (0.86, 0.3)], (0.26, 0.19), near, 'fur')
    c.stroke([(0.2, 0.54), (0.24, 0.68), (0.17, 0.8), (0.2, 0.95)], (0.2, 0.14, 0.075,
             0.06), near, 'fur')  # fmt: skip
    c.stroke(
        [(0.76, 0.58), (0.75, 0.78), (0.76, 0.95)], (0.16, 0.085, 0.06), near, 'fur'
    )
    for x in (0.2, 0.76):
        c.stroke([(x, 0.965), (x + 0.055, 0.97)], 0.055, paw, 'fur')
    spot = Paint(other, relief=0.1, mottle=0.1, grain=0.05, blur=0.012, over='fur')
    c.ellipse(0.42, 0.44, 0.14, 0.1, spot, angle=float(c.rng.random()))
    c.ellipse(0.88, 0.52, 0.07, 0.13, spot)
    c.ellipse(0.5, 0.66, 0.3, 0.05, shade((20, 14, 10), 0.35, 0.03, 'fur'))


def _dog_head(c: Canvas, coat: Color, other: Color, ears: str, long: float) -> None:
    fur = Paint(coat, relief=0.36, reach=0.5, mottle=0.08, grain=0.05)
    ear = Paint(tint(coat, 0.7), relief=0.35, mottle=0.06, grain=0.05)
    if ears == 'up':
        c.polygon([(-0.1, -0.08), (-0.09, -0.24), (0.01, -0.11)], ear, 'fur')
    nose = 0.19 + 0.06 * long
    c.blob([(-0.14, 0.0), (-0.1, -0.12), (0.03, -0.14), (0.1, -0.05), (nose, -0.01),
           (nose + 0.02, 0.06), (0.1, 0.12), (-0.04, 0.14), (-0.13, 0.1)], fur,
           'fur')  # fmt: skip
    c.blob([(0.07, 0.0), (nose, 0.005), (nose + 0.015, 0.06), (0.1, 0.11), (0.05,
           0.07)], Paint(other, relief=0.2, blur=0.006, over='fur'))  # fmt: skip
    c.ellipse(nose + 0.005, 0.012, 0.03, 0.024, Paint((24, 20, 20), relief=0.6))
    c.stroke([(nose, 0.05), (0.15, 0.075), (0.1, 0.065)], 0.01, flat((40, 26, 22), 0.8))
    if c.rng.random() < 0.4:
        c.blob([(0.13, 0.075), (0.19, 0.065), (0.19, 0.13), (0.15, 0.14)],
               Paint((214, 98, 104), relief=0.3))  # fmt: skip
    c.ellipse(0.055, -0.045, 0.02, 0.021, flat((24, 18, 16)))
    c.ellipse(0.05, -0.052, 0.007, 0.007, flat(WHITE))
    if ears == 'hang':
        c.blob([(-0.1, -0.1), (-0.02, -0.11), (-0.02, 0.04), (-0.07, 0.13), (-0.13,
               0.08)], ear, 'fur')  # fmt: skip
    else:
        c.polygon([(-0.05, -0.1), (-0.01, -0.26), (0.05, -0.1)], fur, 'fur')


def _fur(c: Canvas, coat: Color) -> None:
    if c.scale < 120:
        return
    draws = c.noise.random((70, 3))
    dark, light = [], []
    for x, y, t in draws.tolist():
        x, y = 0.05 + 1.1 * x, 0.15 + 0.75 * y
        (dark if t > 0.5 else light).append([(x, y), (x - 0.02, y + 0.03 + 0.015 * t)])
    for lines, color in ((dark, tint(coat, 0.45)), (light, tint(coat, 1.6))):
        paint = Paint(
            color, relief=0, grain=0, mottle=0, opacity=0.3, blur=0.002, over='fur'
        )
        c.lines(lines, 0.006, paint)


KINDS = (ElementKind('dog', 'dog', 'ground', (0.35, 0.75), dog),)
