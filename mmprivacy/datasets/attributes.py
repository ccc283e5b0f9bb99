"""The 68 privacy attributes of VISPR: names, groups, preferences, mask types.

The order of the classes is that of the table, not of the numbers in the ids:
``a16_race`` has index 14.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

#: The table; its header holds the notice of where the data come from.
TABLE = Path(__file__).with_name('attributes.tsv')
MASK_KINDS = ('none', 'human', 'text')


@dataclass(frozen=True)
class Attribute:
    """One attribute.

    Attributes:
        idx: Class index, 0 to 67.
        id: Id such as ``'a9_face_complete'``.
        group: One of ten groups such as ``'Personal Description'``.
        description: Short name for people.
        mean_305: Mean preference of the 305 respondents, 1 to 5 (0 for ``a0_safe``).
        mean_30: Mean preference of the 30 user profiles, 1 to 5 (0 for ``a0_safe``).
        mask: ``'none'``, ``'human'`` or ``'text'``: which masks cover it.
    """

    idx: int
    id: str
    group: str
    description: str
    mean_305: float
    mean_30: float
    mask: str


def _read() -> dict[str, Attribute]:
    lines = TABLE.read_text(encoding='utf-8').splitlines()
    rows = [line.split('\t') for line in lines if line and not line.startswith('#')][1:]
    table = (
        Attribute(int(r[0]), r[1], r[2], r[3], float(r[4]), float(r[5]), r[6])
        for r in rows
    )
    return {attribute.id: attribute for attribute in table}


#: Attributes by id, in class order.
ATTRIBUTES: dict[str, Attribute] = _read()
#: Ids in class order.
ATTRIBUTE_IDS: tuple[str, ...] = tuple(ATTRIBUTES)


def suggest_attribute(name: object, ids: Sequence[str] = ATTRIBUTE_IDS) -> str:
    """Phrase what an unknown attribute id may stand for, for an error message.

    Args:
        name: What came instead: a misspelt id, or its number alone (``'a9'``, 9).
        ids: The valid ids.

    Returns:
        ``"did you mean 'a9_face_complete'?"``, or where the ids are listed.

    Examples:
        >>> suggest_attribute(9)
        "did you mean 'a9_face_complete'?"
    """
    text = str(name).strip().lower()
    number = 'a' + text.removeprefix('a')
    close = [i for i in ids if i.partition('_')[0] == number]
    close = close or get_close_matches(text, ids)
    if close:
        return 'did you mean ' + ' or '.join(map(repr, close)) + '?'
    return f'the ids are those of mmprivacy/datasets/{TABLE.name}'
