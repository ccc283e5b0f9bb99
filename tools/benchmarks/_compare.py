"""Careful comparisons of two methods over seeds, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from _common import mean_spread

RULE = (
    'One method beats another if its mean is higher by more than the spread of the '
    'difference, the root of the summed squared standard deviations over seeds. '
    'A smaller difference counts as not beaten, and one seed decides nothing.'
)

PAIRED_RULE = (
    'Methods are compared seed by seed: one beats another if the mean difference is '
    'larger than the standard deviation of the differences. A smaller one counts as '
    'not beaten, and one seed decides nothing.'
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


def compare_paired(
    ours: dict, theirs: dict, metric: str, less_is_better: bool = False
) -> tuple[str, float, float]:
    """Compare two methods seed by seed.

    Args:
        ours: Entry of :class:`_results.Methods`.
        theirs: Another; one that draws nothing is compared with every seed.
        metric: Which figure.
        less_is_better: Whether it is an error.

    Returns:
        The verdict as of :func:`compare`; the mean of the differences over the seeds
        that both have, positive if ours is higher; their standard deviation (NaN if
        unknown).
    """
    pairs = _pairs(ours, theirs, metric)
    verdict, mean, spread = gain([a for a, _ in pairs], [b for _, b in pairs])
    if less_is_better:
        verdict = {'more': 'less', 'less': 'more'}.get(verdict, verdict)
    verdicts = {'more': 'beats', 'no more': 'is not better than'}
    verdicts |= {'less': 'is worse than', 'unknown': 'unknown'}
    return verdicts[verdict], mean, spread


def _pairs(ours: dict, theirs: dict, metric: str) -> list[tuple[float, float]]:
    """Pair the known values of the seeds that both methods have."""
    mine = dict(zip(ours['seeds'], ours['values'][metric], strict=True))
    other = dict(zip(theirs['seeds'], theirs['values'][metric], strict=True))
    if theirs['deterministic']:
        other = dict.fromkeys(mine, other[None])
    pairs = [(mine[seed], other[seed]) for seed in mine if seed in other]
    return [pair for pair in pairs if None not in pair]


def clauses(verdicts: Mapping[str, Sequence[str]]) -> str:
    """Phrase verdicts on several rivals.

    Args:
        verdicts: The rivals by the verdict of :func:`compare`.
    """
    said = [
        f'{words} {listed(verdicts[verdict])}'
        for verdict, words in (
            ('beats', 'beats'),
            ('is not better than', '**does not beat**'),
            ('is worse than', '**is worse than**'),
            ('unknown', 'cannot be compared, with too few seeds, to'),
        )
        if verdict in verdicts
    ]
    return '; it '.join(said)


def points(difference: float, spread: float = math.nan) -> str:
    """Phrase a difference of shares in percentage points."""
    return signed(100 * difference, 100 * spread, digits=1)


def signed(difference: float, spread: float = math.nan, digits: int = 3) -> str:
    """Phrase a difference with its sign."""
    text = f'{difference:+.{digits}f}'.replace('-', '\N{MINUS SIGN}')
    return text if math.isnan(spread) else f'{text} ± {spread:.{digits}f}'


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does."""
    if len(names) < 2:
        return ''.join(names)
    return f'{", ".join(names[:-1])} and {names[-1]}'
