"""What cards and documents have in common: ground, chip, photo, fields, codes."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity
from ..paint import Color, Paint, flat, shade, tint
from .faces import portrait_photo

CARD = 1.586  # width over height of an ID-1 card
INK = (34, 36, 52)


def guilloche(c: Canvas, x0: float, y0: float, x1: float, y1: float, color: Color,
              over: str, lines: int = 9) -> None:  # fmt: skip
    """Fine interwoven wave lines, as printed on documents against copying."""
    if c.unit < 150:
        return
    x = np.linspace(x0, x1, 160)
    phase, waves = c.noise.random(2) * 6.28, c.noise.uniform(1.5, 4, 2)
    paint = Paint(color, relief=0, grain=0, mottle=0, opacity=0.4, over=over)
    waves_drawn = []
    swing = (y1 - y0) * 0.32
    for k in range(lines):
        t = k / (lines - 1)
        middle = y0 + (y1 - y0) * t
        wave = np.sin(x / (x1 - x0) * 6.28 * waves[0] + phase[0] + t * 3)
        wave *= np.cos(x / (x1 - x0) * 6.28 * waves[1] + phase[1] - t * 2)
        waves_drawn.append(np.stack([x, middle + swing * wave], 1))
    c.lines(waves_drawn, 0.006, paint)


def card_base(c: Canvas, color: Color, aspect: float = CARD, radius: float = 0.06,
              second: Color | None = None) -> None:  # fmt: skip
    """A plastic card: round corners, soft sheen, guilloche."""
    c.rect(0, 0, aspect, 1, Paint(tint(color, 0.75), relief=0), radius, 'rim')
    c.rect(0.006, 0.006, aspect - 0.006, 0.994, Paint(color, relief=0.05, reach=0.05,
           fade=0.06, slant=0.1, mottle=0.02), radius, 'card')  # fmt: skip
    guilloche(c, 0.03, 0.05, aspect - 0.03, 0.95, second or tint(color, 0.75), 'card')


def sheen(c: Canvas, aspect: float) -> None:
    """A diagonal reflection over a card."""
    at = float(c.rng.uniform(0.1, 0.7)) * aspect
    c.polygon([(at, 0), (at + 0.25, 0), (at - 0.15, 1), (at - 0.4, 1)],
              shade((255, 255, 255), 0.12, 0.04))  # fmt: skip


def chip(c: Canvas, x: float, y: float, size: float) -> None:
    """Contacts of a chip card."""
    c.rect(x, y, x + size, y + size * 0.8, Paint((214, 184, 104), relief=0.3,
           slant=0.2), size * 0.15)  # fmt: skip
    dark = flat((120, 92, 40), 0.8)
    for t in (0.27, 0.53):
        c.stroke([(x, y + size * t), (x + size * 0.33, y + size * t)], 0.008, dark)
        c.stroke(
            [(x + size * 0.67, y + size * t), (x + size, y + size * t)], 0.008, dark
        )
    c.rect(x + size * 0.33, y + size * 0.12, x + size * 0.67, y + size * 0.68,
           Paint((224, 196, 120), relief=0.2), 0.012)  # fmt: skip
    c.stroke([(x + size * 0.5, y), (x + size * 0.5, y + size * 0.12)], 0.008, dark)
    c.stroke(
        [(x + size * 0.5, y + size * 0.68), (x + size * 0.5, y + size * 0.8)],
        0.008,
        dark,
    )


def put_photo(
    c: Canvas, who: Identity, x0: float, y0: float, x1: float, y1: float
) -> None:
    """The holder's photo in a box."""
    height = max(24, round((y1 - y0) * c.unit * 0.55))
    picture = portrait_photo(c.rng, height, who)
    c.paste(picture, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def put_field(
    c: Canvas, x: float, y: float, label: str, value: str, attrs: tuple[str, ...],
    size: float = 0.075, width: float = 0.85, record: bool = True,
) -> None:  # fmt: skip
    """A small label with its value below."""
    c.text(x, y - 0.002, label, size * 0.5, (92, 96, 112))
    c.text(x, y + size * 0.55, value, size, INK, 'bold', attrs=attrs, record=record,
           max_width=width)  # fmt: skip


def country(who: Identity) -> str:
    """An invented country that goes with a nationality."""
    return who.nationality[:-3].capitalize()


def emblem(c: Canvas, x: float, y: float, size: float, color: Color) -> None:
    """An invented coat of arms: star over a shield."""
    c.blob([(x - size, y - size), (x + size, y - size),
           (x + size * 0.9, y + size * 0.3), (x, y + size * 1.2),
           (x - size * 0.9, y + size * 0.3)], Paint(color, relief=0.3,
           mottle=0))  # fmt: skip
    star = [(x + size * r * np.sin(t), y - size * r * np.cos(t)) for t,
            r in ((k * np.pi / 5, 0.7 if k % 2 == 0 else 0.3) for k
            in range(10))]  # fmt: skip
    c.polygon(star, flat((250, 240, 214)))


def bar_code(
    c: Canvas, x: float, y: float, width: float, high: float, code: str
) -> None:
    """Bars whose widths follow the digits (decoration, not a real code)."""
    c.rect(x - 0.01, y - 0.01, x + width + 0.01, y + high + 0.01, flat((250, 250, 250)))
    widths = [1 + (int(d) + k) % 3 for k, d in enumerate(code * 3)]
    step, at = width / sum(widths), x
    for k, wide in enumerate(widths):
        if k % 2 == 0:
            c.rect(at, y, at + wide * step, y + high, flat((20, 20, 22)))
        at += wide * step
