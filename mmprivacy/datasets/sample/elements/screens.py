"""Screen captures: a mail program and a chat."""

from __future__ import annotations

import numpy as np

from .. import phrases
from ..canvas import Canvas
from ..identity import Identity, draw_name, pick
from ..lettering import text_width
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from .faces import portrait_photo
from .things import VIVID

_DARK = (40, 42, 48)


def _panel(c: Canvas, x0: float, y0: float, x1: float, y1: float, color: Color,
           radius: float = 0.0) -> None:  # fmt: skip
    c.rect(
        x0,
        y0,
        x1,
        y1,
        Paint(color, relief=0, fade=0.03, mottle=0.006, grain=0.004),
        radius,
    )


def _avatar(c: Canvas, x: float, y: float, size: float, who: Identity) -> None:
    if c.rng.random() < 0.5:
        c.ellipse(x, y, size, size, flat(pick(c.rng, VIVID[:6])))
        c.text(
            x,
            y - size * 0.62,
            who.first_name[0],
            size * 1.05,
            (250, 250, 250),
            'bold',
            'm',
        )
        return
    picture = portrait_photo(c.rng, max(24, round(size * c.unit * 1.3)), who)
    high, wide = picture.rgba.shape[:2]
    half = size * wide / high
    c.paste(picture, [(x - half, y - size), (x + half, y - size), (x + half, y + size),
                      (x - half, y + size)])  # fmt: skip


def _window(c: Canvas, aspect: float, title: str, bar: Color) -> None:
    _panel(c, 0, 0, aspect, 1, (246, 247, 249), 0.012)
    _panel(c, 0, 0, aspect, 0.06, bar, 0.012)
    _panel(c, 0, 0.04, aspect, 0.065, bar)
    for k, color in enumerate(((236, 96, 86), (242, 188, 72), (98, 196, 92))):
        c.ellipse(0.035 + 0.035 * k, 0.032, 0.011, 0.011, flat(color))
    ink = (250, 250, 250) if sum(bar) < 400 else _DARK
    c.text(aspect / 2, 0.014, title, 0.032, ink, 'bold', 'm')


