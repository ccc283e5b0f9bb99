"""Cards and identity documents, seen flat from above."""

from __future__ import annotations

import numpy as np

from ..canvas import Canvas
from ..identity import Identity, digits, pick, split_text, syllables
from ..lettering import text_width
from ..paint import Color, Paint, flat, shade, tint
from ..sprite import ElementKind, Sprite
from ..strokes import write
from .cards import (
    CARD,
    INK,
    bar_code,
    card_base,
    chip,
    country,
    emblem,
    guilloche,
    put_field,
    put_photo,
    sheen,
)

_PASTEL: tuple[Color, ...] = (
    (206, 222, 232), (226, 214, 226), (214, 228, 206), (236, 224, 200), (222, 222, 228),
)  # fmt: skip
_DEEP: tuple[Color, ...] = ( (28, 52, 110), (120, 30, 40), (24, 84, 66), (46, 46, 52),
             (92, 44, 110), (180, 140, 60), (20, 110, 140), (190, 70, 40),
             )  # fmt: skip


def id_card(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A national identity card: photo, names, birth, number."""
    c = Canvas(rng, height, CARD)
    card_base(c, pick(rng, _PASTEL))
    deep = pick(rng, _DEEP)
    c.rect(
        0.006,
        0.02,
        CARD - 0.006,
        0.155,
        Paint(deep, relief=0, opacity=0.85, over='card'),
    )
    emblem(c, 0.1, 0.085, 0.045, (210, 180, 90))
    c.text(0.2, 0.04, 'IDENTITY CARD', 0.085, (250, 250, 250), 'bold')
    c.text(CARD - 0.07, 0.055, who.nationality.upper(), 0.055, (250, 250, 250),
           anchor='r', attrs=('a25_nationality',))  # fmt: skip
    put_photo(c, who, 0.07, 0.22, 0.5, 0.76)
    x, name = 0.56, ('a19_name_full',)
    put_field(
        c, x, 0.2, 'Surname', who.last_name.upper(), (*name, 'a21_name_last'), 0.085
    )
    put_field(
        c,
        x,
        0.345,
        'Given name',
        who.first_name.upper(),
        (*name, 'a20_name_first'),
        0.085,
    )
    put_field(
        c, x, 0.49, 'Date of birth', who.birth_date, ('a24_birth_date',), 0.075, 0.5
    )
    put_field(
        c,
        x + 0.58,
        0.49,
        'Sex',
        who.gender[0].upper(),
        ('a4_gender',),
        0.075,
        record=False,
    )
    put_field(
        c, x, 0.625, 'Place of birth', who.birth_city, ('a23_birth_city',), 0.075, 0.5
    )
    put_field(c, 0.07, 0.83, 'Document no.', who.document_number, (), 0.075, 0.5)
    _sign(c, who, 0.98, 0.9, 0.5)
    c.ellipse(1.4, 0.72, 0.1, 0.1, Paint((150, 190, 210), relief=0.6, opacity=0.35))
    sheen(c, CARD)
    c.mark(('a29_ausweis',), c.solid)
    return c.finish()


def _sign(c: Canvas, who: Identity, x: float, y: float, width: float) -> None:
    ink = Paint((36, 40, 90), relief=0, grain=0, mottle=0, opacity=0.9)
    box = write(c, x, y, who.name, 0.045, ink, slant=0.5, shake=0.16, max_width=width)
    c.mark_box(('a8_signature',), *box)


def drivers_license(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A driving licence: numbered fields, photo, classes."""
    c = Canvas(rng, height, CARD)
    card_base(c, pick(rng, ((240, 208, 214), (236, 222, 196), (216, 226, 216))),
              second=pick(rng, ((210, 140, 160), (170, 150, 110), (130, 170,
              150))))  # fmt: skip
    c.text(0.32, 0.06, 'DRIVING LICENCE', 0.09, (60, 50, 110), 'bold')
    c.text(CARD - 0.07, 0.065, country(who).upper(), 0.06, (60, 50, 110), 'bold', 'r')
    c.rect(0.07, 0.05, 0.26, 0.19, Paint((40, 62, 140), relief=0.15), 0.012)
    c.text(0.165, 0.07, country(who)[:2].upper(), 0.085, (250, 240, 180), 'bold', 'm')
    put_photo(c, who, 0.07, 0.25, 0.47, 0.78)
    rows = (
        ('1.', who.last_name.upper(), ('a19_name_full', 'a21_name_last')),
        ('2.', who.first_name, ('a19_name_full', 'a20_name_first')),
        (
            '3.',
            f'{who.birth_date} {who.birth_city}',
            ('a24_birth_date', 'a23_birth_city'),
        ),
        ('4b.', split_text(rng, who.split, _later_date), ()),
        ('5.', who.document_number, ()),
        ('8.', who.address, ('a78_address_home_complete',)),
    )
    for k, (label, value, attrs) in enumerate(rows):
        y = 0.2 + 0.1 * k
        c.text(0.52, y + 0.01, label, 0.05, (90, 90, 110))
        c.text(
            0.62, y, value, 0.068, INK, 'bold', attrs=attrs, record=True, max_width=0.9
        )
    _sign(c, who, 0.62, 0.88, 0.5)
    c.text(
        CARD - 0.09,
        0.83,
        pick(rng, ('AM B L', 'B BE', 'A B C')),
        0.08,
        INK,
        'bold',
        'r',
    )
    sheen(c, CARD)
    c.mark(('a32_drivers_license',), c.solid)
    return c.finish()


def _later_date(rng: np.random.Generator) -> str:
    day, month = rng.integers(1, 29), rng.integers(1, 13)
    return f'{day:02d}.{month:02d}.{rng.integers(2026, 2036)}'


def passport(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """The data page of a passport, or its closed cover."""
    if rng.random() < 0.25:
        return _passport_cover(rng, height, who)
    c = Canvas(rng, height, 1.42)
    base = pick(rng, _PASTEL)
    c.rect(0, 0, 1.42, 1, Paint(tint(base, 1.3), relief=0.06, reach=0.06, fade=0.08,
           mottle=0.03), 0.025, 'card')  # fmt: skip
    guilloche(c, 0.02, 0.03, 1.4, 0.76, tint(base, 0.75), 'card', 14)
    c.text(0.06, 0.035, 'PASSPORT', 0.075, (40, 50, 100), 'serif-bold')
    c.text(1.36, 0.05, country(who).upper(), 0.06, (40, 50, 100), 'serif-bold', 'r')
    put_photo(c, who, 0.06, 0.16, 0.44, 0.66)
    x, name = 0.5, ('a19_name_full',)
    put_field(
        c, x, 0.15, 'Surname', who.last_name.upper(), (*name, 'a21_name_last'), 0.07
    )
    put_field(
        c,
        x,
        0.265,
        'Given names',
        who.first_name.upper(),
        (*name, 'a20_name_first'),
        0.07,
    )
    put_field(
        c, x, 0.38, 'Nationality', who.nationality.upper(), ('a25_nationality',), 0.065
    )
    put_field(
        c, x, 0.49, 'Date of birth', who.birth_date, ('a24_birth_date',), 0.065, 0.42
    )
    put_field(
        c,
        x + 0.5,
        0.49,
        'Sex',
        who.gender[0].upper(),
        ('a4_gender',),
        0.065,
        record=False,
    )
    put_field(c, x, 0.6, 'Place of birth', who.birth_city, ('a23_birth_city',), 0.065)
    put_field(c, x + 0.5, 0.38, 'Passport no.', who.document_number, (), 0.065, 0.36)
    c.rect(0.0, 0.775, 1.42, 0.776, flat((150, 150, 160), 0.5))
    lines = _machine_lines(who)
    size = 1.3 / (text_width(lines[0], 'mono', 100) / 100)
    for k, line in enumerate(lines):
        c.text(0.06, 0.815 + 0.08 * k, line, size, (24, 24, 28), 'mono', attrs=name)
    sheen(c, 1.42)
    c.mark(('a31_passport',), c.solid)
    return c.finish()


def _machine_lines(who: Identity) -> tuple[str, str]:
    code = who.nationality[:3].upper()
    first = f'P<{code}{who.last_name}<<{who.first_name}'.upper().ljust(36, '<')[:36]
    day, month, year = who.birth_date.split('.')
    second = (
        f'{who.document_number}<{code}{year[2:]}{month}{day}{who.gender[0].upper()}'
    )
    return first, second.ljust(36, '<')[:36]


def _passport_cover(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    c = Canvas(rng, height, 0.72)
    color = pick(rng, ((92, 24, 36), (22, 40, 84), (24, 70, 54)))
    c.rect(0.008, 0.008, 0.715, 1.0, Paint((226, 220, 204), relief=0.2), 0.03)
    c.rect(0, 0, 0.705, 0.992, Paint(color, relief=0.15, reach=0.08, mottle=0.07,
           grain=0.05), 0.03)  # fmt: skip
    gold = (214, 182, 104)
    c.text(0.35, 0.12, country(who).upper(), 0.075, gold, 'serif-bold', 'm',
           record=True, attrs=('a25_nationality',), max_width=0.6)  # fmt: skip
    emblem(c, 0.35, 0.44, 0.13, gold)
    c.text(0.35, 0.72, 'PASSPORT', 0.09, gold, 'serif-bold', 'm')
    c.rect(0.29, 0.87, 0.41, 0.92, Paint(gold, relief=0.2), 0.008)
    c.ellipse(0.35, 0.895, 0.02, 0.02, flat(color))
    c.rect(0.0, 0, 0.03, 0.992, shade((0, 0, 0), 0.3, 0.012))
    c.mark(('a31_passport',), c.solid)
    return c.finish()


def credit_card(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A bank card of an invented bank: chip, embossed number, name, date."""
    c = Canvas(rng, height, CARD)
    deep = pick(rng, _DEEP)
    card_base(c, deep, second=tint(deep, 1.7))
    for k in range(3):
        c.ellipse(CARD * (0.9 - 0.2 * k), 1.0 - 0.3 * k, 0.75, 0.5,
                  Paint(tint(deep, 1.5), relief=0, opacity=0.2, blur=0.01,
                  over='card'))  # fmt: skip
    bank = split_text(rng, who.split, lambda r: f'{syllables(r, 1)} bank'.title())
    white = (246, 246, 246)
    c.text(0.1, 0.075, bank, 0.12, white, 'bold', record=True)
    chip(c, 0.12, 0.32, 0.22)
    for k in range(3):
        t = np.linspace(-0.8, 0.8, 9)
        r = 0.04 + 0.032 * k
        c.stroke(
            np.stack([0.4 + r * np.cos(t), 0.41 + r * np.sin(t)], 1),
            0.014,
            flat(white, 0.9),
        )
    size = 1.34 / (text_width(who.card_number, 'mono-bold', 100) / 100)
    c.text(0.107, 0.567, who.card_number, size, tint(deep, 0.45), 'mono-bold')
    c.text(0.1, 0.56, who.card_number, size, (238, 238, 232), 'mono-bold',
           attrs=('a30_credit_card',))  # fmt: skip
    until = f'{rng.integers(1, 13):02d}/{rng.integers(26, 34)}'
    c.text(0.56, 0.72, 'VALID THRU', 0.04, white)
    c.text(0.88, 0.7, until, 0.075, white, 'mono-bold')
    c.text(0.1, 0.82, who.name.upper(), 0.085, white, 'mono-bold',
           attrs=('a19_name_full',), max_width=0.95)  # fmt: skip
    for k, color in enumerate((pick(rng, _DEEP), (236, 190, 90), (236, 236, 240))):
        x = 1.24 + 0.07 * k
        c.polygon([(x, 0.74), (x + 0.05, 0.74), (x + 0.1, 0.88), (x + 0.05, 0.88)],
                  Paint(color, relief=0.2, mottle=0))  # fmt: skip
    sheen(c, CARD)
    c.mark(('a30_credit_card',), c.solid)
    return c.finish()


def student_card(rng: np.random.Generator, height: int, who: Identity) -> Sprite:
    """A student card of an invented university, with photo and bar code."""
    c = Canvas(rng, height, CARD)
    deep = pick(rng, _DEEP)
    card_base(c, (242, 242, 238), second=tint(deep, 2.2))
    c.rect(
        0.006, 0.006, CARD - 0.006, 0.27, Paint(deep, relief=0, slant=0.3, over='card')
    )
    emblem(c, 0.15, 0.13, 0.065, (226, 200, 120))
    c.text(0.28, 0.05, f'University of {who.city}', 0.1, (250, 250, 250), 'serif-bold',
           attrs=('a70_education_history',), max_width=1.2)  # fmt: skip
    c.text(0.28, 0.17, 'STUDENT CARD', 0.065, (236, 232, 220))
    put_photo(c, who, 1.06, 0.33, 1.5, 0.88)
    c.text(
        0.08,
        0.34,
        who.name,
        0.11,
        INK,
        'bold',
        attrs=('a19_name_full',),
        max_width=0.92,
    )
    put_field(c, 0.08, 0.5, 'Student no.', who.student_number, (), 0.085)
    subject = pick(rng, ('Biology', 'History', 'Physics', 'Law', 'Medicine', 'Geology'))
    put_field(
        c, 0.6, 0.5, 'Subject', subject, ('a70_education_history',), 0.075, 0.42, False
    )
    bar_code(c, 0.08, 0.72, 0.9, 0.2, digits(rng, 18))
    sheen(c, CARD)
    c.mark(('a33_student_id',), c.solid)
    return c.finish()


KINDS = (
    ElementKind('id_card', 'identity card', 'flat', (0.054, 0.054), id_card),
    ElementKind('passport', 'passport', 'flat', (0.088, 0.125), passport),
    ElementKind(
        'drivers_license', 'identity card', 'flat', (0.054, 0.054), drivers_license
    ),
    ElementKind('credit_card', 'bank card', 'flat', (0.054, 0.054), credit_card),
    ElementKind('student_card', 'identity card', 'flat', (0.054, 0.054), student_card),
)
