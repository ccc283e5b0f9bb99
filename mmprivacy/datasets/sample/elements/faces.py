"""Portraits: head and shoulders, also as the photo on a document."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, pick
from ..paint import Paint, shade, tint
from ..sprite import ElementKind, Sprite
from .hair import draw_back_hair
from .head import draw_head

CLOTHES = (
    (44, 58, 92), (122, 40, 44), (58, 92, 70), (196, 188, 172), (70, 70, 76),
    (150, 112, 70), (92, 64, 110), (208, 146, 60), (34, 34, 40), (110, 142, 168),
)  # fmt: skip


def draw_bust(c: Canvas, who: Identity, yaw: float = 0.0, young: float = 0.0) -> None:
    """Shoulders, neck and head in a unit frame one sprite high, centred on x = 0."""
    skin, cloth = who.skin, pick(c.rng, CLOTHES)
    wide = 0.43 + 0.05 * who.build + (0.04 if who.gender == 'male' else 0)
    wide *= 1 - 0.18 * young
    with c.placed(0, 0.06, 0.62):
        draw_back_hair(c, who, yaw)
    body = [(-0.1, 0.75), (-0.17, 0.765), (-0.3, 0.81), (-wide, 0.88), (-wide - 0.05,
            1.08), (wide + 0.05, 1.08), (wide, 0.88), (0.3, 0.81), (0.17, 0.765), (0.12,
            0.7)]  # fmt: skip
    kind = pick(c.rng, ('', '', 'pins', 'stripes', 'checks'))
    paint = Paint(cloth, relief=0.35, reach=0.5, mottle=0.08, grain=0.03, pattern=kind,
                  second=tint(cloth, 1.5), pitch=0.03)  # fmt: skip
    c.blob(body, paint, 'cloth')
    neck = [(-0.115, 0.58), (-0.12, 0.72), (-0.15, 0.79), (0, 0.87), (0.15, 0.79),
            (0.12, 0.72), (0.115, 0.58)]  # fmt: skip
    c.blob(neck, Paint(tint(skin, 0.9), relief=0.22, fade=-0.1), 'skin')
    dark = tuple(int(v * 0.5) for v in skin)
    c.ellipse(0.02, 0.69, 0.13, 0.05, shade(dark, 0.6, 0.025, 'skin'))
    _collar(c, cloth, pick(c.rng, ('round', 'shirt', 'jacket')))
    for x in (-0.3, 0.3):
        c.stroke([(x, 0.84), (x * 1.1, 1.02)], 0.02,
                 shade(tint(cloth, 0.4), 0.5, 0.02, 'cloth'))  # fmt: skip
    with c.placed(0, 0.06, 0.62):
        draw_head(c, who, yaw, young=young, hair_behind=True)


def _collar(c: Canvas, cloth: tuple[int, int, int], kind: str) -> None:
    if kind == 'round':
        line = [(-0.15, 0.785), (-0.08, 0.85), (0, 0.875), (0.08, 0.85), (0.15, 0.785)]
        c.stroke(line, 0.022, Paint(tint(cloth, 0.75), relief=0.3), 'cloth')
        return
    inner = (236, 236, 232) if kind == 'jacket' else tint(cloth, 1.25)
    if kind == 'jacket':
        c.polygon([(-0.12, 0.79), (0, 0.87), (0.12, 0.79), (0, 1.05)],
                  Paint(inner, relief=0.1), 'cloth')  # fmt: skip
    for side in (-1, 1):
        flap = [(side * 0.13, 0.755), (side * 0.005, 0.885), (side * 0.1, 0.95),
                (side * 0.19, 0.8)]  # fmt: skip
        color = tint(cloth, 0.85) if kind == 'jacket' else inner
        c.polygon(flap, Paint(color, relief=0.3), 'cloth')


def mark_portrait(c: Canvas, complete: bool = True) -> None:
    """Declare what a large face shows."""
    face = c.visible('face', 'eyes')
    head = c.visible('face', 'eyes', 'hair')
    c.mark(('a9_face_complete' if complete else 'a10_face_partial',), face)
    c.mark(('a1_age_approx', 'a4_gender'), head)
    c.mark(('a17_color', 'a16_race'), c.visible('face', 'skin'))
    c.mark(('a6_hair_color',), c.visible('hair'))
    if complete and c.unit > 180:
        c.mark(('a5_eye_color',), c.visible('eyes'))


def portrait_photo(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A passport photo: the face before a plain light ground, edges straight."""
    c = Canvas(rng, height, 0.8)
    ground = pick(rng, ((206, 212, 218), (222, 220, 212), (196, 206, 206)))
    c.rect(0, 0, 0.8, 1, Paint(ground, relief=0, fade=0.12, mottle=0.02))
    with c.placed(0.4, 0.05, 0.95):
        draw_bust(c, who)
    c.mark(('a9_face_complete',), c.visible('face', 'eyes'))
    c.mark(('a1_age_approx', 'a4_gender'), c.visible('face', 'eyes', 'hair'))
    c.mark(('a17_color',), c.visible('face', 'skin'))
    c.mark(('a6_hair_color',), c.visible('hair'))
    return c.finish()


def face_closeup(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """Head and shoulders, facing or turned a little; cut off at the lower edge."""
    c = Canvas(rng, height, 1.3)
    yaw = float(np.clip(rng.normal(0, 0.4), -0.75, 0.75))
    with c.placed(0.65, 0.08, 0.92):
        draw_bust(c, who, yaw)
    mark_portrait(c, complete=abs(yaw) < 0.6)
    return c.finish()


KINDS = (ElementKind('face_closeup', 'face', 'ground', (0.4, 0.55), face_closeup),)
