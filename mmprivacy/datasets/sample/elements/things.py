"""Everyday things that stand on a table or the floor and tell nothing by themselves."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick, split_text, syllables
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite

VIVID: tuple[Color, ...] = (
    (196, 52, 46), (36, 92, 160), (44, 128, 84), (226, 164, 44), (224, 110, 40),
    (120, 64, 132), (238, 234, 226), (52, 56, 62), (96, 160, 176), (208, 130, 150),
)  # fmt: skip
WHITE = (255, 255, 255)


def ball(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A ball: football patches, beach panels or a plain one with a seam."""
    c = Canvas(rng, height, 1.04)
    kind = pick(rng, ('patches', 'panels', 'seam'))
    color = pick(rng, VIVID[:5])
    base = color if kind == 'seam' else (240, 238, 232)
    c.ellipse(0.51, 0.51, 0.49, 0.49, Paint(base, relief=0, mottle=0.02), 'ball')
    turn = rng.random() * 6.28
    if kind == 'patches':
        _patches(c, turn)
    elif kind == 'panels':
        _panels(c, turn, (color, pick(rng, VIVID), pick(rng, VIVID)))
    else:
        for side in (-1, 1):
            line = [(0.51 + side * x, 0.51 + y) for x, y in ((0.42, -0.4),
                    (0.18, -0.15), (0.18, 0.15), (0.42, 0.4))]  # fmt: skip
            ink = Paint((30, 26, 26), relief=0, opacity=0.8, over='ball')
            c.stroke(line, 0.02, ink)
        c.stroke([(0.02, 0.52), (0.5, 0.56), (0.99, 0.5)], 0.02, ink)
    c.ellipse(0.62, 0.66, 0.5, 0.48, shade((20, 16, 30), 0.36, 0.14))
    c.ellipse(
        0.36,
        0.3,
        0.3,
        0.28,
        Paint(WHITE, relief=0, opacity=0.22, blur=0.1, over='ball'),
    )
    c.ellipse(0.33, 0.26, 0.1, 0.08, shade(WHITE, 0.5, 0.04))
    return c.finish()


def _patches(c: Canvas, turn: float) -> None:
    ink = Paint((32, 32, 36), relief=0, grain=0.03, mottle=0, over='ball')
    seam = Paint((90, 90, 92), relief=0, opacity=0.7, over='ball')
    rim = []
    for k in range(5):
        t = turn + k * 2 * np.pi / 5
        cos, sin = np.cos(t), np.sin(t)
        rim.append((0.51 + 0.17 * cos, 0.51 + 0.17 * sin))
        c.stroke([rim[-1], (0.51 + 0.34 * cos, 0.51 + 0.34 * sin)], 0.014, seam)
        outer = [(0.51 + r * np.cos(t + a), 0.51 + r * np.sin(t + a)) for r,
                 a in ((0.34, 0.0), (0.42, 0.3), (0.5, 0.24), (0.5, -0.24),
                 (0.42, -0.3))]  # fmt: skip
        c.polygon(outer, ink)
        near = (0.51 + 0.42 * np.cos(t + 0.3), 0.51 + 0.42 * np.sin(t + 0.3))
        far = (0.51 + 0.42 * np.cos(t + 0.96), 0.51 + 0.42 * np.sin(t + 0.96))
        c.stroke([near, far], 0.014, seam)
    c.polygon(rim, ink)


