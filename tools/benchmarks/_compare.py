"""Careful comparisons of two methods over seeds, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from _common import mean_spread

RULE = (
    'One method beats another if its mean is higher by more than the spread of the '
    'difference, the root of the summed squared standard deviations over seeds. '
    'A smaller difference counts as not beaten, and one seed decides nothing.'
)


def compare(
    ours: Sequence[float], theirs: Sequence[float], deterministic: bool = False
) -> tuple[str, float, float]:
    """Compare two methods by a figure of which more is better.

    Args:
        ours: One value a seed.
        theirs: One value a seed.
        deterministic: ``theirs`` has no randomness: its one value has no spread.

    Returns:
        ``'beats'``, ``'is not better than'``, ``'is worse than'`` or ``'unknown'``; the
        difference of the means; its spread (NaN if unknown).
    """
    (a, spread_a), (b, spread_b) = mean_spread(ours), mean_spread(theirs)
    if deterministic and not math.isnan(b):
        spread_b = 0.0
    if spread_a is None or spread_b is None:
        return 'unknown', a - b, math.nan
    spread = math.hypot(spread_a, spread_b)
    if a - b > spread:
        return 'beats', a - b, spread
    verdict = 'is worse than' if b - a > spread else 'is not better than'
    return verdict, a - b, spread


def gain(after: Sequence[float], before: Sequence[float]) -> tuple[str, float, float]:
    """Compare two stages of the same runs, seed by seed.

    Returns:
        ``'more'``, ``'no more'``, ``'less'`` or ``'unknown'``; the mean of the paired
        differences; their standard deviation (NaN if unknown).
    """
    mean, spread = mean_spread([a - b for a, b in zip(after, before, strict=True)])
    if spread is None:
        return 'unknown', mean, math.nan
    if abs(mean) <= spread:
        return 'no more', mean, spread
    return ('more' if mean > 0 else 'less'), mean, spread


def points(difference: float, spread: float = math.nan) -> str:
    """Phrase a difference of shares in percentage points."""
    text = f'{100 * difference:+.1f}'.replace('-', '\N{MINUS SIGN}')
    return text if math.isnan(spread) else f'{text} ± {100 * spread:.1f}'


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does."""
    if len(names) < 2:
        return ''.join(names)
    return f'{", ".join(names[:-1])} and {names[-1]}'
