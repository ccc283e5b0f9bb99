"""Heads: skull, face, hair.

The frame is one head high: crown at 0, chin at 1, x 0 at the middle.
"""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity
from ..paint import Color, Paint, flat, shade, tint
from .hair import FINE, draw_back_hair, draw_front_hair

_SKULL = (
    (0.0, 0.02), (0.2, 0.05), (0.325, 0.17), (0.37, 0.36), (0.362, 0.55),
    (0.325, 0.72), (0.24, 0.87), (0.12, 0.975), (0.0, 1.0),
)  # fmt: skip


def _mirrored(half: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return half + [(-x, y) for x, y in half[::-1] if x > 1e-6]


def _skin_shadow(skin: Color) -> Color:
    return int(skin[0] * 0.62), int(skin[1] * 0.5), int(skin[2] * 0.46)


def draw_head(
    c: Canvas,
    who: Identity,
    yaw: float = 0.0,
    back: bool = False,
    young: float = 0.0,
    hair_behind: bool = False,
) -> None:
    """Draw a head with hair; tags 'hair', 'face' and 'eyes'.

    Args:
        c: The canvas, in the head's frame.
        who: Whose head.
        yaw: Turn to the right (> 0) or left, -1 to 1.
        back: Seen from behind.
        young: 0 adult to 1 small child: larger eyes, rounder face.
        hair_behind: The hair behind the head has been drawn already, before the body.
    """
    if not hair_behind:
        draw_back_hair(c, who, yaw)
    if not back:
        _skull(c, who, yaw, young)
        if c.scale > 44:
            _features(c, who, yaw, young)
        else:
            _distant_features(c, who, yaw)
    draw_front_hair(c, who, yaw, back)
    if who.face.glasses and not back and young < 0.5:
        _glasses(c, yaw)


def _skull(c: Canvas, who: Identity, yaw: float, young: float) -> None:
    face, skin = who.face, who.skin
    wide = 1 + 0.06 * face.width + 0.08 * young
    for side in (-1, 1):
        if side * yaw > 0.35:
            continue
        x = side * 0.37 * wide - yaw * 0.12
        c.ellipse(x, 0.54, 0.05, 0.11, Paint(tint(skin, 0.92), relief=0.3), 'face')
        c.ellipse(x, 0.54, 0.022, 0.06, shade(_skin_shadow(skin), 0.45, 0.012))
    half = []
    for x, y in _SKULL:
        lower = max(0.0, (y - 0.6) / 0.4)
        half.append((x * wide * (1 + 0.14 * face.jaw * lower + 0.1 * young * lower), y))
    outline = [(x - yaw * 0.04 * (1 - y), y) for x, y in _mirrored(half)]
    paint = Paint(skin, relief=0.3, reach=0.5, fade=0.1, mottle=0.012, grain=0.012)
    c.blob(outline, paint, 'face')
    shadow = _skin_shadow(skin)
    c.ellipse(0.3, 0.66, 0.12, 0.3, shade(shadow, 0.3, 0.07, 'face'), angle=0.2)
    c.ellipse(-0.2, 0.66, 0.1, 0.08, shade((225, 96, 84), 0.16, 0.05, 'face'))
    c.ellipse(0.2, 0.66, 0.1, 0.08, shade((225, 96, 84), 0.16, 0.05, 'face'))
    c.ellipse(-0.08, 0.26, 0.16, 0.09, shade((255, 250, 240), 0.2, 0.07, 'face'))


def _distant_features(c: Canvas, who: Identity, yaw: float) -> None:
    dark = _skin_shadow(who.skin)
    for side in (-1, 1):
        c.ellipse(side * 0.16 + yaw * 0.14, 0.5, 0.075, 0.035, flat(tint(dark, 0.5)))
    c.ellipse(yaw * 0.16, 0.66, 0.04, 0.06, flat(dark, 0.35))
    c.ellipse(yaw * 0.14, 0.81, 0.11, 0.03, flat((150, 70, 66), 0.8))


def _features(c: Canvas, who: Identity, yaw: float, young: float) -> None:
    face = who.face
    shift = yaw * 0.15
    gap = 0.165 * (1 + 0.06 * face.eye_gap)
    eye_y = 0.5 + 0.03 * young
    size = 0.074 * (1 + 0.12 * face.eyes + 0.22 * young)
    fine = c.scale > FINE
    if fine and young == 0:
        _wrinkles(c, who, shift)
    for side in (-1, 1):
        narrow = 1 - 0.3 * max(0.0, side * yaw)
        x = shift + side * gap * narrow
        _eye(c, who, x, eye_y, size * narrow, size, yaw, side)
        _brow(c, who, x, eye_y - 0.105 - 0.01 * face.brows, size * narrow, side)
    _nose(c, who, shift * 1.15, young)
    if face.beard > 0.15 and young == 0:
        _beard(c, who, yaw)
    _mouth(c, who, shift, 0.82 + 0.012 * face.mouth)


def _eye(
    c: Canvas, who: Identity, x: float, y: float, rx: float, size: float, yaw: float,
    side: int,
) -> None:  # fmt: skip
    dark = _skin_shadow(who.skin)
    c.ellipse(x, y - 0.02, rx * 1.5, size * 1.1, shade(dark, 0.34, 0.03, 'face'))
    tilt = -0.1 * size * side
    lids = [
        (x - rx, y + 0.1 * size + tilt), (x - rx * 0.4, y - 0.48 * size),
        (x + rx * 0.4, y - 0.48 * size), (x + rx, y + 0.1 * size - tilt),
        (x + rx * 0.4, y + 0.42 * size), (x - rx * 0.4, y + 0.42 * size),
    ]  # fmt: skip
    c.blob(lids, Paint((236, 232, 226), relief=0, fade=-0.2, mottle=0), 'eyes')
    iris, look = size * 0.5, x + 0.16 * size * yaw
    over = 'eyes'
    c.ellipse(look, y - 0.04 * size, iris, iris, _iris(tint(who.eyes, 0.6), over))
    c.ellipse(look, y, iris * 0.8, iris * 0.8, _iris(tint(who.eyes, 1.15), over))
    c.ellipse(
        look, y - 0.04 * size, iris * 0.42, iris * 0.42, _iris((14, 12, 12), over)
    )
    lash = Paint(tint(dark, 0.3), relief=0, grain=0, mottle=0, opacity=0.9)
    heavy = 0.024 if who.gender == 'female' else 0.016
    c.stroke(lids[:4], (0.008, heavy, heavy, 0.012), lash)
    if c.scale < FINE:
        return
    glint = Paint((255, 255, 255), relief=0, grain=0, mottle=0, opacity=0.9)
    c.ellipse(look - iris * 0.35, y - 0.24 * size, iris * 0.2, iris * 0.2, glint)
    c.stroke([lids[3], lids[4], lids[5], lids[0]], 0.006, flat(dark, 0.5))
    crease = [(px, py - 0.03) for px, py in lids[:4]]
    c.stroke(crease, 0.008, flat(dark, 0.45))


def _iris(color: Color, over: str) -> Paint:
    return Paint(color, relief=0, grain=0, mottle=0, over=over)


def _brow(c: Canvas, who: Identity, x: float, y: float, rx: float, side: int) -> None:
    hair = tint(who.hair, 0.75) if sum(who.hair) < 420 else tint(who.hair, 0.6)
    thick = (0.032 if who.gender == 'female' else 0.046) * (1 + 0.2 * who.face.brows)
    inner, outer = x - side * rx * 1.05, x + side * rx * 1.45
    middle = (inner + 2 * outer) / 3
    points = [(inner, y + 0.02), (middle, y - 0.02), (outer, y + 0.03)]
    paint = Paint(hair, relief=0, grain=0.1, opacity=0.8, blur=0.006, over='face')
    c.stroke(points, (thick, thick * 0.9, thick * 0.25), paint)


def _nose(c: Canvas, who: Identity, x: float, young: float) -> None:
    face, dark = who.face, _skin_shadow(who.skin)
    low = 0.685 + 0.02 * face.nose - 0.02 * young
    wide = 0.066 * (1 + 0.2 * face.nose_width)
    light = tint(who.skin, 1.7)
    c.stroke([(x + 0.045, 0.47), (x + 0.05, 0.6), (x + wide, low - 0.01)],
             (0.02, 0.03, 0.05), shade(dark, 0.34, 0.018, 'face'))  # fmt: skip
    c.stroke([(x - 0.01, 0.46), (x - 0.012, low - 0.05)], (0.02, 0.045),
             shade(light, 0.5, 0.018, 'face'))  # fmt: skip
    if c.scale > FINE:
        c.ellipse(x, low - 0.02, wide * 0.62, 0.04, shade(light, 0.4, 0.014, 'face'))
    for side in (-1, 1):
        curve = [(x + side * wide * 0.92, low - 0.055), (x + side * wide * 1.1,
                 low - 0.01), (x + side * wide * 0.7, low + 0.018)]  # fmt: skip
        if c.scale > FINE:
            c.stroke(curve, 0.012, shade(dark, 0.5, 0.005, 'face'))
        c.ellipse(x + side * wide * 0.42, low + 0.012, 0.024, 0.011,
                  flat(tint(dark, 0.5), 0.75))  # fmt: skip
    c.ellipse(x, low + 0.03, wide, 0.015, shade(dark, 0.4, 0.012, 'face'))


def _mouth(c: Canvas, who: Identity, x: float, y: float) -> None:
    face, dark = who.face, _skin_shadow(who.skin)
    half = 0.135 * (1 + 0.14 * face.mouth)
    full = 0.034 * (1 + 0.3 * face.lips)
    lift = 0.022 * face.smile + 0.008
    lip = tuple(int(0.55 * s + 0.45 * v) for s, v in zip(who.skin, (172, 66, 70)))
    if who.gender == 'female':
        lip = tuple(int(0.4 * s + 0.6 * v) for s, v in zip(lip, (186, 44, 60)))
    left, right = (x - half, y - lift), (x + half, y - lift)
    lower = [left, (x - half * 0.5, y + full * 0.9), (x, y + full * 1.45),
             (x + half * 0.5, y + full * 0.9), right, (x, y + 0.004)]  # fmt: skip
    upper = [left, (x - half * 0.35, y - full * 0.85), (x, y - full * 0.55),
             (x + half * 0.35, y - full * 0.85), right, (x, y + 0.008)]  # fmt: skip
    c.blob(lower, Paint(tint(lip, 1.08), relief=0.25, mottle=0))
    c.blob(upper, Paint(tint(lip, 0.85), relief=0.15, mottle=0))
    line = [
        left,
        (x - half * 0.4, y + 0.004),
        (x, y),
        (x + half * 0.4, y + 0.004),
        right,
    ]
    if face.smile > 0.55:
        teeth = [left, (x, y - 0.004), right, (x, y + full * 0.75)]
        c.blob(teeth, Paint((240, 236, 228), relief=0.1, mottle=0))
    c.stroke(line, (0.008, 0.012, 0.012, 0.012, 0.008), flat(tint(dark, 0.5), 0.8))
    if c.scale < FINE:
        return
    c.ellipse(x, y + full * 2.2, half * 0.5, 0.016, shade(dark, 0.35, 0.014, 'face'))
    c.ellipse(x - 0.02, y + full * 0.8, half * 0.3, 0.008,
              shade((255, 240, 236), 0.35, 0.008))  # fmt: skip


def _wrinkles(c: Canvas, who: Identity, shift: float) -> None:
    dark = _skin_shadow(who.skin)
    strength = float(np.clip((who.age - 28) / 45, 0.05, 1))
    for side in (-1, 1):
        fold = [(shift + side * 0.1, 0.69), (shift + side * 0.165, 0.77),
                (shift + side * 0.18, 0.86)]  # fmt: skip
        c.stroke(fold, 0.012, shade(dark, 0.5 * strength, 0.008, 'face'))
        c.ellipse(shift + side * 0.17, 0.575, 0.08, 0.018,
                  shade(dark, 0.4 * strength, 0.012, 'face'))  # fmt: skip
        if who.age > 48:
            for k in (-1, 0, 1):
                start, end = shift + side * 0.265, shift + side * 0.31
                c.stroke([(start, 0.5 + 0.01 * k), (end, 0.5 + 0.03 * k)], 0.006,
                         shade(dark, 0.5 * strength, 0.004, 'face'))  # fmt: skip
    if who.age > 45:
        for k in range(3):
            y = 0.24 + 0.05 * k
            line = [(shift - 0.17, y + 0.012), (shift, y), (shift + 0.17, y + 0.012)]
            c.stroke(line, 0.008, shade(dark, 0.4 * strength, 0.006, 'face'))


def _beard(c: Canvas, who: Identity, yaw: float) -> None:
    full, s = who.face.beard, yaw * 0.14
    hair = tint(who.hair, 0.85)
    outer = [(-0.36, 0.56), (-0.33, 0.76), (-0.22, 0.94), (0, 1.03), (0.22, 0.94),
             (0.33, 0.76), (0.36, 0.56)]  # fmt: skip
    inner = [
        (0.29, 0.68),
        (0.17 + s, 0.74),
        (s, 0.745),
        (-0.17 + s, 0.74),
        (-0.29, 0.68),
    ]
    paint = Paint(hair, relief=0.1, grain=0.16, opacity=min(0.95, 0.25 + 0.75 * full),
                  blur=0.022, over='face')  # fmt: skip
    c.blob(outer + inner, paint)
    c.blob([(s - 0.1, 0.79), (s, 0.775), (s + 0.1, 0.79), (s, 0.86)],
           shade(who.skin, 0.5, 0.012, 'face'))  # fmt: skip


def _glasses(c: Canvas, yaw: float) -> None:
    frame = flat((36, 30, 30), 0.95)
    wire = 0.02 if c.scale > FINE else 0.012
    s = yaw * 0.15
    for side in (-1, 1):
        narrow = 1 - 0.25 * max(0.0, side * yaw)
        x = s + side * 0.175 * narrow
        turn = np.linspace(0, 2 * np.pi, 25)
        ring = np.stack(
            [x + 0.115 * narrow * np.cos(turn), 0.515 + 0.09 * np.sin(turn)], 1
        )
        c.polygon(ring, Paint((220, 235, 245), relief=0, opacity=0.12))
        c.stroke(ring, wire, frame, curved=False)
        c.stroke([(x + side * 0.115 * narrow, 0.5), (side * 0.365, 0.49)], 0.018, frame)
    c.stroke([(s - 0.06, 0.51), (s, 0.495), (s + 0.06, 0.51)], 0.018, frame)