def email_page(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A mail program: list of mails on the left, an open mail on the right."""
    aspect = float(rng.uniform(1.3, 1.6))
    c = Canvas(rng, height, aspect)
    deep = pick(rng, (*VIVID[1:3], (70, 74, 84), (92, 60, 130)))
    _window(c, aspect, 'Mail', pick(rng, (deep, (226, 228, 232))))
    split = aspect * 0.34
    _panel(c, 0, 0.065, split, 1, (234, 237, 242))
    for k in range(7):
        first, last = draw_name(rng, who.split)
        y = 0.085 + 0.13 * k
        if k == 1:
            _panel(c, 0.008, y - 0.01, split - 0.008, y + 0.11, tint(deep, 2.4), 0.01)
        c.text(0.03, y, f'{first} {last}', 0.036, _DARK, 'bold', attrs=('a19_name_full',
               ), max_width=split - 0.16)  # fmt: skip
        c.text(split - 0.02, y + 0.004, phrases.time(rng, who.split), 0.026, (120, 124,
               132), anchor='r')  # fmt: skip
        c.text(0.03, y + 0.052, phrases.note(rng, who.split), 0.03, (104, 108, 116),
               max_width=split - 0.06)  # fmt: skip
        c.lines(
            [[(0.02, y + 0.112), (split - 0.02, y + 0.112)]],
            0.003,
            flat((206, 210, 216)),
        )
    _open_mail(c, who, split + 0.035, aspect - 0.035, deep)
    return c.finish()


def _open_mail(
    c: Canvas, who: Identity, left: float, right: float, deep: Color
) -> None:
    rng, wide = c.rng, right - left
    c.text(left, 0.09, phrases.note(rng, who.split), 0.052, _DARK, 'bold', record=True,
           attrs=('a92_email_content',), max_width=wide)  # fmt: skip
    _avatar(c, left + 0.045, 0.215, 0.045, who)
    c.text(left + 0.11, 0.17, who.name, 0.038, _DARK, 'bold', attrs=('a19_name_full',))
    c.text(
        left + 0.11,
        0.22,
        who.email,
        0.034,
        deep,
        attrs=('a90_email',),
        max_width=wide - 0.12,
    )
    c.lines([[(left, 0.29), (right, 0.29)]], 0.003, flat((206, 210, 216)))
    body = ('a92_email_content',)
    other = draw_name(rng, who.split)[0]
    c.text(left, 0.32, f'Dear {other},', 0.038, _DARK, attrs=(*body, 'a20_name_first'))
    y = 0.395
    for _ in range(int(rng.integers(4, 7))):
        c.text(left, y, phrases.message(rng, who.split) + '.', 0.038, _DARK, attrs=body,
               max_width=wide)  # fmt: skip
        y += 0.062
    c.text(left, y + 0.03, who.first_name, 0.038, _DARK, attrs=('a20_name_first',))
    c.text(left, y + 0.085, who.phone, 0.034, (100, 104, 112), attrs=('a49_phone',))
    for k, word in enumerate(('Reply', 'Forward')):
        x = left + 0.2 * k
        c.rect(x, 0.91, x + 0.175, 0.965, Paint(deep if k == 0 else (222, 226, 232),
               relief=0.1, mottle=0), 0.012)  # fmt: skip
        ink = (250, 250, 250) if k == 0 else _DARK
        c.text(x + 0.0875, 0.92, word, 0.032, ink, 'bold', 'm')


def chat_screen(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A chat on a phone: header with a name, bubbles, an input line."""
    aspect = float(rng.uniform(0.5, 0.75))
    c = Canvas(rng, height, aspect)
    night = rng.random() < 0.25
    back = (
        (30, 34, 42)
        if night
        else pick(rng, ((236, 229, 218), (226, 234, 240), (238, 238, 242)))
    )
    accent = pick(rng, ((44, 128, 96), (36, 92, 170), (120, 74, 150), (60, 66, 78)))
    c.rect(0, 0, aspect, 1, Paint(back, relief=0, mottle=0.03, fade=0.05), 0.02)
    _panel(c, 0, 0, aspect, 0.115, accent, 0.02)
    _panel(c, 0, 0.08, aspect, 0.115, accent)
    white = (250, 250, 250)
    c.text(0.03, 0.006, phrases.time(rng, who.split), 0.024, white)
    c.rect(aspect - 0.065, 0.01, aspect - 0.025, 0.028, flat(white, 0.9), 0.004)
    c.lines([[(0.045, 0.055), (0.025, 0.072), (0.045, 0.089)]], 0.007, flat(white))
    _avatar(c, 0.095, 0.072, 0.03, who)
    c.text(0.14, 0.04, who.username, 0.034, white, 'bold', attrs=('a85_username',),
           max_width=aspect - 0.2)  # fmt: skip
    c.text(
        0.14,
        0.082,
        pick(rng, ('online', 'typing ...', 'seen today')),
        0.022,
        (226, 232, 236),
    )
    _bubbles(c, who, aspect, tint(accent, 2.6), night)
    _panel(
        c,
        0.02,
        0.935,
        aspect - 0.1,
        0.985,
        (252, 252, 252) if not night else (58, 62, 72),
        0.025,
    )
    c.text(0.05, 0.944, 'Message', 0.028, (150, 154, 160))
    c.ellipse(aspect - 0.05, 0.96, 0.03, 0.03, flat(accent))
    c.polygon(
        [(aspect - 0.062, 0.945), (aspect - 0.034, 0.96), (aspect - 0.062, 0.975)],
        flat(white),
    )
    return c.finish()


def _bubbles(c: Canvas, who: Identity, aspect: float, mine: Color, night: bool) -> None:
    rng, y, size = c.rng, 0.14, 0.034
    limit = aspect * 0.74
    while y < 0.86:
        right = rng.random() < 0.5
        words = phrases.message(rng, who.split)
        lines = _wrapped(words, size, limit - 0.05)
        wide = max(text_width(line, 'sans', 100) / 100 * size for line in lines) + 0.05
        high = 0.026 + 0.046 * len(lines)
        if y + high > 0.92:
            break
        x0 = aspect - 0.025 - wide if right else 0.025
        color = mine if right else (56, 60, 70) if night else (252, 252, 252)
        c.rect(x0 + 0.003, y + 0.005, x0 + wide + 0.003, y + high + 0.005,
               shade((0, 0, 0), 0.18, 0.004), 0.02)  # fmt: skip
        _panel(c, x0, y, x0 + wide, y + high, color, 0.02)
        tail = x0 + wide - 0.01 if right else x0 + 0.01
        out = 0.018 if right else -0.018
        c.polygon([(tail - out, y + high), (tail + out, y + high + 0.004),
                  (tail, y + high - 0.03)], flat(color))  # fmt: skip
        ink = (236, 238, 240) if sum(color) < 380 else _DARK
        for k, line in enumerate(lines):
            c.text(x0 + 0.025, y + 0.01 + 0.046 * k, line, size, ink,
                   attrs=('a97_online_conversation',), record=False)  # fmt: skip
        c.note(words, x0 + 0.02, y + 0.01, x0 + wide - 0.02, y + high - 0.008)
        c.mark_box(('a97_online_conversation',), x0, y, x0 + wide, y + high)
        y += high + float(rng.choice(np.array([0.014, 0.03])))


def _wrapped(text: str, size: float, limit: float) -> list[str]:
    lines = ['']
    for word in text.split():
        longer = f'{lines[-1]} {word}'.strip()
        if lines[-1] and text_width(longer, 'sans', 100) / 100 * size > limit:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


KINDS = (
    ElementKind('email_page', 'screen', 'screen', (0.2, 0.35), email_page),
    ElementKind('chat_screen', 'screen', 'screen', (0.13, 0.3), chat_screen),
)
