"""Furniture, plants and devices."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .things import VIVID, WHITE

_WOODS: tuple[Color, ...] = (
    (150, 104, 62),
    (186, 142, 92),
    (96, 62, 40),
    (226, 218, 204),
)
_LEAVES: tuple[Color, ...] = (
    (52, 104, 48),
    (74, 128, 60),
    (40, 88, 64),
    (104, 136, 62),
)


def chair(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A kitchen chair seen from the front and a little to the side."""
    c = Canvas(rng, height, 0.72)
    wood = pick(rng, _WOODS)
    leg = Paint(tint(wood, 0.8), relief=0.4, grain=0.03)
    near = Paint(wood, relief=0.4, grain=0.03)
    s = rng.uniform(0.03, 0.09)
    c.stroke([(0.18 + s, 0.52), (0.16 + s, 0.9)], (0.05, 0.035), leg)
    c.stroke([(0.58, 0.52), (0.6, 0.9)], (0.05, 0.035), leg)
    c.stroke([(0.15 + s, 0.54), (0.12 + s, 0.04)], (0.05, 0.045), near)
    c.stroke([(0.6, 0.54), (0.58, 0.03)], (0.05, 0.045), near)
    if rng.random() < 0.5:
        for y in (0.08, 0.2, 0.32):
            c.stroke([(0.13 + s, y), (0.36, y - 0.012), (0.58, y)], 0.06, near)
    else:
        c.stroke([(0.12 + s, 0.06), (0.36, 0.04), (0.58, 0.06)], 0.075, near)
        for x in np.linspace(0.2 + s, 0.53, 4):
            c.stroke([(x, 0.08), (x + 0.005, 0.5)], 0.022, near)
    seat = [(0.12 + s, 0.5), (0.62, 0.5), (0.69, 0.6), (0.05, 0.6)]
    c.polygon([(x, y + 0.035) for x, y in seat], Paint(tint(wood, 0.6)))
    cushion = pick(rng, (wood, pick(rng, VIVID)))
    c.polygon(seat, Paint(cushion, relief=0.15, fade=-0.25, mottle=0.06, grain=0.03))
    c.stroke([(0.09, 0.63), (0.05, 0.98)], (0.055, 0.04), near)
    c.stroke([(0.65, 0.63), (0.68, 0.98)], (0.055, 0.04), near)
    c.stroke([(0.08, 0.82), (0.66, 0.82)], 0.022, leg)
    c.rect(0.06, 0.62, 0.68, 0.66, shade((0, 0, 0), 0.4, 0.012))
    return c.finish()