def _panels(c: Canvas, turn: float, colors: tuple[Color, ...]) -> None:
    x0, y0 = 0.51 + 0.16 * np.cos(turn), 0.51 + 0.16 * np.sin(turn)
    for k in range(6):
        if k % 2:
            continue
        a, b = turn + k * np.pi / 3, turn + (k + 1) * np.pi / 3
        mid = (a + b) / 2
        wedge = [(x0, y0), (0.51 + 0.6 * np.cos(a), 0.51 + 0.6 * np.sin(a)),
                 (0.51 + 0.7 * np.cos(mid), 0.51 + 0.7 * np.sin(mid)),
                 (0.51 + 0.6 * np.cos(b), 0.51 + 0.6 * np.sin(b))]  # fmt: skip
        c.polygon(wedge, Paint(colors[k // 2], relief=0, over='ball'))
    c.ellipse(x0, y0, 0.05, 0.05, Paint((240, 238, 232), relief=0.2))


def cup(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A mug with a handle, full of something dark."""
    c = Canvas(rng, height, 1.4)
    color = pick(rng, VIVID)
    narrow = rng.uniform(0.0, 0.1)
    if rng.random() < 0.5:
        x0, out = 0.32, -1
    else:
        x0, out = 0.05, 1
    x1 = x0 + 0.8
    hx = x1 - 0.03 if out > 0 else x0 + 0.03
    handle = [(hx, 0.3), (hx + out * 0.22, 0.32), (hx + out * 0.24, 0.55),
              (hx - out * narrow, 0.72)]  # fmt: skip
    c.stroke(handle, (0.08, 0.09, 0.09, 0.08), Paint(tint(color, 0.9), relief=0.4))
    body = [(x0, 0.12), (x0 + narrow * 0.6, 0.7), (x0 + narrow + 0.03, 0.92),
            (x0 + 0.2, 0.985), (x1 - 0.2, 0.985), (x1 - narrow - 0.03, 0.92),
            (x1 - narrow * 0.6, 0.7), (x1, 0.12)]  # fmt: skip
    kind = pick(rng, ('', '', 'stripes', 'dots'))
    c.polygon(body, Paint(color, relief=0.1, slant=0.45, fade=0.1, pattern=kind,
                          second=pick(rng, VIVID), pitch=0.2), 'body')  # fmt: skip
    c.rect(x0 + 0.1, 0.2, x0 + 0.2, 0.85, shade(WHITE, 0.35, 0.04), 0.05)
    mid = (x0 + x1) / 2
    c.ellipse(mid, 0.12, 0.4, 0.11, Paint(tint(color, 1.2), relief=0.1, mottle=0))
    c.ellipse(mid, 0.125, 0.365, 0.085, Paint(tint(color, 0.7), relief=0, mottle=0))
    c.ellipse(mid, 0.145, 0.33, 0.062, Paint((74, 42, 24), relief=0.15))
    c.ellipse(mid - 0.12, 0.135, 0.1, 0.02, shade((210, 170, 130), 0.5, 0.015))
    return c.finish()


def bottle(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A glass or plastic bottle with an invented label."""
    c = Canvas(rng, height, 0.5)
    color = pick(rng, ((40, 84, 52), (92, 54, 24), (150, 184, 200), (196, 208, 206)))
    wide, neck = rng.uniform(0.12, 0.17), rng.uniform(0.04, 0.055)
    shoulder = rng.uniform(0.28, 0.42)
    half = [(neck, 0.06), (neck, shoulder - 0.1), (wide * 0.9, shoulder),
            (wide, shoulder + 0.06), (wide, 0.95), (wide * 0.8, 0.99)]  # fmt: skip
    outline = [(0.25 + x, y) for x, y in half] + [(0.25 - x, y) for x, y in half[::-1]]
    glass = Paint(color, relief=0.5, reach=0.5, opacity=0.93, mottle=0.02)
    c.polygon(outline, glass, 'glass')
    c.rect(0.25 - neck - 0.008, 0.005, 0.25 + neck + 0.008, 0.075,
           Paint(pick(rng, VIVID), relief=0.1, slant=0.4, pattern='pins',
                 second=(90, 90, 90), pitch=0.02), 0.01)  # fmt: skip
    low = shoulder + 0.12
    label = pick(rng, ((240, 234, 214), (232, 240, 240), *VIVID[:4]))
    c.rect(0.25 - wide, low, 0.25 + wide, low + 0.28, Paint(label, relief=0, slant=0.4))
    word = split_text(rng, who.split, lambda r: syllables(r, 1).upper())
    ink = (40, 36, 40) if sum(label) > 400 else (246, 240, 226)
    c.text(0.25, low + 0.06, word, 0.06, ink, 'serif-bold', 'm', record=True,
           max_width=wide * 1.7)  # fmt: skip
    c.rect(0.25 - wide * 0.8, low + 0.16, 0.25 + wide * 0.8, low + 0.17, flat(ink, 0.7))
    c.rect(0.25 - wide * 0.5, low + 0.2, 0.25 + wide * 0.5, low + 0.22, flat(ink, 0.5))
    for x, strength in ((-0.68, 0.55), (0.72, 0.25)):
        c.stroke([(0.25 + x * wide, shoulder + 0.05), (0.25 + x * wide, 0.93)], 0.025,
                 shade(WHITE, strength, 0.012))  # fmt: skip
    c.stroke([(0.25 - neck * 0.5, 0.1), (0.25 - neck * 0.5, shoulder - 0.1)], 0.015,
             shade(WHITE, 0.5, 0.008))  # fmt: skip
    return c.finish()


def clock(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A wall clock with numerals and hands."""
    c = Canvas(rng, height, 1.02)
    rim = pick(rng, VIVID)
    c.ellipse(0.51, 0.5, 0.49, 0.49, Paint(rim, relief=0.5, reach=0.12))
    c.ellipse(0.51, 0.5, 0.43, 0.43, Paint(tint(rim, 0.5), relief=0))
    c.ellipse(0.51, 0.505, 0.42, 0.42, Paint((244, 241, 232), relief=0, fade=-0.14))
    ink = (34, 32, 34)
    for k in range(12):
        t = k * np.pi / 6
        sin, cos = np.sin(t), -np.cos(t)
        c.stroke([(0.51 + 0.37 * sin, 0.5 + 0.37 * cos),
                 (0.51 + 0.4 * sin, 0.5 + 0.4 * cos)], 0.016, flat(ink))  # fmt: skip
        c.text(
            0.51 + 0.3 * sin, 0.447 + 0.3 * cos, str(k or 12), 0.09, ink, 'sans', 'm'
        )
    hour, minute = rng.random() * 12, rng.random() * 60
    hands = ((hour / 12, 0.22, 0.03), (minute / 60, 0.34, 0.02))
    for turn, length, wide in hands:
        x, y = length * np.sin(turn * 6.2832), -length * np.cos(turn * 6.2832)
        c.stroke(
            [(0.525, 0.52), (0.525 + x, 0.52 + y)], wide, shade((0, 0, 0), 0.25, 0.01)
        )
        c.stroke([(0.51 - x * 0.15, 0.5 - y * 0.15), (0.51 + x, 0.5 + y)], (wide,
                 wide * 0.5), flat(ink))  # fmt: skip
    c.ellipse(0.51, 0.5, 0.025, 0.025, Paint(rim, relief=0.4))
    c.blob(
        [(0.2, 0.3), (0.4, 0.12), (0.62, 0.13), (0.3, 0.5)], shade(WHITE, 0.35, 0.03)
    )
    return c.finish()


def book(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A closed book lying or standing, cover with an invented title."""
    aspect = rng.uniform(0.64, 0.76)
    c = Canvas(rng, height, aspect + 0.08)
    color = pick(rng, VIVID)
    c.rect(0.03, 0.02, aspect + 0.05, 1.0, Paint((232, 224, 204), relief=0.1,
           pattern='pins', second=(196, 186, 164), pitch=0.008))  # fmt: skip
    c.rect(0.0, 0.0, aspect + 0.015, 0.975, Paint(color, relief=0.12, reach=0.08,
           slant=0.12, mottle=0.05, grain=0.03), 0.008)  # fmt: skip
    c.rect(0.05, 0.0, 0.065, 0.975, shade((0, 0, 0), 0.35, 0.006))
    c.rect(0.0, 0.0, 0.045, 0.975, shade(WHITE, 0.14, 0.01))
    ink = (250, 240, 214) if sum(color) < 420 else (40, 34, 40)
    mid = aspect / 2 + 0.03
    title = split_text(rng, who.split, lambda r: f'The {syllables(r, 1).title()}')
    c.text(mid, 0.12, title, 0.1, ink, 'serif-bold', 'm', record=True,
           max_width=aspect - 0.16)  # fmt: skip
    c.rect(0.14, 0.27, aspect - 0.06, 0.276, flat(ink, 0.8))
    art = tint(pick(rng, VIVID), 0.9)
    for k in range(int(rng.integers(2, 5))):
        x, y = rng.uniform(0.22, aspect - 0.14), rng.uniform(0.4, 0.7)
        r = rng.uniform(0.05, 0.13)
        c.ellipse(x, y, r, r * rng.uniform(0.5, 1), Paint(tint(art, 0.7 + 0.3 * k),
                  relief=0.2, opacity=0.85))  # fmt: skip
    author = split_text(
        rng, who.split, lambda r: f'{pick(r, "ABCD")}. {syllables(r, 1)}'.title()
    )
    c.text(mid, 0.86, author, 0.05, ink, 'serif', 'm', record=True)
    c.polygon(
        [(0.1, 0), (0.45, 0), (0.2, 0.975), (0.07, 0.975)], shade(WHITE, 0.1, 0.03)
    )
    return c.finish()


def bag(rng: np.random.Generator, height: int, _who: Identity) -> Sprite:
    """A handbag or a backpack."""
    c = Canvas(rng, height, 1.0)
    color = pick(rng, VIVID)
    leather = Paint(color, relief=0.45, reach=0.4, fade=0.15, mottle=0.08, grain=0.035)
    if rng.random() < 0.5:
        c.stroke([(0.28, 0.42), (0.3, 0.06), (0.66, 0.06), (0.7, 0.42)], 0.05,
                 Paint(tint(color, 0.75), relief=0.4))  # fmt: skip
        c.blob([(0.18, 0.36), (0.5, 0.33), (0.8, 0.36), (0.92, 0.9), (0.8, 0.98),
                (0.2, 0.98), (0.06, 0.9)], leather, 'bag')  # fmt: skip
        c.blob([(0.16, 0.36), (0.5, 0.33), (0.83, 0.36), (0.8, 0.58), (0.5, 0.68),
               (0.19, 0.58)], Paint(tint(color, 0.88), relief=0.4,
               grain=0.035))  # fmt: skip
        c.rect(0.45, 0.61, 0.54, 0.7, Paint((206, 176, 96), relief=0.5), 0.015)
    else:
        c.stroke([(0.42, 0.14), (0.44, 0.02), (0.56, 0.02), (0.58, 0.14)], 0.035,
                 Paint(tint(color, 0.6)))  # fmt: skip
        c.blob([(0.24, 0.2), (0.36, 0.08), (0.64, 0.08), (0.76, 0.2), (0.82, 0.6),
               (0.8, 0.95), (0.5, 0.99), (0.2, 0.95), (0.18, 0.6)], leather,
               'bag')  # fmt: skip
        c.rect(
            0.28,
            0.55,
            0.72,
            0.92,
            Paint(tint(color, 0.85), relief=0.4, mottle=0.06),
            0.06,
        )
        for x0, x1, y in ((0.3, 0.7, 0.62), (0.24, 0.76, 0.3)):
            c.stroke([(x0, y), (0.5, y - 0.02), (x1, y)], 0.02, flat(tint(color, 0.45)))
            c.rect(
                x1 - 0.06, y, x1 - 0.035, y + 0.06, Paint((190, 190, 188), relief=0.4)
            )
    c.stroke(
        [(0.2, 0.8), (0.5, 0.86), (0.8, 0.78)], 0.02, shade(tint(color, 0.3), 0.4, 0.02)
    )
    return c.finish()


KINDS = (
    ElementKind('ball', 'sports ball', 'ground', (0.2, 0.35), ball),
    ElementKind('cup', 'cup', 'surface', (0.08, 0.12), cup),
    ElementKind('bottle', 'bottle', 'surface', (0.22, 0.33), bottle),
    ElementKind('clock', 'clock', 'wall', (0.25, 0.4), clock),
    ElementKind('book', 'book', 'flat', (0.2, 0.3), book),
    ElementKind('bag', 'handbag', 'ground', (0.3, 0.5), bag),
)
