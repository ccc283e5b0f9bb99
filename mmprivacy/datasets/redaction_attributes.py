"""The 24 attributes of Visual Redactions, and which attributes of VISPR they stand for.

Reference:
    Orekondy et al., *Connecting Pixels to Privacy and Utility*, CVPR 2018: the classes
    of its evaluation, and which of VISPR's 68 were merged into them.
"""

from __future__ import annotations

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, suggest_attribute
from mmprivacy.errors import DataError

TEXTUAL = (
    'a106_address_current_all', 'a107_address_home_all', 'a111_name_all',
    'a24_birth_date', 'a49_phone', 'a73_landmark', 'a82_date_time', 'a90_email',
)  # fmt: skip
VISUAL = (
    'a105_face_all', 'a108_license_plate_all', 'a109_person_body', 'a110_nudity_all',
    'a26_handwriting', 'a39_disability_physical', 'a43_medicine', 'a7_fingerprint',
    'a8_signature',
)  # fmt: skip
MULTIMODAL = (
    'a30_credit_card', 'a31_passport', 'a32_drivers_license', 'a33_student_id',
    'a35_mail', 'a37_receipt', 'a38_ticket',
)  # fmt: skip

#: Ids of the 24 attributes in the order of their channels.
REDACTION_IDS: tuple[str, ...] = TEXTUAL + VISUAL + MULTIMODAL
#: Annotated, but not evaluated.
IGNORED = (
    'a18_ethnic_clothing', 'a29_ausweis', 'a70_education_history', 'a85_username',
)  # fmt: skip

_MERGED = {
    'a105_face_all': ('a9_face_complete', 'a10_face_partial'),
    'a106_address_current_all': (
        'a74_address_current_complete', 'a75_address_current_partial',
    ),
    'a107_address_home_all': ('a78_address_home_complete', 'a79_address_home_partial'),
    'a108_license_plate_all': (
        'a103_license_plate_complete', 'a104_license_plate_partial',
    ),
    'a109_person_body': (
        'a1_age_approx', 'a2_weight_approx', 'a3_height_approx', 'a4_gender',
        'a16_race', 'a17_color',
    ),
    'a110_nudity_all': ('a12_semi_nudity', 'a13_full_nudity'),
    'a111_name_all': ('a19_name_full', 'a20_name_first', 'a21_name_last'),
}  # fmt: skip
#: Id to the ids of VISPR that were merged into it; most stand for themselves.
MEMBERS: dict[str, tuple[str, ...]] = {i: _MERGED.get(i, (i,)) for i in REDACTION_IDS}
_OF_MEMBER = {member: i for i, members in MEMBERS.items() for member in members}


def member_indices() -> list[list[int]]:
    """Return the class indices of VISPR that each of the 24 attributes stands for."""
    return [[ATTRIBUTE_IDS.index(m) for m in MEMBERS[i]] for i in REDACTION_IDS]


def redaction_id(name: str) -> str | None:
    """Name the attribute of Visual Redactions that an attribute of VISPR became.

    Args:
        name: Id of an attribute, merged or not.

    Returns:
        One of :data:`REDACTION_IDS`; None if the attribute is not evaluated.

    Raises:
        DataError: If neither data set has the attribute.
    """
    if name in MEMBERS:
        return name
    if name in _OF_MEMBER:
        return _OF_MEMBER[name]
    if name in IGNORED or name in ATTRIBUTE_IDS:
        return None
    raise DataError.explain(
        'attr_id',
        expected='an attribute of Visual Redactions or VISPR',
        got=repr(name),
        fix=suggest_attribute(name, (*REDACTION_IDS, *ATTRIBUTE_IDS)),
    )
