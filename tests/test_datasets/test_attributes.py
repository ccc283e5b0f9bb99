from __future__ import annotations

from collections import Counter

import pytest

from mmprivacy.datasets.attributes import (
    ATTRIBUTE_IDS,
    ATTRIBUTES,
    MASK_KINDS,
    TABLE,
)
from mmprivacy.datasets.sample.labels import privacy_score


def test_order_is_that_of_the_table_not_of_the_numbers():
    assert len(ATTRIBUTE_IDS) == 68
    assert [a.idx for a in ATTRIBUTES.values()] == list(range(68))
    assert ATTRIBUTES['a16_race'].idx == 14
    assert ATTRIBUTES['a70_education_history'].idx == 47
    assert ATTRIBUTES['a64_rel_personal'].idx == 49


def test_groups_and_masks():
    groups = Counter(a.group for a in ATTRIBUTES.values())
    assert groups['Personal Description'] == 24
    assert groups['Documents'] == 8
    assert len(groups) == 10
    assert {a.mask for a in ATTRIBUTES.values()} == set(MASK_KINDS)


def test_preferences():
    assert ATTRIBUTES['a0_safe'].mean_305 == 0
    others = [a for a in ATTRIBUTES.values() if a.id != 'a0_safe']
    assert all(1 <= a.mean_305 <= 5 and 1 <= a.mean_30 <= 5 for a in others)
    assert ATTRIBUTES['a30_credit_card'].mean_30 == 4.060


def test_score_is_the_largest_mean():
    # The worked example of VISPR image 2017_10001018 (3.69508 before rounding).
    labels = [
        'a10_face_partial',
        'a16_race',
        'a17_color',
        'a1_age_approx',
        'a4_gender',
        'a56_sexual_orientation',
        'a57_culture',
        'a68_rel_spectators',
        'a6_hair_color',
        'a9_face_complete',
    ]
    assert privacy_score(labels) == pytest.approx(3.695, abs=1e-3)
    assert privacy_score(['a0_safe']) == 0
    assert privacy_score(['a0_safe', 'a49_phone']) == pytest.approx(4.01)


def test_the_table_names_its_licence():
    text = TABLE.read_text(encoding='utf-8')
    assert 'Apache License, Version 2.0' in text
    assert 'tribhuvanesh/vpa' in text
