"""What VISPR's users rate as private: the tables of its first user study.

``user_studies/user_study_1.tsv`` holds 305 respondents,
``user_studies/user_profiles.tsv`` the 30 profiles that they were grouped into. Both
rate each attribute from 1 (not private) to 5 (extremely private). Rows are joined with
the classes by attribute id: the order of the files is another one.

Reference:
    Orekondy et al., *Towards a Visual Privacy Advisor*, ICCV 2017, Sec. 4.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES, suggest_attribute
from mmprivacy.errors import ConfigError, DataError, nearest

STUDY = 'user_studies/user_study_1.tsv'
PROFILES = 'user_studies/user_profiles.tsv'
NUM_USERS = {'respondents': 305, 'profiles': 30}
"""Who rates: the respondents of the study, or the profiles made of them."""

RATED = ATTRIBUTE_IDS[1:]
"""The ids that are rated: all but ``a0_safe``."""

_CONTROL = '_control_'
_SOURCE = (
    'take user_studies/ from github.com/tribhuvanesh/vpa, the code of the VISPR authors'
)


def read_study(path: str | Path) -> np.ndarray:
    """Read ``user_study_1.tsv``: a header, then ``attribute_id, name, 305 integers``.

    The rows of the five control questions (``a105_control_...`` to ``a109``) are left
    out.

    Args:
        path: The file.

    Returns:
        Ratings in class order, float64 ``(68, 305)``, each 1 to 5; the row of
        ``a0_safe`` is 0.

    Raises:
        DataError: If the file is missing, has no header, lacks an attribute or has it
            twice, or a cell is no integer from 1 to 5.
    """
    path = Path(path)
    lines = _read_lines(path)
    if lines[0].partition('\t')[0] != 'attribute_id':
        raise DataError.explain(
            f'{path}, line 1',
            expected="a header that starts with 'attribute_id'",
            got=repr(lines[0][:40]),
            fix=_SOURCE,
        )
    rows = [
        (number, line)
        for number, line in enumerate(lines[1:], 2)
        if _CONTROL not in line.partition('\t')[0]
    ]
    ratings = _read_ratings(path, rows, NUM_USERS['respondents'])
    fractions = np.argwhere(ratings != np.rint(ratings))
    if len(fractions):
        row, column = fractions[0]
        raise DataError.explain(
            f'{path}, row {ATTRIBUTE_IDS[row]}, column {column + 3}',
            expected='an integer from 1 to 5',
            got=ratings[row, column],
            fix=_SOURCE,
        )
    return ratings


def read_profiles(path: str | Path) -> np.ndarray:
    """Read ``user_profiles.tsv``: rows ``attribute_id, name, 30 numbers``, no header.

    Args:
        path: The file.

    Returns:
        Ratings in class order, float64 ``(68, 30)``, each 1 to 5; the row of
        ``a0_safe`` is 0.

    Raises:
        DataError: If the file is missing, lacks an attribute or has it twice, or a cell
            is no number from 1 to 5.
    """
    path = Path(path)
    rows = list(enumerate(_read_lines(path), 1))
    return _read_ratings(path, rows, NUM_USERS['profiles'])


def packaged_means(users: str) -> np.ndarray:
    """Return the mean ratings that come with this package.

    Args:
        users: ``'respondents'`` or ``'profiles'``.

    Returns:
        Means in class order, float64 ``(68, 1)``. Those of the respondents are exact:
        their integer sums follow from three decimals. Those of the profiles are exact
        to 0.0005.
    """
    attributes = ATTRIBUTES.values()
    if users == 'profiles':
        return np.array([[a.mean_30] for a in attributes])
    n = NUM_USERS['respondents']
    return np.array([[round(a.mean_305 * n) / n] for a in attributes])


def load_ratings(
    root: str | Path, users: str, means_suffice: bool = False
) -> tuple[np.ndarray, str]:
    """Load the ratings that belong to a tree.

    Args:
        root: The data set, with the user study in ``user_studies/``.
        users: ``'respondents'`` or ``'profiles'``.
        means_suffice: If the tree has no user study, give the means that come with
            this package instead (:func:`packaged_means`).

    Returns:
        Ratings ``(68, U)`` in class order, and where they come from. U is 305 or 30, or
        1 for means.

    Raises:
        ConfigError: If there are no such users.
        DataError: If the file is missing and means do not suffice, or it is broken.
    """
    if users not in NUM_USERS:
        raise ConfigError.explain(
            'users',
            expected="'respondents' or 'profiles'",
            got=repr(users),
            fix=nearest(str(users), NUM_USERS),
        )
    file, read = (
        (STUDY, read_study) if users == 'respondents' else (PROFILES, read_profiles)
    )
    path = Path(root).expanduser() / file
    if not path.exists() and means_suffice:
        return packaged_means(users), f'packaged means of the {users}'
    return read(path), str(path)


def _read_lines(path: Path) -> list[str]:
    """Read the lines of a table that are not blank."""
    try:
        lines = path.read_text(encoding='utf-8-sig').splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError.explain(
            path,
            expected='a table of the VISPR user study',
            got='no such file' if isinstance(e, FileNotFoundError) else e,
            fix=_SOURCE + ", or use score_mode='max_of_mean', which needs no file",
        ) from e
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise DataError.explain(path, expected='67 rows', got='none', fix=_SOURCE)
    return lines


def _read_ratings(path: Path, rows: list[tuple[int, str]], users: int) -> np.ndarray:
    """Parse numbered rows into class order."""
    found: dict[str, list[float]] = {}
    for number, line in rows:
        name, _, *cells = line.split('\t') if '\t' in line else (line, '')
        where = f'{path}, line {number}'
        if name not in RATED:
            raise DataError.explain(
                where,
                expected='the id of a rated attribute',
                got=repr(name[:40]),
                fix=f'remove the row or correct it; {suggest_attribute(name, RATED)}',
            )
        if name in found:
            raise DataError.explain(
                where, expected='every attribute once', got=f'{name} twice', fix=_SOURCE
            )
        found[name] = _parse_cells(f'{where}, row {name}', cells, users)
    missing = [name for name in RATED if name not in found]
    if missing:
        raise DataError.explain(
            path,
            expected=f'rows of {len(RATED)} attributes',
            got=f'none of {", ".join(missing[:3])}' + ' ...' * (len(missing) > 3),
            fix=_SOURCE,
        )
    return np.array([[0.0] * users, *(found[name] for name in RATED)])


def _parse_cells(where: str, cells: list[str], users: int) -> list[float]:
    """Parse the ratings of one row."""
    if len(cells) != users:
        raise DataError.explain(
            where, expected=f'{users} ratings', got=len(cells), fix=_SOURCE
        )
    values = []
    for column, cell in enumerate(cells, 3):
        try:
            value = float(cell)
        except ValueError:
            value = float('nan')
        if not 1 <= value <= 5:
            raise DataError.explain(
                f'{where}, column {column}',
                expected='a number from 1 to 5',
                got=repr(cell),
                fix=_SOURCE,
            )
        values.append(value)
    return values
