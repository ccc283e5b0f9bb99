"""Car, bicycle, wheelchair."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..geometry import ellipse
from ..identity import Identity, pick
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .body import draw_figure, draw_outfit, mark_person
from .figure import Pose
from .things import VIVID, WHITE

_LACQUER: tuple[Color, ...] = (
    (168, 30, 34), (34, 62, 122), (230, 230, 228), (44, 46, 50), (150, 154, 160),
    (36, 92, 78), (204, 150, 50), (110, 120, 132),
)  # fmt: skip
_RUBBER = (30, 30, 32)


def _sym(half: list[tuple[float, float]], x: float) -> list[tuple[float, float]]:
    return [(x + a, b) for a, b in half] + [(x - a, b) for a, b in half[::-1]]


def car(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A car from the front or from behind, with a licence plate."""
    c = Canvas(rng, height, 1.36)
    x, color = 0.68, pick(rng, _LACQUER)
    front = bool(rng.random() < 0.5)
    tall = float(rng.uniform(-0.05, 0.07))
    for side in (-1, 1):
        at = x + side * 0.47
        c.rect(
            at - 0.095,
            0.62,
            at + 0.095,
            0.995,
            Paint(_RUBBER, relief=0.4, reach=0.3),
            0.04,
        )
        c.lines([[(at + d, 0.9), (at + d, 0.985)] for d in (-0.05, 0, 0.05)], 0.01,
                flat((16, 16, 18), 0.8))  # fmt: skip
        c.blob([(x + side * 0.47, 0.36), (x + side * 0.6, 0.3), (x + side * 0.655,
               0.34), (x + side * 0.64, 0.4), (x + side * 0.52, 0.42)], Paint(color,
               relief=0.4, mottle=0.01))  # fmt: skip
    lacquer = Paint(color, relief=0.42, reach=0.3, fade=0.12, mottle=0.015, grain=0.006)
    roof = [(0.08, 0.012), (0.24, 0.02), (0.35, 0.06), (0.43, 0.24), (0.5, 0.4 - tall),
            (0.4, 0.5)]  # fmt: skip
    c.blob(_sym(roof, x), lacquer, 'body')
    _glass(c, x, 0.39 - tall)
    body = _sym([(0.0, 0.38 - tall), (0.38, 0.385 - tall), (0.53, 0.43), (0.585, 0.53),
                (0.6, 0.7), (0.58, 0.85), (0.48, 0.9), (0.0, 0.9)], x)  # fmt: skip
    c.blob(body, lacquer, 'body')
    c.blob(_sym([(0, 0.41 - tall), (0.36, 0.415 - tall), (0.47, 0.47), (0, 0.475)], x),
           shade(WHITE, 0.28, 0.03))  # fmt: skip
    _front(c, x, color) if front else _rear(c, x, color, tall)
    c.rect(x - 0.53, 0.885, x + 0.53, 0.93, Paint((26, 26, 28), relief=0.2), 0.02)
    plate = _plate(c, x, 0.745 if front else 0.665, who)
    c.mark(('a102_vehicle_ownership',), c.solid)
    c.mark_box(('a102_vehicle_ownership', 'a103_license_plate_complete'), *plate)
    return c.finish()


def _glass(c: Canvas, x: float, low: float) -> None:
    pane = _sym(
        [(0.0, 0.06), (0.22, 0.065), (0.3, 0.09), (0.385, 0.27), (0.425, low)], x
    )
    glass = Paint((58, 72, 84), relief=0, fade=-0.7, slant=0.3, mottle=0.06)
    c.polygon(pane, glass, 'glass')
    for side in (-1, 1):
        c.blob([(x + side * 0.2 - 0.07, low), (x + side * 0.2 - 0.06, 0.22),
               (x + side * 0.2, 0.17), (x + side * 0.2 + 0.06, 0.22),
               (x + side * 0.2 + 0.07, low)], shade((14, 16, 20), 0.6, 0.008,
               'glass'))  # fmt: skip
    c.polygon([(x - 0.2, 0.06), (x + 0.02, 0.06), (x - 0.16, low), (x - 0.4, low)],
              shade((226, 238, 246), 0.35, 0.015, 'glass'))  # fmt: skip


