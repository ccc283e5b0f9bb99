"""An invented user study with the published means, in the files of VISPR.

Every user has a strictness that shifts all ratings, and an opinion of each attribute.
The ratings of an attribute are then shifted until their mean is the published one, so
that ``max_of_mean`` scores are those of the real study. Whatever depends on single
users (``mean_of_max``, ``per_profile``) is invented.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTES, Attribute
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.datasets.sample.scene import attribute_number
from mmprivacy.datasets.vispr_users import NUM_USERS, PROFILES, STUDY

#: Spread of the users' strictness and of their opinions. In the real study the ratings
#: of two attributes correlate over the users with 0.36.
STRICTNESS, OPINION = 0.95, 1.25
#: One study for all drawn data sets.
SEED = 305
#: Control questions of the study with a mean each.
CONTROLS = {
    'a105_control_snack': 1.6,
    'a106_control_car': 1.8,
    'a107_control_animal': 1.5,
    'a108_control_movie': 1.6,
    'a109_control_country': 1.9,
}


def write_user_study(root: Path) -> None:
    """Write ``attributes.tsv`` and the two tables of ``user_studies/``.

    Args:
        root: The data set.
    """
    columns = ('idx', 'id', 'group', 'description')
    table = [['idx', 'attribute_id', 'group', 'description']]
    table += [[str(getattr(a, c)) for c in columns] for a in ATTRIBUTES.values()]
    _write_table(root / 'attributes.tsv', table)
    rng = np.random.default_rng(SEED)
    rated = _rated()
    names = [[a.id, a.description] for a in rated]
    profiles = draw_profiles(rng, np.array([a.mean_30 for a in rated]))
    cells = [[f'{value:.9f}' for value in row] for row in profiles]
    _write_table(root / PROFILES, [n + c for n, c in zip(names, cells)])
    users = NUM_USERS['respondents']
    names += [[name, name.rpartition('_')[2]] for name in CONTROLS]
    means = np.array([a.mean_305 for a in rated] + list(CONTROLS.values()))
    study = draw_respondents(rng, np.rint(means * users).astype(np.int64))
    header = ['attribute_id', 'attribute_name'] + [''] * users
    cells = study.astype(str).tolist()
    _write_table(root / STUDY, [header, *(n + c for n, c in zip(names, cells))])


def draw_respondents(rng: np.random.Generator, sums: np.ndarray) -> np.ndarray:
    """Draw ratings with given sums.

    Args:
        rng: Source of random numbers.
        sums: Sum of each attribute's ratings, int64 ``(A,)``, 305 to 1525.

    Returns:
        Ratings 1 to 5, int64 ``(A, 305)``.
    """
    users = NUM_USERS['respondents']
    leaning = _draw_leanings(rng, len(sums), users)
    # A shift that makes user u rate more than k is k + 0.5 - leaning[u]: with the n
    # smallest of these thresholds passed, the ratings sum to users + n.
    thresholds = np.arange(1.5, 5)[:, None] - leaning[:, None, :]
    ranks = thresholds.reshape(len(sums), -1).argsort(1).argsort(1)
    passed = ranks < (sums - users)[:, None]
    return 1 + passed.reshape(thresholds.shape).sum(1)


def draw_profiles(rng: np.random.Generator, means: np.ndarray) -> np.ndarray:
    """Draw profiles with given means.

    Args:
        rng: Source of random numbers.
        means: Mean of each attribute's ratings, ``(A,)``, 1 to 5.

    Returns:
        Ratings 1 to 5, float64 ``(A, 30)``.
    """
    leaning = _draw_leanings(rng, len(means), NUM_USERS['profiles'])
    low, high = np.full(len(means), -20.0), np.full(len(means), 20.0)
    for _ in range(60):
        shift = (low + high) / 2
        above = np.clip(leaning + shift[:, None], 1, 5).mean(1) > means
        low, high = np.where(above, low, shift), np.where(above, shift, high)
    return np.clip(leaning + high[:, None], 1, 5)


def _draw_leanings(rng: np.random.Generator, attributes: int, users: int) -> np.ndarray:
    """Draw how each user leans on each attribute, ``(attributes, users)``."""
    strictness = STRICTNESS * rng.standard_normal(users)
    return strictness + OPINION * rng.standard_normal((attributes, users))


def _rated() -> list[Attribute]:
    """List the rated attributes in the order of the files: by the number in the id."""
    rated = [a for a in ATTRIBUTES.values() if a.id != 'a0_safe']
    return sorted(rated, key=lambda a: attribute_number(a.id))


def _write_table(path: Path, rows: list[list[str]]) -> None:
    write_text(path, ''.join('\t'.join(row) + '\n' for row in rows))
