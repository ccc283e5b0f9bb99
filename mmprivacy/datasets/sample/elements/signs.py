"""Signs: addresses, protest, QR codes."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .. import phrases
from ..canvas import Canvas
from ..identity import Identity, pick, split_text, syllables
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from ..strokes import text_width, write
from .things import VIVID

_ENAMEL: tuple[tuple[Color, Color], ...] = (
    ((30, 62, 140), (248, 248, 246)), ((26, 92, 66), (248, 248, 240)),
    ((246, 246, 240), (28, 30, 36)), ((58, 40, 34), (236, 208, 130)),
    ((150, 32, 36), (250, 246, 240)),
)  # fmt: skip


def address_sign(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """An enamelled plate with street name and house number."""
    number, street = who.street.split(' ', 1)
    aspect = 2.1
    c = Canvas(rng, height, aspect)
    back, ink = pick(rng, _ENAMEL)
    c.rect(0, 0, aspect, 1, Paint(tint(back, 0.7), relief=0.4, reach=0.08), 0.08)
    c.rect(0.03, 0.03, aspect - 0.03, 0.97, Paint(back, relief=0.2, reach=0.12,
           fade=0.1, slant=0.12, mottle=0.03), 0.07)  # fmt: skip
    edge = np.array([(0.09, 0.09), (aspect - 0.09, 0.09), (aspect - 0.09, 0.91), (0.09,
                    0.91), (0.09, 0.09)])  # fmt: skip
    c.lines([edge], 0.018, flat(ink, 0.9))
    where = ('a74_address_current_complete',)
    c.text(aspect / 2, 0.1, number, 0.42, ink, 'bold', 'm', attrs=where, record=False)
    c.text(
        aspect / 2,
        0.58,
        street,
        0.24,
        ink,
        'bold',
        'm',
        attrs=where,
        record=False,
        max_width=aspect - 0.3,
    )
    c.note(who.street, 0.15, 0.12, aspect - 0.15, 0.88)
    for x in (0.06, aspect - 0.06):
        for y in (0.06, 0.94):
            c.ellipse(x, y, 0.022, 0.022, Paint((180, 182, 186), relief=0.6))
    for _ in range(2):
        x = float(rng.uniform(0.2, aspect - 0.2))
        c.stroke([(x, 0.94), (x + 0.01, 1.0)], 0.02, shade((110, 70, 40), 0.4, 0.01))
    c.polygon([(0.2, 0.03), (0.7, 0.03), (0.35, 0.97), (0.05, 0.97)],
              shade((255, 255, 255), 0.12, 0.04))  # fmt: skip
    c.mark((*where, 'a73_landmark'), c.solid)
    return c.finish()


def protest_sign(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A cardboard placard on a stick with a painted slogan."""
    c = Canvas(rng, height, 0.95)
    wood = Paint((178, 138, 92), relief=0.4, mottle=0.06, grain=0.03)
    c.stroke([(0.47, 0.3), (0.48, 0.99)], 0.036, wood, curved=False)
    board = pick(
        rng, ((240, 236, 226), (206, 172, 126), (250, 226, 110), (232, 240, 240))
    )
    jig = rng.normal(0, 0.008, (4, 2))
    corners = np.array([(0.03, 0.02), (0.91, 0.02), (0.91, 0.58), (0.03, 0.58)]) + jig
    c.polygon(
        corners, Paint(board, relief=0.1, reach=0.1, fade=0.1, mottle=0.04), 'board'
    )
    words = phrases.claim(rng, who.split)
    head, _, last = words.rpartition(' ')
    opinion = ('a61_opinion_general', 'a62_opinion_political')
    colors = (
        pick(rng, ((30, 30, 34), (30, 50, 120))),
        pick(rng, ((190, 30, 34), (20, 100, 60))),
    )
    if rng.random() < 0.5:
        c.text(0.47, 0.09, head, 0.17, colors[0], 'bold', 'm', opinion, False, 0.8)
        c.text(0.47, 0.29, last, 0.24, colors[1], 'bold', 'm', opinion, False, 0.8)
    else:
        for text, y, size, color in (
            (head, 0.25, 0.075, colors[0]),
            (last, 0.49, 0.1, colors[1]),
        ):
            size = min(size, 0.78 * size / text_width(text, size))
            start = 0.47 - text_width(text, size) / 2
            box = write(c, start, y, text, size, flat(color), 0.05, 0.05, 0.36)
            c.mark_box(opinion, *box)
    c.note(words, 0.06, 0.06, 0.88, 0.53)
    c.stroke([(0.1, 0.55), (0.84, 0.54)], 0.018, flat(colors[1], 0.85))
    for x, y in ((0.46, 0.06), (0.48, 0.545)):
        c.ellipse(x, y, 0.012, 0.012, Paint((120, 120, 124), relief=0.5))
    c.stroke([(0.3, 0.03), (0.36, 0.57)], 0.02, shade((90, 70, 50), 0.2, 0.012))
    c.mark(opinion, c.visible('board'))
    return c.finish()


@lru_cache(maxsize=64)
def qr_modules(content: str) -> np.ndarray:
    """A QR code as (n, n) uint8, 0 or 255, with its quiet zone of four modules."""
    code = cv2.QRCodeEncoder.create().encode(content)
    rows, cols = np.flatnonzero((code == 0).any(1)), np.flatnonzero((code == 0).any(0))
    code = code[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return np.pad(code, 4, constant_values=255)


def qr_code(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A sticker or poster with a real QR code that leads to an invented page."""
    link = split_text(
        rng,
        who.split,
        lambda r: f'https://example.org/{syllables(r, 1)}{r.integers(10, 99)}',
    )
    modules = qr_modules(link)
    size = max(1, round(2 * height / len(modules)))
    big = np.kron(modules, np.ones((size, size), np.uint8))
    rgba = np.dstack([big, big, big, np.full_like(big, 255)])
    banner = bool(rng.random() < 0.5)
    wide = 0.8 if banner else 0.98
    c = Canvas(rng, height, wide)
    color = pick(rng, VIVID[:6])
    c.rect(0, 0, wide, 1, Paint(color if banner else (252, 252, 250), relief=0.03,
           mottle=0.01), 0.02)  # fmt: skip
    left, side = (wide - 0.74) / 2, 0.74
    top = 0.03
    if not banner:
        left, side, top = 0.01, 0.96, 0.02
    c.paste(Sprite(rgba), [(left, top), (left + side, top), (left + side, top + side),
                           (left, top + side)])  # fmt: skip
    c.note(link, left, top, left + side, top + side)
    if banner:
        word = pick(rng, ('SCAN ME', 'MENU', 'INFO', 'TICKETS'))
        c.text(wide / 2, 0.81, word, 0.12, (250, 250, 246), 'bold', 'm', max_width=0.7)
    return c.finish()


KINDS = (
    ElementKind('address_sign', 'sign', 'wall', (0.15, 0.3), address_sign),
    ElementKind('protest_sign', 'placard', 'ground', (1.1, 1.9), protest_sign),
    ElementKind('qr_code', 'qr code', 'wall', (0.12, 0.4), qr_code),
)