def _front(c: Canvas, x: float, color: Color) -> None:
    dark = Paint((22, 23, 26), relief=0.2)
    c.blob(
        _sym([(0, 0.535), (0.3, 0.545), (0.33, 0.6), (0.27, 0.66), (0, 0.67)], x), dark
    )
    bars = [[(x - 0.28, y), (x + 0.28, y)] for y in (0.56, 0.585, 0.61, 0.635)]
    c.lines(bars, 0.008, flat((120, 124, 130)))
    c.ellipse(x, 0.6, 0.045, 0.045, Paint((196, 200, 206), relief=0.6))
    c.ellipse(x, 0.6, 0.03, 0.03, Paint(tint(color, 0.8), relief=0.4))
    for side in (-1, 1):
        lamp = [(x + side * 0.36, 0.545), (x + side * 0.5, 0.5), (x + side * 0.575,
                0.53), (x + side * 0.56, 0.61), (x + side * 0.4, 0.62)]  # fmt: skip
        c.blob(lamp, Paint((120, 128, 138), relief=0.3))
        c.ellipse(
            x + side * 0.47,
            0.565,
            0.05,
            0.042,
            Paint((236, 240, 246), relief=0.6, reach=0.6),
        )
        c.ellipse(x + side * 0.46, 0.555, 0.02, 0.015, flat(WHITE))
        c.ellipse(x + side * 0.46, 0.8, 0.05, 0.03, Paint((210, 214, 220), relief=0.5))
    c.rect(x - 0.3, 0.82, x + 0.3, 0.875, dark, 0.02)
    c.stroke(
        [(x - 0.57, 0.7), (x, 0.715), (x + 0.57, 0.7)],
        0.012,
        shade((0, 0, 0), 0.4, 0.006),
    )
    for side in (-1, 1):
        c.stroke([(x + side * 0.3, 0.4), (x + side * 0.2, 0.53)], 0.01,
                 shade((0, 0, 0), 0.35, 0.006))  # fmt: skip


def _rear(c: Canvas, x: float, color: Color, tall: float) -> None:
    for side in (-1, 1):
        lamp = [(x + side * 0.4, 0.5), (x + side * 0.54, 0.46), (x + side * 0.585,
                0.52), (x + side * 0.585, 0.62), (x + side * 0.42, 0.61)]  # fmt: skip
        c.blob(lamp, Paint((176, 22, 28), relief=0.4, fade=0.3))
        c.ellipse(x + side * 0.5, 0.52, 0.04, 0.02, shade((255, 190, 170), 0.6, 0.012))
        c.ellipse(
            x + side * 0.53, 0.585, 0.03, 0.018, Paint((230, 150, 60), relief=0.4)
        )
        c.rect(x + side * 0.36 - 0.05, 0.855, x + side * 0.36 + 0.05, 0.885,
               Paint((150, 152, 158), relief=0.6), 0.012)  # fmt: skip
    frame = [(x - 0.46, 0.44), (x - 0.36, 0.72), (x + 0.36, 0.72), (x + 0.46, 0.44)]
    c.lines([frame], 0.008, shade((0, 0, 0), 0.5, 0.003))
    c.ellipse(x, 0.52, 0.038, 0.038, Paint((200, 204, 210), relief=0.6))
    c.stroke(
        [(x - 0.57, 0.755), (x, 0.77), (x + 0.57, 0.755)],
        0.012,
        shade((0, 0, 0), 0.4, 0.006),
    )
    c.rect(x - 0.5, 0.79, x + 0.5, 0.84, shade(tint(color, 0.4), 0.35, 0.01), 0.02)
    c.stroke([(x + 0.05, 0.4 - tall), (x - 0.25, 0.3)], 0.012, flat((20, 20, 22)))


def _plate(
    c: Canvas, x: float, y: float, who: Identity
) -> tuple[float, float, float, float]:
    wide, high = 0.42, 0.105
    x0, y0 = x - wide / 2, y - high / 2
    back = pick(c.rng, ((248, 248, 244), (248, 248, 244), (246, 216, 92)))
    c.rect(
        x0 - 0.01,
        y0 - 0.01,
        x0 + wide + 0.01,
        y0 + high + 0.01,
        flat((30, 30, 34)),
        0.014,
    )
    c.rect(x0, y0, x0 + wide, y0 + high, Paint(back, relief=0.05, mottle=0.02), 0.01)
    c.rect(x0, y0, x0 + 0.035, y0 + high, flat((40, 70, 150)), 0.008)
    c.text(x + 0.018, y0 + 0.001, who.plate, 0.092, (24, 24, 28), 'bold', 'm',
           attrs=('a103_license_plate_complete',), max_width=wide - 0.055)  # fmt: skip
    return x0, y0, x0 + wide, y0 + high


