"""Papers: tickets, receipts, letters, notes."""

from __future__ import annotations

import numpy as np

from .. import phrases
from ..canvas import Canvas
from ..identity import Identity, digits, pick, split_text, syllables
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from ..strokes import write
from .cards import bar_code, guilloche
from .things import VIVID

_PAPERS: tuple[Color, ...] = (
    (246, 244, 238), (248, 244, 226), (252, 236, 150), (236, 242, 246), (244, 232, 214),
)  # fmt: skip
_PENS: tuple[Color, ...] = ((28, 40, 120), (26, 26, 30), (20, 70, 130), (130, 26, 40))
_INK = (36, 36, 40)


def sheet(c: Canvas, width: float, color: Color, high: float = 1.0) -> None:
    """A sheet of paper: fibres, a fold, a slightly curled corner."""
    c.rect(0, 0, width, high, Paint(color, relief=0.05, reach=0.06, fade=0.07,
           slant=0.06, mottle=0.022, grain=0.012), 0.004, 'paper')  # fmt: skip
    if c.rng.random() < 0.5:
        at = float(c.rng.uniform(0.3, 0.7))
        ends = [(0, at * high), (width, at * high + 0.006)]
        if c.rng.random() < 0.5:
            ends = [(at * width, 0), (at * width + 0.006, high)]
        c.stroke(ends, 0.02, shade((70, 60, 50), 0.16, 0.008))
        c.stroke([(x + 0.012, y + 0.012) for x, y in ends], 0.012,
                 shade((255, 255, 255), 0.3, 0.006))  # fmt: skip
    corner = float(c.rng.uniform(0.05, 0.14))
    c.polygon([(width, high - corner), (width, high), (width - corner, high)],
              shade((60, 56, 50), 0.2, 0.02))  # fmt: skip


def _pen(rng: np.random.Generator) -> Paint:
    return Paint(pick(rng, _PENS), relief=0, grain=0.05, mottle=0, opacity=0.93)


