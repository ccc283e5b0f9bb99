"""Pieces of a Markdown report."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from _common import mean_spread


def percent(values: Sequence[float | None]) -> str:
    """Phrase shares over several seeds in percent, as :func:`figure` does."""
    return figure([None if v is None else 100 * v for v in values], digits=1)


def figure(values: Sequence[float | None], digits: int = 3) -> str:
    """Phrase a figure over several seeds, ``mean ± spread``.

    Where it is undefined for some seeds, the others are counted: ``(2 of 3)``.
    """
    mean, spread = mean_spread(values)
    if math.isnan(mean):
        return 'n/a'
    text = number(mean, digits)
    text += '' if spread is None else f' ± {spread:.{digits}f}'
    known = sum(v is not None and math.isfinite(v) for v in values)
    return text if known == len(values) else f'{text} ({known} of {len(values)})'


def number(value: float, digits: int = 3) -> str:
    """Phrase a number, with a true minus sign."""
    return f'{value:.{digits}f}'.replace('-', '\N{MINUS SIGN}')


def table(
    header: Sequence[str], rows: Sequence[Sequence[Any]], text_columns: int = 1
) -> str:
    """Write a Markdown table; the first columns are text, the others are figures."""
    figures = len(header) - text_columns
    rule = [':---'] * text_columns + ['---:'] * figures
    lines = [header, rule, *rows]
    return '\n'.join('| ' + ' | '.join(map(str, line)) + ' |' for line in lines)


def paragraph(*parts: str, prefix: str = '', hanging: str | None = None) -> str:
    """Join parts of a paragraph and wrap it."""
    text = ' '.join(' '.join(parts).split())
    return textwrap.fill(
        text,
        92,
        initial_indent=prefix,
        subsequent_indent=prefix if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
