"""What makes a scene private: a table of pairs; and its score.

No element and no setting is private by itself. A scene is private if it holds at least
one pair of the table: two kinds of elements together, or one in a certain setting. The
same elements are harmless alone or elsewhere: a person in the street, a bed with
nobody near it, a card without the handwriting that names its owner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mmprivacy.datasets.attributes import ATTRIBUTES

#: Prefix of the name of a setting in a pair.
SETTING = 'setting:'

SOMEONE = frozenset({'person', 'person_half', 'child', 'face_closeup'})
IDENTITY = frozenset({'id_card', 'passport', 'drivers_license', 'student_card'})
INK = frozenset({'handwriting', 'signature', 'phone_note'})
CONVERSATION = frozenset({'chat_screen', 'email_page'})


@dataclass(frozen=True)
class Pair:
    """One row of the table.

    Attributes:
        name: Short name for captions and files.
        left: Kinds of elements; any of them.
        right: Kinds of elements, or settings written ``'setting:<name>'``; any of them.
    """

    name: str
    left: frozenset[str]
    right: frozenset[str]


def _pair(name: str, left: Iterable[str], right: Iterable[str]) -> Pair:
    return Pair(name, frozenset(left), frozenset(right))


#: The table.
PAIRS: tuple[Pair, ...] = (
    _pair('someone in a bedroom', SOMEONE, {SETTING + 'bedroom'}),
    _pair('someone in a ward', SOMEONE, {SETTING + 'hospital_ward'}),
    _pair(
        'treatment in a ward',
        {'injured_arm', 'wheelchair'},
        {SETTING + 'hospital_ward'},
    ),
    _pair('tattoo in a bedroom', {'tattooed_arm'}, {SETTING + 'bedroom'}),
    _pair('someone with a car', SOMEONE, {'car'}),
    _pair('child at the beach', {'child'}, {SETTING + 'beach'}),
    _pair('someone with an opinion', SOMEONE, {'protest_sign'}),
    _pair('someone at an address', SOMEONE, {'address_sign'}),
    _pair('someone with a name tag', SOMEONE, {'name_tag'}),
    _pair('identity and handwriting', IDENTITY, INK),
    _pair('payment card and handwriting', {'credit_card'}, INK),
    _pair('payment card and receipt', {'credit_card'}, {'receipt'}),
    _pair('mail and medicine', {'mail'}, {'medicine'}),
    _pair('identity and medicine', IDENTITY, {'medicine'}),
    _pair('ticket and date', {'ticket'}, {'date_stamp'}),
    _pair('face and conversation', {'face_closeup'}, CONVERSATION),
    _pair('identity and conversation', IDENTITY, CONVERSATION),
)


def find_pairs(setting: str, kinds: Collection[str]) -> tuple[Pair, ...]:
    """List the pairs of the table that a scene holds.

    Args:
        setting: Name of the setting.
        kinds: Names of the kinds of the visible elements.

    Returns:
        The pairs in the order of the table; the scene is private if there is one.
    """
    present = set(kinds)
    around = present | {SETTING + setting}
    return tuple(pair for pair in PAIRS if pair.left & present and pair.right & around)


def is_private(setting: str, kinds: Collection[str]) -> bool:
    """Whether a scene is private: it holds at least one pair of the table."""
    return bool(find_pairs(setting, kinds))


def privacy_score(attributes: Collection[str]) -> float:
    """Score of an image: the largest mean preference of its attributes.

    Args:
        attributes: Attribute ids.

    Returns:
        Maximum over the attributes of the mean over the 305 respondents of VISPR's
        first user study; 0 for a safe image.

    Reference:
        Orekondy et al. 2017, with the means taken before the maximum.
    """
    return max((ATTRIBUTES[name].mean_305 for name in attributes), default=0.0)
