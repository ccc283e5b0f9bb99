"""Medicine, and arms: tattooed or in plaster."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick, split_text, syllables
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .cards import bar_code
from .things import VIVID, WHITE


def medicine(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A blister of pills, or a pharmacy bottle labelled with a patient's name."""
    return (
        _blister(rng, height, who) if rng.random() < 0.5 else _pills(rng, height, who)
    )


def _drug(rng: np.random.Generator, split: str) -> str:
    return split_text(
        rng,
        split,
        lambda r: f'{syllables(r, 1)}{pick(r, ("ol", "ine", "ax", "il"))}'.upper(),
    )


def _blister(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    c = Canvas(rng, height, 1.62)
    c.rect(0, 0, 1.62, 1, Paint((196, 200, 206), relief=0.15, reach=0.08, slant=0.25,
           mottle=0.07, grain=0.03), 0.06)  # fmt: skip
    name = _drug(rng, who.split)
    for k in range(3):
        c.text(0.08 + 0.52 * k, 0.445, f'{name} 50', 0.075, (70, 76, 110), 'bold',
               record=k == 0, max_width=0.46)  # fmt: skip
    color = pick(
        rng, ((248, 246, 242), (236, 120, 90), (246, 214, 110), (150, 190, 226))
    )
    long = bool(rng.random() < 0.4)
    for row in (0.25, 0.75):
        for k in range(5):
            x = 0.19 + 0.31 * k
            rx, ry = (0.09, 0.14) if long else (0.115, 0.115)
            c.ellipse(
                x, row + 0.015, rx + 0.03, ry + 0.03, shade((60, 64, 74), 0.35, 0.012)
            )
            c.ellipse(
                x, row, rx + 0.022, ry + 0.022, Paint((216, 220, 226), relief=0.4)
            )
            if rng.random() < 0.2:
                c.ellipse(
                    x, row, rx * 0.8, ry * 0.8, Paint((120, 124, 132), relief=-0.4)
                )
                continue
            c.ellipse(x, row, rx, ry, Paint(color, relief=0.4, mottle=0))
            if long:
                half = Paint(tint(color, 0.7), relief=0.4, mottle=0)
                c.ellipse(x, row + ry * 0.48, rx * 0.96, ry * 0.5, half)
            c.ellipse(x - 0.035, row - 0.045, 0.035, 0.025, shade(WHITE, 0.85, 0.01))
    for y in (0.02, 0.97):
        c.lines([[(0.05, y), (1.57, y)]], 0.008, flat((150, 154, 160)))
    c.lines([[(0.345 + 0.31 * k, 0.03), (0.345 + 0.31 * k, 0.97)] for k in range(4)],
            0.006, flat((160, 164, 170), 0.6))  # fmt: skip
    c.mark(('a43_medicine',), c.solid)
    return c.finish()


def _pills(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    c = Canvas(rng, height, 0.62)
    amber = pick(rng, ((206, 112, 30), (206, 112, 30), (236, 238, 240)))
    c.rect(0.05, 0.2, 0.57, 0.99, Paint(amber, relief=0.35, reach=0.4, slant=0.25,
           opacity=0.96, mottle=0.02), 0.06)  # fmt: skip
    for _ in range(14):
        x, y = rng.uniform(0.12, 0.5), rng.uniform(0.82, 0.95)
        c.ellipse(x, y, 0.05, 0.032, Paint(tint(amber, 1.5), relief=0.3, opacity=0.7))
    c.rect(0.03, 0.0, 0.59, 0.19, Paint((244, 244, 242), relief=0.15, slant=0.35,
           pattern='pins', second=(206, 208, 212), pitch=0.022), 0.03)  # fmt: skip
    c.rect(0.06, 0.17, 0.56, 0.22, shade((0, 0, 0), 0.35, 0.012))
    c.rect(
        0.05,
        0.32,
        0.57,
        0.84,
        Paint((249, 248, 244), relief=0, slant=0.3, mottle=0.015),
    )
    c.rect(0.05, 0.32, 0.57, 0.4, Paint(pick(rng, VIVID[:3]), relief=0, slant=0.3))
    c.text(0.31, 0.333, 'PHARMACY', 0.048, WHITE, 'bold', 'm')
    c.text(0.08, 0.42, _drug(rng, who.split), 0.085, (30, 32, 44), 'bold', record=True,
           max_width=0.46)  # fmt: skip
    c.text(
        0.08,
        0.535,
        who.name,
        0.065,
        (40, 42, 54),
        attrs=('a19_name_full',),
        max_width=0.46,
    )
    dose = (
        f'{rng.integers(1, 4)} tablets {pick(rng, ("daily", "at night", "with food"))}'
    )
    c.text(0.08, 0.625, dose, 0.05, (60, 62, 74), max_width=0.46)
    bar_code(c, 0.1, 0.73, 0.3, 0.075, who.document_number[1:])
    c.rect(0.1, 0.22, 0.17, 0.96, shade(WHITE, 0.4, 0.02))
    c.rect(0.5, 0.22, 0.56, 0.96, shade((40, 20, 10), 0.3, 0.02))
    c.mark(('a43_medicine',), c.solid)
    return c.finish()


def _arm(c: Canvas, who: Identity, sleeve: Color) -> None:
    """A forearm from the lower edge up to an open hand, seen from its back."""
    skin = Paint(who.skin, relief=0.34, reach=0.5, mottle=0.02, grain=0.014)
    build = 1 + 0.1 * who.build
    dark = tint(who.skin, 0.55)
    c.stroke(
        [(0.27, 0.27), (0.15, 0.2), (0.1, 0.11)], (0.075, 0.055, 0.04), skin, 'skin'
    )
    arm = [(0.21, 0.33), (0.19, 0.5), (0.18 - 0.02 * build, 0.72), (0.165, 1.04),
           (0.435, 1.04), (0.41 + 0.02 * build, 0.72), (0.37, 0.5), (0.35,
           0.33)]  # fmt: skip
    c.blob(arm, skin, 'skin')
    c.blob([(0.2, 0.36), (0.185, 0.24), (0.2, 0.17), (0.29, 0.15), (0.37, 0.18), (0.375,
           0.26), (0.355, 0.36), (0.28, 0.4)], skin, 'skin')  # fmt: skip
    tips = ((0.2, 0.045), (0.262, 0.01), (0.322, 0.025), (0.38, 0.075))
    for k, (x, y) in enumerate(tips):
        base = 0.217 + 0.045 * k
        c.stroke([(base, 0.2), ((base + x) / 2, 0.12), (x, y + 0.02)], (0.05, 0.044,
                 0.034), skin, 'skin')  # fmt: skip
        nail = Paint(tint(who.skin, 1.35), relief=0.2, mottle=0)
        c.ellipse(x, y + 0.018, 0.011, 0.015, nail)
        for t in (0.45, 0.72):
            px, py = base + (x - base) * t, 0.2 + (y + 0.02 - 0.2) * t
            c.stroke(
                [(px - 0.014, py), (px + 0.014, py)],
                0.005,
                shade(dark, 0.5, 0.003, 'skin'),
            )
    for k in range(3):
        x = 0.238 + 0.045 * k
        c.stroke(
            [(x, 0.175), (x + 0.002, 0.225)], 0.007, shade(dark, 0.5, 0.005, 'skin')
        )
    c.stroke([(0.21, 0.41), (0.35, 0.41)], 0.008, shade(dark, 0.35, 0.006, 'skin'))
    c.blob([(0.1, 0.9), (0.3, 0.87), (0.5, 0.9), (0.54, 1.04), (0.06, 1.04)],
           Paint(sleeve, relief=0.3, mottle=0.09, grain=0.03), 'cloth')  # fmt: skip
    c.stroke(
        [(0.11, 0.92), (0.3, 0.895), (0.49, 0.92)],
        0.02,
        shade(tint(sleeve, 0.4), 0.5, 0.008),
    )


def _mark_arm(c: Canvas) -> None:
    c.mark(('a17_color', 'a16_race'), c.visible('skin', 'ink'))
    c.mark(('a2_weight_approx', 'a4_gender'), c.visible('skin', 'ink', 'cast'))


def tattooed_arm(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A forearm with a tattoo: rose, anchor, star, waves or bands."""
    c = Canvas(rng, height, 0.6)
    _arm(c, who, pick(rng, VIVID))
    dark = sum(who.skin) < 330
    ink = (
        (18, 22, 34) if dark else pick(rng, ((28, 40, 62), (36, 44, 48), (24, 60, 66)))
    )
    paint = Paint(ink, relief=0, grain=0.06, mottle=0.08, opacity=0.85, over='skin')
    motif = pick(rng, (_rose, _anchor, _star, _bands))
    before = c.planes.copy()
    with c.placed(0.285, 0.63, 0.17):
        motif(c, paint)
    changed = np.abs(c.planes[:3] - before[:3]).max(0) > 12
    grown = np.asarray(changed, np.uint8)
    rows, cols = np.flatnonzero(grown.any(1)), np.flatnonzero(grown.any(0))
    area = np.zeros_like(changed)
    if len(rows):
        area[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] = True
    skin = c.visible('skin')
    c.mark(('a11_tattoo',), area & skin)
    _mark_arm(c)
    return c.finish()


def _rose(c: Canvas, paint: Paint) -> None:
    red = Paint((150, 36, 46), relief=0, mottle=0.1, opacity=0.75, over='skin')
    c.ellipse(0, -0.35, 0.5, 0.48, red)
    t = np.linspace(0, 15, 60)
    r = 0.04 + 0.03 * t
    c.stroke(np.stack([r * np.cos(t), -0.35 + r * np.sin(t) * 0.95], 1), 0.06, paint)
    for k in range(5):
        a = k * 1.2566
        c.stroke([(0.3 * np.cos(a), -0.35 + 0.3 * np.sin(a)),
                 (0.52 * np.cos(a + 0.3), -0.35 + 0.5 * np.sin(a + 0.3))], 0.06,
                 paint)  # fmt: skip
    c.stroke([(0.05, 0.1), (-0.05, 0.6), (0.1, 1.1)], 0.09, paint)
    for side in (-1, 1):
        c.blob(
            [(0, 0.55), (side * 0.35, 0.3), (side * 0.6, 0.45), (side * 0.3, 0.7)],
            paint,
        )


def _anchor(c: Canvas, paint: Paint) -> None:
    turn = np.linspace(0, 6.28, 24)
    c.lines(
        [np.stack([0.13 * np.cos(turn), -0.85 + 0.13 * np.sin(turn)], 1)], 0.08, paint
    )
    c.stroke([(0, -0.7), (0, 0.8)], 0.14, paint)
    c.stroke([(-0.35, -0.45), (0.35, -0.45)], 0.12, paint)
    c.stroke(
        [(-0.6, 0.25), (-0.4, 0.7), (0, 0.88), (0.4, 0.7), (0.6, 0.25)], 0.14, paint
    )
    for side in (-1, 1):
        c.polygon([(side * 0.6, 0.1), (side * 0.72, 0.45), (side * 0.42, 0.38)], paint)
    c.stroke([(-0.5, -0.2), (0.1, 0.0), (-0.2, 0.3), (0.45, 0.5)], 0.06, paint)


def _star(c: Canvas, paint: Paint) -> None:
    for cx, cy, size in ((0, -0.3, 0.62), (0.25, 0.6, 0.35), (-0.35, 0.9, 0.22)):
        points = [(cx + size * r * np.sin(k * np.pi / 5),
                  cy - size * r * np.cos(k * np.pi / 5)) for k,
                  r in enumerate((1, 0.42) * 5)]  # fmt: skip
        for k in range(10):
            if k % 2 == 0:
                c.polygon([(cx, cy), points[k], points[(k + 1) % 10]], paint)
        c.lines([[*points, points[0]]], 0.05, paint)


def _bands(c: Canvas, paint: Paint) -> None:
    for k in range(4):
        y = -0.8 + 0.5 * k
        x = np.linspace(-1, 1, 30)
        zig = 0.1 * (np.arange(30) % 2) if k % 2 else 0.06 * np.sin(x * 9)
        c.lines(
            [np.stack([x, y + zig + 0.1 * x * x], 1)],
            0.1 if k % 2 == 0 else 0.06,
            paint,
        )
    c.stroke([(-0.8, 0.9), (-0.2, 1.05), (0.4, 0.95), (0.9, 1.1)], 0.16, paint)


def injured_arm(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A forearm in a plaster cast or a bandage."""
    c = Canvas(rng, height, 0.6)
    _arm(c, who, pick(rng, VIVID))
    cast = bool(rng.random() < 0.5)
    color = (
        pick(rng, ((240, 238, 230), (240, 238, 230), (90, 150, 190)))
        if cast
        else (238, 228, 206)
    )
    low = 0.3 if cast else 0.4
    wide = 0.03 if cast else 0.015
    points = [(0.21 - wide, low), (0.28, low + 0.02), (0.36 + wide, low), (0.38 + wide,
              0.5), (0.425 + wide, 0.7), (0.435 + wide, 0.86), (0.29, 0.885),
              (0.16 - wide, 0.86), (0.17 - wide, 0.7), (0.185 - wide, 0.5)]  # fmt: skip
    c.blob(
        points, Paint(color, relief=0.34, reach=0.5, mottle=0.06, grain=0.03), 'cast'
    )
    dark = shade(tint(color, 0.45), 0.5, 0.004, 'cast')
    steps = 5 if cast else 9
    for k in range(steps):
        y = low + 0.05 + (0.82 - low) * k / steps
        c.stroke(
            [(0.1, y + 0.05), (0.28, y + 0.015 * (-1) ** k), (0.5, y - 0.035)],
            0.007,
            dark,
        )
        c.stroke([(0.1, y + 0.058), (0.28, y + 0.01 + 0.015 * (-1) ** k),
                 (0.5, y - 0.027)], 0.006, shade(WHITE, 0.4, 0.004,
                 'cast'))  # fmt: skip
    if not cast and rng.random() < 0.6:
        c.ellipse(0.27, 0.6, 0.06, 0.045, Paint((170, 40, 36), relief=0, mottle=0.2,
                  opacity=0.75, blur=0.012, over='cast'))  # fmt: skip
    if not cast:
        for x in (0.3, 0.34):
            c.rect(x, 0.79, x + 0.03, 0.81, Paint((180, 182, 188), relief=0.5))
    c.mark(('a41_injury',), c.visible('cast'))
    _mark_arm(c)
    return c.finish()


KINDS = (
    ElementKind('medicine', 'medicine', 'surface', (0.06, 0.12), medicine),
    ElementKind('tattooed_arm', 'arm', 'ground', (0.42, 0.5), tattooed_arm),
    ElementKind('injured_arm', 'arm', 'ground', (0.42, 0.5), injured_arm),
)
