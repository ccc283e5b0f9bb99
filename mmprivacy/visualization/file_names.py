"""Short names for output files that do not collide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath


def unique_names(paths: Iterable[str]) -> dict[str, str]:
    """Name each path by its stem, with as many parent folders as needed.

    Depends on the set of paths only, so that every process finds the same names.

    Args:
        paths: Input paths; repetitions are one path.

    Returns:
        Path to name, no two the same even where case does not count.

    Examples:
        >>> unique_names(['private/a.jpg', 'public/a.jpg', 'public/b.jpg'])
        {'private/a.jpg': 'private_a', 'public/a.jpg': 'public_a', 'public/b.jpg': 'b'}
    """
    todo = sorted(set(paths))
    parts = {p: [x for x in PurePath(p).parts if x not in ('/', '\\')] for p in todo}
    names: dict[str, str] = {}
    for depth in range(1, max((len(v) for v in parts.values()), default=0) + 1):
        short = {p: _name(parts[p], depth) for p in todo}
        taken = Counter(n.lower() for n in [*short.values(), *names.values()])
        for p in todo:
            if taken[short[p].lower()] == 1:
                names[p] = short[p]
        todo = [p for p in todo if p not in names]
    taken = {n.lower() for n in names.values()}
    for p in todo:
        base = '_'.join(parts[p]).replace('.', '_')
        name, k = base, 1
        while name.lower() in taken:
            name, k = f'{base}_{k}', k + 1
        taken.add(name.lower())
        names[p] = name
    return names


def _name(parts: list[str], depth: int) -> str:
    """Join the stem and the last ``depth - 1`` folders."""
    return '_'.join([*parts[-depth:-1], PurePath(parts[-1]).stem])
