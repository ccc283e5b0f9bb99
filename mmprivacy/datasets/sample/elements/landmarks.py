"""Landmarks: invented buildings that tell where somebody has been."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite

_STONES: tuple[Color, ...] = (
    (206, 190, 160), (178, 166, 150), (170, 108, 84), (222, 214, 200), (150, 146, 144),
)  # fmt: skip
_ROOFS: tuple[Color, ...] = (
    (92, 140, 120),
    (150, 72, 54),
    (70, 84, 104),
    (206, 168, 80),
)


def landmark(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """An invented building: clock tower, arch, bridge or domed hall."""
    drawing = pick(rng, (_tower, _arch, _bridge, _dome))
    aspect = {_tower: 0.5, _arch: 1.2, _bridge: 2.0, _dome: 1.5}[drawing]
    c = Canvas(rng, height, aspect)
    drawing(c, pick(rng, _STONES), pick(rng, _ROOFS))
    c.mark(('a73_landmark',), c.solid)
    return c.finish()


def _stone(color: Color, **changes: float) -> Paint:
    base = dict(
        relief=0.12, reach=0.15, slant=0.3, fade=-0.08, mottle=0.07, grain=0.035
    )
    return Paint(color, **{**base, **changes})


def _courses(
    c: Canvas, x0: float, y0: float, x1: float, y1: float, color: Color
) -> None:
    if c.unit < 150:
        return
    rows = np.arange(y0 + 0.018, y1, 0.022)
    lines = [[(x0, y), (x1, y)] for y in rows]
    for k, y in enumerate(rows[:-1]):
        shift = 0.02 * (k % 2)
        lines += [
            [(x, y), (x, y + 0.022)] for x in np.arange(x0 + shift + 0.02, x1, 0.04)
        ]
    c.lines(lines, 0.003, Paint(tint(color, 0.55), relief=0, opacity=0.4, inside=True))


def _windows(c: Canvas, xs: np.ndarray, y: float, wide: float, high: float) -> None:
    for x in xs.tolist():
        c.rect(x - wide / 2 - 0.006, y - 0.006, x + wide / 2 + 0.006, y + high + 0.006,
               Paint((230, 222, 206), relief=0.2), wide / 2)  # fmt: skip
        c.rect(x - wide / 2, y, x + wide / 2, y + high, Paint((44, 50, 60), relief=0,
               fade=0.4), wide / 2)  # fmt: skip


def _tower(c: Canvas, stone: Color, roof: Color) -> None:
    x, rng = 0.25, c.rng
    wide = float(rng.uniform(0.08, 0.11))
    c.polygon([(x - wide * 1.4, 1), (x - wide * 1.25, 0.88), (x + wide * 1.25, 0.88),
               (x + wide * 1.4, 1)], _stone(tint(stone, 0.85)))  # fmt: skip
    c.polygon([(x - wide * 1.1, 0.9), (x - wide, 0.3), (x + wide, 0.3), (x + wide * 1.1,
              0.9)], _stone(stone))  # fmt: skip
    _courses(c, x - wide, 0.44, x + wide, 0.9, stone)
    for y in (0.3, 0.47, 0.7, 0.88):
        c.rect(
            x - wide * 1.2,
            y - 0.012,
            x + wide * 1.2,
            y + 0.012,
            _stone(tint(stone, 1.2)),
        )
        c.rect(
            x - wide * 1.05,
            y + 0.012,
            x + wide * 1.05,
            y + 0.024,
            shade((0, 0, 0), 0.35, 0.006),
        )
    clock = wide * 0.72
    c.ellipse(x, 0.385, clock, clock, Paint(tint(roof, 0.8), relief=0.4))
    c.ellipse(
        x,
        0.385,
        clock * 0.84,
        clock * 0.84,
        Paint((246, 242, 230), relief=0.1, mottle=0),
    )
    for k in range(12):
        a = k * np.pi / 6
        c.stroke([(x + clock * 0.66 * np.sin(a), 0.385 - clock * 0.66 * np.cos(a)),
                 (x + clock * 0.78 * np.sin(a), 0.385 - clock * 0.78 * np.cos(a))],
                 0.006, flat((30, 30, 34)))  # fmt: skip
    a, b = rng.random(2) * 6.28
    c.stroke([(x, 0.385), (x + clock * 0.6 * np.sin(a),
             0.385 - clock * 0.6 * np.cos(a))], 0.007, flat((20, 20, 24)))  # fmt: skip
    c.stroke([(x, 0.385), (x + clock * 0.4 * np.sin(b),
             0.385 - clock * 0.4 * np.cos(b))], 0.01, flat((20, 20, 24)))  # fmt: skip
    _windows(c, np.array([x - wide * 0.5, x + wide * 0.5]), 0.54, wide * 0.36, 0.11)
    _windows(c, np.array([x - wide * 0.5, x + wide * 0.5]), 0.75, wide * 0.36, 0.09)
    c.rect(x - wide * 0.85, 0.2, x + wide * 0.85, 0.29, _stone(tint(stone, 0.95)))
    _windows(c, x + wide * np.array([-0.5, 0, 0.5]), 0.215, wide * 0.3, 0.07)
    c.polygon([(x - wide, 0.205), (x - wide * 0.2, 0.06), (x, 0.0), (x + wide * 0.2,
              0.06), (x + wide, 0.205)], Paint(roof, relief=0.15, slant=0.5,
              pattern='stripes', second=tint(roof, 0.8), pitch=0.02))  # fmt: skip


def _arch(c: Canvas, stone: Color, _roof: Color) -> None:
    c.rect(0.08, 0.2, 1.12, 1.0, _stone(stone))
    _courses(c, 0.08, 0.34, 1.12, 1.0, stone)
    c.rect(0.14, 0.04, 1.06, 0.2, _stone(tint(stone, 0.95)))
    c.rect(0.1, 0.0, 1.1, 0.05, _stone(tint(stone, 1.15)))
    for y, out in ((0.19, 0.06), (0.32, 0.03), (0.46, 0.0)):
        c.rect(0.08 - out, y, 1.12 + out, y + 0.035, _stone(tint(stone, 1.2)))
        c.rect(0.08, y + 0.035, 1.12, y + 0.055, shade((0, 0, 0), 0.35, 0.01))
    for k in range(9):
        c.rect(
            0.19 + 0.1 * k,
            0.235,
            0.25 + 0.1 * k,
            0.3,
            shade(tint(stone, 0.4), 0.5, 0.006),
        )
    turn = np.linspace(np.pi, 2 * np.pi, 17)
    hollow = [(0.6 + 0.24 * np.cos(t), 0.66 + 0.24 * np.sin(t)) for t in turn]
    rim = [(0.6 + 0.285 * np.cos(t), 0.66 + 0.285 * np.sin(t)) for t in turn]
    c.polygon([*rim, (0.885, 1.0), (0.315, 1.0)], _stone(tint(stone, 1.25)))
    c.polygon([*hollow, (0.84, 1.0), (0.36, 1.0)], Paint((70, 76, 90), relief=0,
              fade=-0.7, mottle=0.04))  # fmt: skip
    c.polygon([*hollow[:9], (0.6, 0.5), (0.44, 0.7), (0.44, 1.0), (0.36, 1.0)],
              Paint(tint(stone, 0.6), relief=0, mottle=0.05))  # fmt: skip
    for x in (0.14, 0.26, 0.94, 1.06):
        c.rect(
            x - 0.032,
            0.5,
            x + 0.032,
            0.99,
            _stone(tint(stone, 1.15), relief=0.5, reach=0.7),
        )
        c.rect(x - 0.045, 0.49, x + 0.045, 0.52, _stone(tint(stone, 1.3)))
        c.rect(x - 0.045, 0.96, x + 0.045, 1.0, _stone(stone))


def _bridge(c: Canvas, stone: Color, _roof: Color) -> None:
    steel = Paint(pick(c.rng, ((188, 158, 92), (90, 104, 116), (70, 108, 92), stone)),
                  relief=0.25)  # fmt: skip
    deck = 0.72
    x = np.linspace(0, 2, 60)
    sag = deck - 0.05 - 0.6 * (np.abs(((x + 0.5) % 1.0) - 0.5) * 2) ** 1.8
    sag = np.clip(sag, 0.06, deck)
    hangers = [[(a, b), (a, deck)] for a, b in zip(x[::2].tolist(), sag[::2].tolist())]
    c.lines(hangers, 0.006, flat(tint(steel.color, 0.7)))
    c.stroke(np.stack([x, sag], 1), 0.018, steel, curved=False)
    for at in (0.5, 1.5):
        for side in (-1, 1):
            c.stroke([(at + side * 0.03, 0.03), (at + side * 0.085, 0.98)], 0.042,
                     steel, curved=False)  # fmt: skip
        for y in (0.05, 0.24, 0.44, 0.8):
            out = 0.04 + 0.055 * y
            c.rect(at - out, y, at + out, y + 0.035, steel)
        c.lines([[(at - 0.05, 0.46), (at + 0.05, 0.7)], [(at + 0.05, 0.46), (at - 0.05,
                0.7)]], 0.014, steel)  # fmt: skip
        c.rect(at - 0.13, 0.9, at + 0.13, 1.0, _stone(stone))
    c.rect(
        0, deck, 2, deck + 0.05, Paint(tint(steel.color, 0.85), relief=0.3, reach=0.8)
    )
    truss = np.arange(0, 2.01, 0.05)
    zig = [(a, deck + 0.05 + 0.04 * (k % 2)) for k, a in enumerate(truss.tolist())]
    c.lines([zig, [(0, deck + 0.09), (2, deck + 0.09)]], 0.01, steel)


def _dome(c: Canvas, stone: Color, roof: Color) -> None:
    c.rect(0.05, 0.62, 1.45, 0.97, _stone(stone))
    _courses(c, 0.05, 0.65, 1.45, 0.94, stone)
    c.rect(0.0, 0.94, 1.5, 1.0, _stone(tint(stone, 0.85)))
    c.rect(0.03, 0.6, 1.47, 0.64, _stone(tint(stone, 1.2)))
    _windows(c, np.array([0.14, 0.27, 0.4, 1.1, 1.23, 1.36]), 0.72, 0.06, 0.16)
    c.rect(0.5, 0.4, 1.0, 0.5, _stone(tint(stone, 0.95)))
    turn = np.linspace(np.pi, 2 * np.pi, 21)
    shell = [(0.75 + 0.25 * np.cos(t), 0.42 + 0.28 * np.sin(t)) for t in turn]
    c.polygon(shell, Paint(roof, relief=0.45, reach=0.7, mottle=0.06))
    for x in (-0.16, -0.06, 0.06, 0.16):
        c.stroke([(0.75 + x * 1.35, 0.42), (0.75 + x, 0.24), (0.75 + x * 0.2, 0.14)],
                 0.008, shade(tint(roof, 0.5), 0.6, 0.004))  # fmt: skip
    c.rect(0.715, 0.06, 0.785, 0.15, _stone(tint(stone, 1.1)), 0.01)
    c.polygon([(0.71, 0.065), (0.75, 0.0), (0.79, 0.065)], Paint(roof, relief=0.3))
    _windows(c, np.linspace(0.56, 0.94, 6), 0.425, 0.035, 0.055)
    c.rect(0.47, 0.49, 1.03, 0.52, _stone(tint(stone, 1.2)))
    c.polygon([(0.44, 0.62), (0.75, 0.5), (1.06, 0.62)], _stone(tint(stone, 1.1)))
    c.polygon([(0.53, 0.61), (0.75, 0.525), (0.97, 0.61)], _stone(tint(stone, 0.8)))
    c.rect(
        0.47, 0.64, 1.03, 0.95, Paint((74, 70, 72), relief=0, fade=-0.3, mottle=0.05)
    )
    for x in np.linspace(0.5, 1.0, 6).tolist():
        c.rect(
            x - 0.028,
            0.64,
            x + 0.028,
            0.95,
            _stone(tint(stone, 1.2), relief=0.5, reach=0.7),
        )


KINDS = (ElementKind('landmark', 'landmark', 'ground', (12.0, 45.0), landmark),)