def plant(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A pot plant: palm, broad leaves or bush."""
    c = Canvas(rng, height, 0.9)
    green = pick(rng, _LEAVES)
    kind = pick(rng, ('palm', 'broad', 'bush'))
    top = 0.72
    count = {'palm': 16, 'broad': 12, 'bush': 70}[kind]
    for k in range(count):
        depth = k / count
        color = tint(green, 0.55 + 0.6 * depth + 0.15 * float(rng.random()))
        leaf = Paint(color, relief=0.3, mottle=0.04, grain=0.02)
        t = rng.uniform(-1.25, 1.25)
        if kind == 'bush':
            r = np.sqrt(rng.random()) * 0.34
            a = rng.random() * 6.28
            c.ellipse(0.45 + r * np.cos(a) * 0.95, 0.38 + r * np.sin(a), 0.065, 0.035,
                      leaf, angle=rng.random() * 3.14)  # fmt: skip
            continue
        reach = rng.uniform(0.42, 0.66)
        x1, y1 = 0.45 + 0.6 * reach * np.sin(t), top - reach * np.cos(t * 0.8)
        xm, ym = 0.45 + 0.22 * reach * np.sin(t), top - 0.68 * reach
        if kind == 'palm':
            c.stroke(
                [(0.45, top), (xm, ym), (x1, y1 + 0.02)], (0.012, 0.045, 0.004), leaf
            )
        else:
            c.stroke([(0.45, top), (xm, ym), (x1, y1)], 0.012, Paint(tint(green, 0.7)))
            c.ellipse(x1, y1 + 0.03, 0.062, 0.12, leaf, angle=t + 0.4 * rng.random())
            c.stroke([(x1, y1 - 0.05), (x1 + 0.02 * np.sin(t), y1 + 0.1)], 0.006,
                     shade(tint(color, 1.8), 0.6, 0.003))  # fmt: skip
    pot = pick(rng, ((178, 98, 62), (226, 222, 214), (70, 76, 84), *VIVID[:2]))
    c.polygon([(0.27, 0.72), (0.63, 0.72), (0.57, 0.99), (0.33, 0.99)],
              Paint(pot, relief=0.15, slant=0.5, mottle=0.05, grain=0.03))  # fmt: skip
    c.rect(0.25, 0.69, 0.65, 0.755, Paint(tint(pot, 1.1), relief=0.2, slant=0.4), 0.012)
    c.rect(0.28, 0.755, 0.62, 0.775, shade((0, 0, 0), 0.4, 0.01))
    return c.finish()


def laptop(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """An open laptop with a picture or windows without text on it."""
    c = Canvas(rng, height, 1.7)
    body = pick(rng, ((186, 188, 192), (60, 62, 66), (206, 196, 180)))
    c.rect(0.22, 0.01, 1.48, 0.8, Paint((26, 26, 28), relief=0.1, reach=0.05), 0.035)
    screen = pick(rng, ((44, 74, 120), (30, 40, 52), (210, 220, 230), (90, 60, 100)))
    c.rect(0.265, 0.055, 1.435, 0.75, Paint(screen, relief=0, fade=0.35, slant=0.2,
           mottle=0.12, grain=0))  # fmt: skip
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.35)
        w, h = rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.38)
        c.rect(x, y, x + w, y + h, Paint((240, 240, 242), relief=0), 0.012)
        c.rect(x, y, x + w, y + 0.035, flat(pick(rng, VIVID)))
        for k in range(int(h / 0.05) - 1):
            line = w * rng.uniform(0.4, 0.85)
            c.rect(x + 0.02, y + 0.06 + 0.045 * k, x + 0.02 + line,
                   y + 0.075 + 0.045 * k, flat((150, 152, 158)))  # fmt: skip
    c.polygon(
        [(0.3, 0.055), (0.75, 0.055), (0.42, 0.75), (0.265, 0.75)],
        shade(WHITE, 0.12, 0.02),
    )
    c.polygon([(0.22, 0.8), (1.48, 0.8), (1.69, 0.965), (0.01, 0.965)],
              Paint(body, relief=0.08, fade=-0.15))  # fmt: skip
    for row in range(4):
        y = 0.822 + 0.023 * row
        spread = 0.5 + 0.045 * row
        for k in range(13):
            x = 0.85 + spread * (k - 6) / 6
            c.rect(x - 0.035, y, x + 0.035, y + 0.017, flat((44, 44, 48), 0.9))
    c.polygon([(0.68, 0.922), (1.02, 0.922), (1.04, 0.957), (0.66, 0.957)],
              flat(tint(body, 0.85)))  # fmt: skip
    c.rect(0.01, 0.965, 1.69, 0.995, Paint(tint(body, 0.7), relief=0.2), 0.012)
    return c.finish()


def phone(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A smartphone with a home screen: icons, no text."""
    c = Canvas(rng, height, 0.5)
    c.rect(0.0, 0.0, 0.49, 1.0, Paint(pick(rng, ((30, 30, 34), (188, 190, 196), (120,
           40, 50))), relief=0.4, reach=0.06), 0.07)  # fmt: skip
    c.rect(0.012, 0.012, 0.478, 0.988, flat((12, 12, 14)), 0.06)
    wall = pick(rng, VIVID[:6])
    c.rect(0.028, 0.03, 0.462, 0.97, Paint(wall, relief=0, fade=0.5, slant=0.3,
           mottle=0.15, grain=0), 0.045)  # fmt: skip
    for row in range(5):
        for col in range(4):
            if rng.random() < 0.25:
                continue
            x, y = 0.055 + 0.1 * col, 0.1 + 0.13 * row
            c.rect(x, y, x + 0.075, y + 0.075, Paint(pick(rng, VIVID), relief=0.1,
                   fade=0.2, mottle=0), 0.018)  # fmt: skip
            c.ellipse(x + 0.037, y + 0.037, 0.018, 0.018, flat(WHITE, 0.85))
    c.rect(0.045, 0.84, 0.445, 0.945, flat(WHITE, 0.28), 0.03)
    for col in range(4):
        x = 0.06 + 0.098 * col
        c.rect(
            x,
            0.855,
            x + 0.075,
            0.93,
            Paint(pick(rng, VIVID), relief=0.1, mottle=0),
            0.018,
        )
    c.rect(0.19, 0.042, 0.3, 0.058, flat((8, 8, 8)), 0.008)
    c.polygon([(0.2, 0.03), (0.46, 0.03), (0.46, 0.4), (0.05, 0.97), (0.03, 0.8)],
              shade(WHITE, 0.12, 0.01))  # fmt: skip
    return c.finish()


KINDS = (
    ElementKind('chair', 'chair', 'ground', (0.8, 1.0), chair),
    ElementKind('plant', 'potted plant', 'ground', (0.5, 1.2), plant),
    ElementKind('laptop', 'laptop', 'surface', (0.24, 0.3), laptop),
    ElementKind('phone', 'cell phone', 'flat', (0.14, 0.16), phone),
)