def _wheel(
    c: Canvas, x: float, y: float, rx: float, ry: float, tyre: float, spokes: int,
    color: Color = _RUBBER,
) -> None:  # fmt: skip
    turn = np.linspace(0, np.pi, spokes, endpoint=False)
    lines = [[(x - rx * np.cos(t), y - ry * np.sin(t)),
             (x + rx * np.cos(t), y + ry * np.sin(t))] for t in turn]  # fmt: skip
    c.lines(lines, 0.006, flat((170, 172, 178), 0.9))
    ring = ellipse(x, y, rx, ry, count=40)
    ring = np.concatenate([ring, ring[:1]])
    c.lines([ring], tyre, Paint(color, relief=0.4, reach=0.1), 'wheel')
    c.lines([(ring - (x, y)) * 0.92 + (x, y)], tyre * 0.4, flat((176, 178, 184)))
    c.ellipse(x, y, 0.03, 0.03, Paint((150, 152, 158), relief=0.5))


def bicycle(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A bicycle from the side."""
    c = Canvas(rng, height, 1.72)
    color = pick(rng, VIVID[:6])
    tube = Paint(color, relief=0.5, reach=0.6, mottle=0.02)
    steel = Paint((160, 162, 168), relief=0.5)
    r, y = 0.315, 0.665
    x0, x1 = 0.345, 1.355
    for x in (x0, x1):
        _wheel(c, x, y, r, r, 0.04, 12)
    crank, seat, head = (0.76, 0.68), (0.6, 0.2), (1.18, 0.22)
    low = bool(rng.random() < 0.35)
    c.stroke([(x0, y), crank], 0.026, tube, curved=False)
    c.stroke([(x0, y), (0.635, 0.32)], 0.022, tube, curved=False)
    c.stroke([crank, seat], 0.034, tube, curved=False)
    if low:
        c.stroke([(0.7, 0.52), (0.95, 0.5), (1.2, 0.32)], 0.036, tube)
    else:
        c.stroke([(0.635, 0.31), (1.2, 0.29)], 0.036, tube, curved=False)
    c.stroke([crank, (1.21, 0.34)], 0.038, tube, curved=False)
    c.stroke([head, (1.22, 0.36), (x1, y)], 0.032, tube)
    c.stroke([seat, (0.585, 0.14)], 0.022, steel)
    c.blob([(0.46, 0.11), (0.5, 0.07), (0.68, 0.1), (0.73, 0.12), (0.66, 0.15), (0.5,
           0.15)], Paint((40, 34, 32), relief=0.4))  # fmt: skip
    c.stroke([head, (1.165, 0.12)], 0.024, steel)
    bar = [(1.165, 0.12), (1.25, 0.08), (1.3, 0.15), (1.24, 0.21)]
    if rng.random() < 0.5:
        bar = [(1.165, 0.12), (1.12, 0.07), (1.0, 0.09)]
    c.stroke(bar, 0.032, Paint((36, 36, 38), relief=0.5))
    c.lines([[(x0, y - 0.03), (0.76, 0.61)], [(x0, y + 0.03), (0.76, 0.75)]], 0.008,
            flat((70, 70, 74)))  # fmt: skip
    c.ellipse(*crank, 0.085, 0.085, Paint((120, 122, 128), relief=0.3))
    c.ellipse(*crank, 0.055, 0.055, Paint((60, 62, 66), relief=0.3))
    c.stroke([(0.7, 0.55), crank, (0.82, 0.81)], 0.022, steel)
    for x, at in ((0.7, 0.55), (0.82, 0.82)):
        c.rect(x - 0.05, at - 0.014, x + 0.05, at + 0.014, flat((30, 30, 32)), 0.008)
    if rng.random() < 0.4:
        c.rect(1.28, 0.2, 1.6, 0.42, Paint((150, 112, 70), relief=0.2, pattern='checks',
               second=(96, 68, 40), pitch=0.04), 0.03)  # fmt: skip
    return c.finish()


def wheelchair(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A wheelchair: empty from the side, or with somebody sitting in it."""
    if rng.random() < 0.5:
        return _empty_chair(rng, height)
    c = Canvas(rng, height, 0.95)
    x, frame = 0.475, Paint((70, 74, 82), relief=0.5)
    cloth = Paint(pick(rng, ((36, 38, 44), (40, 62, 110), (110, 34, 40))), relief=0.3)
    for side in (-1, 1):
        c.stroke([(x + side * 0.2, 0.34), (x + side * 0.21, 0.78)], 0.024, frame)
        c.stroke(
            [(x + side * 0.2, 0.35), (x + side * 0.235, 0.33)], 0.04, flat((24, 24, 26))
        )
    c.rect(x - 0.2, 0.36, x + 0.2, 0.7, cloth, 0.02)
    c.rect(x - 0.23, 0.68, x + 0.23, 0.75, cloth, 0.03)
    pose = Pose(((0.35, -0.35), (0.35, -0.35)), ((0.1, -0.02), (0.1, -0.02)),
                float(rng.uniform(-0.4, 0.4)), seated=True)  # fmt: skip
    with c.placed(x, 0.02, 1.22):
        draw_figure(c, who, draw_outfit(rng, who), pose)
    for side in (-1, 1):
        at = x + side * 0.3
        _wheel(c, at, 0.72, 0.075, 0.25, 0.03, 8)
        ring = ellipse(at + side * 0.03, 0.72, 0.062, 0.215, count=30)
        c.lines([ring], 0.012, flat((190, 192, 198)))
        c.stroke([(x + side * 0.24, 0.56), (x + side * 0.25, 0.68)], 0.045,
                 Paint((40, 42, 48), relief=0.4))  # fmt: skip
        c.stroke([(x + side * 0.2, 0.78), (x + side * 0.14, 0.93)], 0.022, frame)
        c.ellipse(x + side * 0.2, 0.945, 0.022, 0.05, Paint(_RUBBER, relief=0.3))
        c.rect(x + side * 0.1 - 0.065, 0.92, x + side * 0.1 + 0.065, 0.95,
               Paint((90, 94, 100), relief=0.3), 0.01)  # fmt: skip
    mark_person(c, pose, body=False)
    c.mark(('a39_disability_physical',), c.solid)
    return c.finish()


def _empty_chair(rng: np.random.Generator, height: int) -> Sprite:
    c = Canvas(rng, height, 1.12)
    frame = Paint((86, 90, 98), relief=0.5)
    cloth = Paint(pick(rng, ((36, 38, 44), (40, 62, 110), (110, 34, 40))), relief=0.35)
    _wheel(c, 0.5, 0.68, 0.26, 0.27, 0.03, 10, (70, 70, 74))
    c.stroke([(0.22, 0.04), (0.32, 0.06), (0.34, 0.5), (0.36, 0.76)], 0.028, frame)
    c.stroke([(0.14, 0.045), (0.25, 0.045)], 0.045, Paint((24, 24, 26), relief=0.4))
    c.stroke([(0.34, 0.12), (0.36, 0.52)], 0.055, cloth)
    c.stroke([(0.36, 0.54), (0.8, 0.54)], 0.07, cloth)
    c.stroke([(0.36, 0.36), (0.7, 0.36), (0.74, 0.42), (0.74, 0.54)], 0.026, frame)
    c.stroke([(0.36, 0.345), (0.66, 0.345)], 0.05, Paint((30, 30, 34), relief=0.4))
    c.stroke([(0.8, 0.54), (0.86, 0.6), (0.96, 0.88)], 0.026, frame)
    c.stroke([(0.9, 0.9), (1.08, 0.9)], 0.03, Paint((60, 62, 68), relief=0.4))
    c.stroke([(0.36, 0.74), (0.82, 0.74), (0.82, 0.86)], 0.024, frame)
    c.stroke([(0.8, 0.56), (0.82, 0.76)], 0.024, frame)
    _wheel(c, 0.82, 0.9, 0.075, 0.078, 0.03, 4)
    _wheel(c, 0.48, 0.69, 0.275, 0.285, 0.036, 12)
    ring = ellipse(0.48, 0.69, 0.235, 0.243, count=40)
    c.lines([np.concatenate([ring, ring[:1]])], 0.016, flat((196, 198, 204)))
    c.mark(('a39_disability_physical',), c.solid)
    return c.finish()


KINDS = (
    ElementKind('car', 'car', 'ground', (1.4, 1.75), car),
    ElementKind('bicycle', 'bicycle', 'ground', (1.0, 1.15), bicycle),
    ElementKind('wheelchair', 'wheelchair', 'ground', (0.95, 1.3), wheelchair),
)