def ticket(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A ticket for a train, a concert or a flight, with a stub and a bar code."""
    c = Canvas(rng, height, 2.3)
    color = pick(
        rng, ((250, 240, 214), (220, 234, 240), (244, 222, 214), (228, 238, 216))
    )
    deep = pick(rng, VIVID[:6])
    c.rect(
        0, 0, 2.3, 1, Paint(color, relief=0.05, reach=0.06, fade=0.06), 0.03, 'paper'
    )
    guilloche(c, 0.03, 0.25, 1.7, 0.97, tint(color, 0.72), 'paper')
    c.rect(0, 0.05, 2.3, 0.25, Paint(deep, relief=0, over='paper'))
    kind, title, word = pick(rng, (('TRAIN', 'TICKET', 'Coach'),
                             ('CONCERT', 'ADMIT ONE', 'Row'),
                             ('AIRLINE', 'BOARDING PASS', 'Gate')))  # fmt: skip
    white = (252, 250, 244)
    c.text(0.08, 0.08, kind, 0.13, white, 'bold')
    c.text(1.66, 0.09, title, 0.11, white, 'sans', 'r')
    place = split_text(
        rng, who.split, lambda r: f'{syllables(r, 1)} - {syllables(r, 1)}'.title()
    )
    c.text(0.08, 0.3, place, 0.16, _INK, 'bold', record=True, max_width=1.1,
           attrs=('a75_address_current_partial',))  # fmt: skip
    c.text(
        0.08, 0.5, who.name, 0.12, _INK, 'sans', attrs=('a19_name_full',), max_width=1.1
    )
    when = f'{phrases.date(rng, who.split)}  {phrases.time(rng, who.split)}'
    c.text(
        0.08, 0.66, when, 0.12, _INK, 'mono', attrs=('a82_date_time',), max_width=1.1
    )
    seat = f'{word} {rng.integers(1, 30)}   Seat {rng.integers(1, 90)}'
    c.text(0.08, 0.82, seat, 0.1, (80, 80, 90), 'sans')
    bar_code(c, 1.28, 0.34, 0.36, 0.56, digits(rng, 9))
    for y in np.linspace(0.02, 0.98, 17):
        c.rect(1.755, y, 1.765, y + 0.03, flat((120, 112, 100), 0.7))
    c.text(1.84, 0.32, place.rpartition(' ')[2], 0.1, _INK, 'bold', max_width=0.4)
    c.text(1.84, 0.48, seat.split('Seat')[1].strip(), 0.22, deep, 'bold')
    c.text(1.84, 0.8, digits(rng, 6), 0.09, _INK, 'mono')
    c.mark(('a38_ticket',), c.solid)
    return c.finish()


def receipt(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A till receipt with a torn edge."""
    aspect = float(rng.uniform(0.46, 0.6))
    c = Canvas(rng, height, aspect)
    teeth = np.linspace(0, aspect, 25)
    edge = [(x, 0.985 + 0.012 * (k % 2)) for k, x in enumerate(teeth)][::-1]
    c.polygon([(0, 0), (aspect, 0), *edge], Paint((247, 246, 243), relief=0.08,
              reach=0.1, slant=0.06, mottle=0.035), 'paper')  # fmt: skip
    mid, left, right = aspect / 2, 0.04, aspect - 0.04
    shop = split_text(rng, who.split, lambda r: f'{syllables(r, 1)} market'.upper())
    c.text(
        mid,
        0.03,
        shop,
        0.06,
        _INK,
        'mono-bold',
        'm',
        record=True,
        max_width=aspect - 0.08,
    )
    street = phrases.place(rng, who.split, ('Street', 'Lane', 'Square'))
    c.text(mid, 0.105, street, 0.034, _INK, 'mono', 'm',
           attrs=('a75_address_current_partial',), max_width=aspect - 0.08)  # fmt: skip
    when = f'{phrases.date(rng, who.split)} {phrases.time(rng, who.split)}'
    c.text(mid, 0.15, when, 0.034, _INK, 'mono', 'm', attrs=('a82_date_time',),
           max_width=aspect - 0.08)  # fmt: skip
    c.text(mid, 0.19, '-' * 24, 0.032, _INK, 'mono', 'm', max_width=aspect - 0.06)
    total, y = 0.0, 0.235
    for _ in range(int(rng.integers(6, 10))):
        name, price = phrases.goods(rng, who.split)
        c.text(left, y, name, 0.04, _INK, 'mono')
        c.text(right, y, price, 0.04, _INK, 'mono', 'r')
        total, y = total + float(price), y + 0.054
    c.text(mid, y, '-' * 24, 0.032, _INK, 'mono', 'm', max_width=aspect - 0.06)
    c.text(left, y + 0.04, 'TOTAL', 0.058, _INK, 'mono-bold')
    c.text(right, y + 0.04, f'{total:.2f}', 0.058, _INK, 'mono-bold', 'r', record=True)
    c.text(left, y + 0.12, f'CARD **** {who.card_number[-4:]}', 0.034, _INK, 'mono',
           record=True, max_width=aspect - 0.08)  # fmt: skip
    if y < 0.76:
        bar_code(c, left + 0.02, 0.9, aspect - 0.12, 0.055, digits(rng, 10))
    c.mark(('a37_receipt',), c.solid)
    return c.finish()


def mail(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """An envelope with an address, a stamp and a postmark."""
    c = Canvas(rng, height, 1.9)
    color = pick(
        rng, ((244, 242, 236), (236, 224, 196), (226, 234, 240), (206, 176, 134))
    )
    c.rect(0, 0, 1.9, 1, Paint(color, relief=0.06, reach=0.05, fade=0.08, mottle=0.025),
           0.012, 'paper')  # fmt: skip
    for x0, x1 in ((0, 0.8), (1.9, 1.1)):
        c.stroke([(x0, 1), (x1, 0.42)], 0.012, shade((90, 80, 60), 0.14, 0.006))
    stamp = pick(rng, VIVID[:6])
    c.rect(1.53, 0.07, 1.83, 0.42, Paint((250, 248, 242), relief=0.1), 0.008)
    c.rect(1.555, 0.095, 1.805, 0.395, Paint(stamp, relief=0, fade=0.4, mottle=0.1))
    c.blob([(1.56, 0.39), (1.62, 0.24), (1.68, 0.3), (1.74, 0.2), (1.8, 0.39)],
           Paint(tint(stamp, 0.5), relief=0.2))  # fmt: skip
    c.text(1.79, 0.11, str(rng.integers(40, 99)), 0.08, (250, 250, 250), 'bold', 'r')
    _postmark(c, 1.4, 0.25, phrases.date(rng, who.split))
    sender = split_text(
        rng, who.split, lambda r: f'{syllables(r, 1)} {syllables(r, 1)}'.title()
    )
    c.text(0.08, 0.08, sender, 0.055, (70, 70, 80), record=True)
    c.text(0.08, 0.15, phrases.place(rng, who.split, ('Road', 'Street')), 0.055, (70,
           70, 80), record=True)  # fmt: skip
    if rng.random() < 0.45:
        pen = _pen(rng)
        for k, (text, attr) in enumerate(_address_lines(who)):
            box = write(c, 0.72, 0.6 + 0.15 * k, text, 0.05, pen, max_width=1.0)
            c.note(text, *box)
            c.mark_box((attr, 'a26_handwriting'), *box)
    else:
        for k, (text, attr) in enumerate(_address_lines(who)):
            c.text(0.72, 0.5 + 0.135 * k, text, 0.1, _INK, attrs=(attr,), max_width=1.1)
    c.mark(('a35_mail',), c.solid)
    return c.finish()


def _address_lines(who: Identity) -> tuple[tuple[str, str], ...]:
    home = 'a78_address_home_complete'
    return (who.name, 'a19_name_full'), (who.street, home), (who.city, home)


def _postmark(c: Canvas, x: float, y: float, text: str) -> None:
    ink = Paint((40, 40, 60), relief=0, grain=0.1, opacity=0.6, inside=True)
    turn = np.linspace(0, 2 * np.pi, 40)
    rings = [
        np.stack([x + r * np.cos(turn), y + r * np.sin(turn)], 1) for r in (0.14, 0.1)
    ]
    waves = [np.stack([np.linspace(x + 0.15, x + 0.46, 20),
             y - 0.08 + 0.05 * k + 0.015 * np.sin(np.linspace(0, 9, 20))],
             1) for k in range(4)]  # fmt: skip
    c.lines(rings + waves, 0.01, ink)
    c.text(x, y - 0.025, text[:6], 0.05, (40, 40, 60), 'mono', 'm', opacity=0.7)


def name_tag(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A conference badge or sticker with a name."""
    c = Canvas(rng, height, 1.5)
    color = pick(rng, VIVID[:6])
    c.rect(0, 0.04, 1.5, 1, Paint(color, relief=0.1, reach=0.06), 0.08)
    c.rect(0.03, 0.34, 1.47, 0.94, Paint((250, 249, 246), relief=0, fade=0.06), 0.03)
    greeting = pick(rng, ('HELLO', 'VISITOR', 'GUEST', 'STAFF'))
    c.text(0.75, 0.09, greeting, 0.17, (252, 252, 250), 'bold', 'm')
    c.rect(0.62, 0.0, 0.88, 0.07, Paint((190, 192, 196), relief=0.5), 0.03)
    if rng.random() < 0.5:
        box = write(
            c, 0.16, 0.74, who.first_name, 0.17, _pen(rng), thick=0.2, max_width=1.1
        )
        c.note(who.first_name, *box)
        c.mark_box(('a20_name_first', 'a26_handwriting'), *box)
    else:
        c.text(0.75, 0.38, who.first_name, 0.25, _INK, 'bold', 'm', max_width=1.3,
               attrs=('a20_name_first', 'a19_name_full'))  # fmt: skip
        c.text(0.75, 0.69, who.last_name, 0.18, (70, 70, 80), 'sans', 'm',
               max_width=1.3, attrs=('a21_name_last', 'a19_name_full'))  # fmt: skip
    return c.finish()


def date_stamp(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A slip of paper with a rubber-stamped date."""
    c = Canvas(rng, height, 1.9)
    sheet(c, 1.9, pick(rng, _PAPERS))
    ink = pick(rng, ((170, 40, 50), (40, 60, 140), (60, 60, 70)))
    paint = Paint(ink, relief=0, grain=0.2, opacity=0.8, over='paper')
    corners = [(0.12, 0.14), (1.78, 0.14), (1.78, 0.86), (0.12, 0.86), (0.12, 0.14)]
    c.lines(
        [corners, [(x * 0.96 + 0.038, y * 0.92 + 0.04) for x, y in corners]],
        0.022,
        paint,
    )
    word = pick(rng, ('RECEIVED', 'ENTERED', 'PAID', 'CHECKED'))
    c.text(0.95, 0.2, word, 0.17, ink, 'bold', 'm', opacity=0.85)
    text = phrases.date(rng, who.split)
    c.text(0.95, 0.41, text, 0.25, ink, 'mono-bold', 'm', attrs=('a82_date_time',),
           opacity=0.88, max_width=1.5)  # fmt: skip
    c.text(0.95, 0.69, phrases.time(rng, who.split), 0.12, ink, 'mono', 'm',
           opacity=0.85, attrs=('a82_date_time',))  # fmt: skip
    for _ in range(6):
        x, y = rng.uniform(0.2, 1.7), rng.uniform(0.2, 0.8)
        c.ellipse(x, y, 0.07, 0.02, shade((248, 246, 240), 0.3, 0.02))
    return c.finish()


def handwriting(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A sheet or a sticky note with a few lines written by hand."""
    aspect = float(rng.uniform(0.85, 1.4))
    c = Canvas(rng, height, aspect)
    sheet(c, aspect, pick(rng, _PAPERS))
    if rng.random() < 0.5:
        rules = [[(0, y), (aspect, y)] for y in np.linspace(0.2, 0.95, 6)]
        c.lines(rules, 0.005, flat((120, 150, 200), 0.5))
    pen, slant = _pen(rng), float(rng.uniform(-0.05, 0.4))
    lines = int(rng.integers(3, 6))
    for k in range(lines):
        text = phrases.note(rng, who.split)
        box = write(
            c, 0.08, 0.2 + 0.15 * k, text, 0.052, pen, slant, max_width=aspect - 0.16
        )
        c.note(text, *box)
        c.mark_box(('a26_handwriting',), *box)
    return c.finish()


def phone_note(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A note with somebody's first name and phone number, by hand."""
    c = Canvas(rng, height, 1.35)
    sheet(c, 1.35, pick(rng, _PAPERS))
    pen, slant = _pen(rng), float(rng.uniform(0, 0.3))
    rows = (
        (who.first_name, 0.34, 0.095, ('a20_name_first',)),
        (who.phone, 0.66, 0.1, ('a49_phone',)),
        (pick(rng, ('call me!', 'after six', 'thank you', 'at home')), 0.9, 0.055, ()),
    )
    for text, y, size, attrs in rows:
        box = write(c, 0.1, y, text, size, pen, slant, shake=0.045, max_width=1.12)
        if attrs:
            c.note(text, *box)
        c.mark_box((*attrs, 'a26_handwriting'), *box)
    c.ellipse(1.15, 0.14, 0.07, 0.06, Paint((200, 60, 50), relief=0.6, mottle=0))
    return c.finish()


def signature(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """The foot of a letter or contract, signed."""
    c = Canvas(rng, height, 2.4)
    sheet(c, 2.4, pick(rng, _PAPERS[:2]))
    c.text(0.12, 0.06, pick(rng, ('Yours sincerely,', 'Agreed and signed:',
           'Signature:')), 0.1, _INK, 'serif')  # fmt: skip
    c.lines([[(0.12, 0.74), (1.9, 0.74)]], 0.01, flat((90, 90, 96)))
    pen = _pen(rng)
    box = write(c, 0.2, 0.66, who.name, 0.15, pen, float(rng.uniform(0.3, 0.7)), 0.13,
                0.13, max_width=1.6)  # fmt: skip
    x1 = box[2]
    loop = [(x1 - 0.1, 0.62), (x1 + 0.2, 0.5), (x1 + 0.1, 0.78), (0.5, 0.8), (0.3,
            0.72), (x1 * 0.6, 0.7)]  # fmt: skip
    c.stroke(loop, (0.012, 0.02, 0.012, 0.018, 0.01, 0.006), pen)
    c.mark_box(('a8_signature', 'a26_handwriting'), *box)
    c.mark_box(('a8_signature',), 0.3, 0.5, x1 + 0.2, 0.84)
    c.text(0.12, 0.82, who.name, 0.1, _INK, 'serif', attrs=('a19_name_full',))
    return c.finish()


KINDS = (
    ElementKind('ticket', 'ticket', 'flat', (0.06, 0.09), ticket),
    ElementKind('receipt', 'paper', 'flat', (0.14, 0.24), receipt),
    ElementKind('mail', 'envelope', 'flat', (0.11, 0.16), mail),
    ElementKind('name_tag', 'name tag', 'flat', (0.05, 0.08), name_tag),
    ElementKind('date_stamp', 'paper', 'flat', (0.05, 0.09), date_stamp),
    ElementKind('handwriting', 'paper', 'flat', (0.1, 0.25), handwriting),
    ElementKind('phone_note', 'paper', 'flat', (0.08, 0.12), phone_note),
    ElementKind('signature', 'paper', 'flat', (0.07, 0.12), signature),
)
