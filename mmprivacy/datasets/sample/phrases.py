"""Invented sentences for notes, chats, mails, receipts and signs, split by split."""

from __future__ import annotations

import numpy as np

from .identity import digits, pick, split_text, syllables

_NOTES = (
    ('call', 'ask', 'meet', 'visit', 'pay', 'thank', 'write to', 'wait for'),
    ('the dentist', 'Aunt Rose', 'the bank', 'my sister', 'the school', 'our lawyer',
     'the clinic', 'grandma', 'the landlord', 'the bakery'),
    ('on monday', 'at seven', 'before lunch', 'tomorrow', 'on friday', 'next week',
     'after work', 'at noon', 'tonight'),
)  # fmt: skip
_CHAT = (
    ('I', 'we', 'they', 'my mother', 'the doctor', 'my boss', 'your brother'),
    ('lost', 'found', 'forgot', 'sold', 'need', 'want', 'bought', 'hid', 'miss'),
    ('the keys', 'the money', 'the letter', 'that job', 'the house', 'your car',
     'the test', 'the ring', 'our flat', 'the secret'),
    ('again', 'last night', 'on sunday', 'for good', 'today', 'at work', 'in june'),
)  # fmt: skip
_REPLIES = (
    ('Really?', 'Oh no,', 'Great,', 'Fine,', 'Sorry,', 'Ok,', 'Wow,', 'Haha,'),
    ('tell me', 'call me', 'do not say', 'keep it', 'see you', 'come over', 'write me',
     'wait'),
    ('later', 'tonight', 'anything', 'secret', 'at home', 'please', 'soon', 'now'),
)  # fmt: skip
_CLAIMS = ( ('SAVE', 'STOP', 'MORE', 'FREE', 'NO', 'VOTE FOR', 'HANDS OFF', 'FAIR'),
           ('OUR', 'THE', 'CHEAP', 'CLEAN', 'LOCAL', 'GREEN', 'PUBLIC', 'SAFE'),
           ('PARKS', 'RIVERS', 'TRAINS', 'WAGES', 'SCHOOLS', 'RENTS', 'ROADS', 'TREES',
           'CITIES', 'FORESTS', 'BUSES'), )  # fmt: skip
_GOODS = ( 'Bread', 'Milk', 'Apples', 'Coffee', 'Rice', 'Soap', 'Cheese', 'Tea',
          'Pasta', 'Eggs', 'Butter', 'Tomato', 'Juice', 'Salt', 'Candles', 'Batteries',
          'Aspirin', 'Socks', )  # fmt: skip


def _join(rng: np.random.Generator, pools: tuple[tuple[str, ...], ...]) -> str:
    return ' '.join(pick(rng, pool) for pool in pools)


def note(rng: np.random.Generator, split: str) -> str:
    """A line on a hand-written note."""
    return split_text(rng, split, lambda r: _join(r, _NOTES).capitalize())


def message(rng: np.random.Generator, split: str) -> str:
    """A chat message."""
    if rng.random() < 0.4:
        return split_text(rng, split, lambda r: _join(r, _REPLIES))
    return split_text(rng, split, lambda r: _join(r, _CHAT).capitalize())


def claim(rng: np.random.Generator, split: str) -> str:
    """A slogan of three words or more, in capitals."""
    return split_text(rng, split, lambda r: _join(r, _CLAIMS))


def goods(rng: np.random.Generator, split: str) -> tuple[str, str]:
    """An item of a receipt and its price."""
    name = pick(rng, _GOODS)
    price = split_text(rng, split, lambda r: f'{r.integers(0, 60)}.{digits(r, 2)}')
    return name, price


def date(rng: np.random.Generator, split: str) -> str:
    """A date of the last years."""
    return split_text(
        rng, split, lambda r: f'{r.integers(1, 29):02d}.{r.integers(1, 13):02d}.'
        f'{r.integers(2019, 2026)}',
    )  # fmt: skip


def time(rng: np.random.Generator, split: str) -> str:
    """A time of day."""
    return split_text(
        rng, split, lambda r: f'{r.integers(6, 23)}:{r.integers(0, 60):02d}'
    )


def place(rng: np.random.Generator, split: str, ends: tuple[str, ...]) -> str:
    """An invented name with one of the endings, such as ('Street', 'Lane')."""
    return split_text(
        rng, split, lambda r: f'{syllables(r, 1).capitalize()} {pick(r, ends)}'
    )
