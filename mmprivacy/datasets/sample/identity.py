"""Invented people: names, numbers, faces, disjoint between the splits.

Every text is drawn from syllables until its checksum falls into the split's third of
all texts, so that no name, number or address of the test split can occur in training,
whatever is drawn and in which order. Nobody in here exists: phone numbers are of the
555-01xx range reserved for fiction, e-mails end in example.org, card numbers start
with 9 (assigned to nobody) and fail the Luhn check.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mmprivacy.errors import DataError

SPLITS = ('train', 'val', 'test')
Color = tuple[int, int, int]
T = TypeVar('T')

_ONSETS = (
    'b',
    'br',
    'c',
    'd',
    'dr',
    'f',
    'g',
    'gr',
    'h',
    'j',
    'k',
    'l',
    'm',
    'n',
    'p',
    'r',
    's',
    'st',
    't',
    'tr',
    'v',
    'w',
)
_CORES = ('a', 'e', 'i', 'o', 'u', 'a', 'e', 'o', 'ai', 'ea', 'io')
_CODAS = ('l', 'n', 'r', 's', 'm', 'nd', 'rt', 'lk', 'nt', 'st', 'd', 'v')
_FIRST_ENDS = {
    'female': ('a', 'ia', 'elle', 'ine', 'ara', 'ina', 'eth', 'ora'),
    'male': ('o', 'an', 'or', 'us', 'en', 'ric', 'im', 'old'),
}
_LAST_ENDS = (
    'man',
    'sen',
    'well',
    'ford',
    'ova',
    'escu',
    'ley',
    'ton',
    'berg',
    'etti',
    'ano',
    'wick',
)
_CITY_ENDS = (
    'ville',
    'burg',
    'port',
    'haven',
    'field',
    'mouth',
    'stad',
    'dale',
    'bridge',
)
_STREET_ENDS = ('Street', 'Road', 'Lane', 'Avenue', 'Way', 'Square')
_SKINS: tuple[Color, ...] = (
    (236, 202, 178), (228, 188, 160), (216, 170, 138), (205, 156, 120),
    (178, 128, 92), (148, 100, 68), (116, 76, 52), (88, 58, 42),
)  # fmt: skip
_HAIRS: tuple[Color, ...] = (
    (30, 24, 22), (52, 36, 28), (84, 54, 34), (122, 82, 46),
    (176, 132, 78), (206, 172, 116), (140, 62, 30),
)  # fmt: skip
_GREYS: tuple[Color, ...] = ((128, 124, 120), (176, 174, 172), (214, 212, 208))
_EYES: tuple[Color, ...] = (
    (70, 44, 26), (96, 62, 34), (92, 106, 58), (70, 108, 140), (104, 118, 128),
)  # fmt: skip
_STYLES = {
    'female': ('long', 'bob', 'bun', 'ponytail', 'curly', 'long', 'short'),
    'male': ('short', 'crop', 'side', 'curly', 'bald', 'short', 'long'),
}


@dataclass(frozen=True)
class Face:
    """Proportions of a face, each about -1 to 1 around the average."""

    seed: int
    width: float
    jaw: float
    eyes: float
    eye_gap: float
    nose: float
    nose_width: float
    mouth: float
    lips: float
    brows: float
    smile: float
    beard: float
    glasses: bool
    style: str


@dataclass(frozen=True)
class Identity:
    """One invented person. Colours are RGB, 0..255."""

    split: str
    first_name: str
    last_name: str
    gender: str
    age: int
    skin: Color
    hair: Color
    eyes: Color
    face: Face
    build: float
    birth_date: str
    birth_city: str
    nationality: str
    phone: str
    email: str
    username: str
    plate: str
    street: str
    city: str
    card_number: str
    document_number: str
    student_number: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f'{self.first_name} {self.last_name}'

    @property
    def address(self) -> str:
        """Street, number and city in one line."""
        return f'{self.street}, {self.city}'


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """Draw one item, leaving its type alone (unlike ``Generator.choice``)."""
    return items[int(rng.integers(len(items)))]


def split_text(
    rng: np.random.Generator, split: str, make: Callable[[np.random.Generator], str]
) -> str:
    """Draw a text that can occur in one split only.

    Args:
        rng: Source of randomness.
        split: 'train', 'val' or 'test'.
        make: Draws a candidate; it must be able to give many different texts.

    Returns:
        The first candidate whose checksum belongs to the split.

    Raises:
        DataError: The split is unknown, or ``make`` draws too few different texts.
    """
    if split not in SPLITS:
        raise DataError.explain(
            'split of a sample identity', expected=SPLITS, got=split, fix='use one'
        )
    for _ in range(400):
        text = make(rng)
        if zlib.crc32(text.encode()) // 7 % len(SPLITS) == SPLITS.index(split):
            return text
    raise DataError.explain(
        'text pool of the sample data',
        expected='texts for every split',
        got=f'none for {split!r} in 400 draws',
        fix='let the pool draw more different texts',
    )


def syllables(rng: np.random.Generator, count: int) -> str:
    """Draw an invented, pronounceable stem in lower case."""
    stem = ''.join(pick(rng, _ONSETS) + pick(rng, _CORES) for _ in range(count))
    return stem + pick(rng, _CODAS)


def digits(rng: np.random.Generator, count: int) -> str:
    """Draw a string of digits."""
    return ''.join(str(d) for d in rng.integers(0, 10, count))


def passes_luhn(number: str) -> bool:
    """Tell whether a card number has a valid check digit."""
    values = [int(d) for d in number if d.isdigit()][::-1]
    doubled = (2 * d - 9 * (d > 4) for d in values[1::2])
    return (sum(values[::2]) + sum(doubled)) % 10 == 0


def _card_number(rng: np.random.Generator) -> str:
    number = '9' + digits(rng, 15)
    if passes_luhn(number):
        number = number[:-1] + str((int(number[-1]) + 1) % 10)
    return ' '.join(number[i : i + 4] for i in range(0, 16, 4))


def _plate(rng: np.random.Generator) -> str:
    letters = ''.join(pick(rng, 'ABCDEFGHJKLMNPRSTUVWXYZ') for _ in range(3))
    return f'{letters} {digits(rng, 3)}'


def _birth_date(rng: np.random.Generator, age: int) -> str:
    day, month = int(rng.integers(1, 29)), int(rng.integers(1, 13))
    return f'{day:02d}.{month:02d}.{2024 - age - int(rng.integers(0, 2))}'


def _phone(rng: np.random.Generator) -> str:
    return f'({rng.integers(201, 990)}) 555-01{digits(rng, 2)}'


def _street(rng: np.random.Generator) -> str:
    name = syllables(rng, 1).capitalize()
    return f'{rng.integers(1, 199)} {name} {pick(rng, _STREET_ENDS)}'


def draw_face(rng: np.random.Generator, split: str, gender: str, age: int) -> Face:
    """Draw face proportions from a seed that belongs to one split only."""
    seed = int(split_text(rng, split, lambda r: str(int(r.integers(1 << 30)))))
    own = np.random.default_rng(seed)
    values = np.clip(own.normal(0, 0.55, 10), -1.2, 1.2).tolist()
    beard = float(own.random()) if gender == 'male' and age > 20 else 0.0
    style = pick(own, _STYLES[gender])
    if style == 'bald' and age < 30:
        style = 'crop'
    return Face(
        seed, *values, beard=max(0.0, beard - 0.5) * 2,
        glasses=bool(own.random() < 0.22), style=style,
    )  # fmt: skip


def _looks(rng: np.random.Generator, age: int) -> tuple[Color, Color, Color]:
    tone = int(rng.integers(len(_SKINS)))
    skin = tuple(int(v) for v in np.clip(_SKINS[tone] + rng.normal(0, 5, 3), 20, 252))
    dark = tone >= 4
    hair = pick(rng, _HAIRS[: 2 if dark else len(_HAIRS)])
    if rng.random() < (age - 42) / 35:
        hair = pick(rng, _GREYS)
    return skin, hair, pick(rng, _EYES[: 2 if dark else len(_EYES)])


def draw_name(
    rng: np.random.Generator, split: str, gender: str = ''
) -> tuple[str, str]:
    """Draw an invented first and last name of the split."""
    ends = _FIRST_ENDS[gender or pick(rng, ('female', 'male'))]

    def last(r: np.random.Generator) -> str:
        return (syllables(r, int(r.integers(1, 3))) + pick(r, _LAST_ENDS)).title()

    first = split_text(
        rng, split, lambda r: (syllables(r, 1) + pick(r, ends)).capitalize()
    )
    return first, split_text(rng, split, last)


def draw_identity(rng: np.random.Generator, split: str) -> Identity:
    """Draw an invented person.

    Args:
        rng: Source of randomness.
        split: 'train', 'val' or 'test'; no text and no face seed of one split can be
            drawn for another.

    Returns:
        The person.

    Raises:
        DataError: The split is unknown.
    """

    def text(make: Callable[[np.random.Generator], str]) -> str:
        return split_text(rng, split, make)

    gender = pick(rng, ('female', 'male'))
    age = int(rng.integers(18, 80))
    first, last = draw_name(rng, split, gender)
    city = text(lambda r: (syllables(r, 1) + pick(r, _CITY_ENDS)).capitalize())
    skin, hair, eyes = _looks(rng, age)
    return Identity(
        split=split, first_name=first, last_name=last, gender=gender, age=age,
        skin=skin, hair=hair, eyes=eyes, face=draw_face(rng, split, gender, age),
        build=float(np.clip(rng.normal(0, 0.6), -1, 1.4)),
        birth_date=text(lambda r: _birth_date(r, age)),
        birth_city=text(lambda r: (syllables(r, 1) + pick(r, _CITY_ENDS)).capitalize()),
        nationality=text(lambda r: (syllables(r, 1) + 'ian').capitalize()),
        phone=text(_phone),
        email=text(
            lambda r: f'{first}.{last}{digits(r, 2)}@example.org'.lower()
        ),
        username=text(lambda r: f'@{first.lower()}_{syllables(r, 1)}'),
        plate=text(_plate), street=text(_street), city=city,
        card_number=text(_card_number),
        document_number=text(lambda r: pick(r, 'CFGHJK') + digits(r, 8)),
        student_number=text(lambda r: digits(r, 7)),
    )  # fmt: skip
