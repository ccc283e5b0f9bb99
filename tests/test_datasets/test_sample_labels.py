from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mmprivacy.datasets.sample import labels, plans
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.labels import PAIRS, SETTING, find_pairs, is_private
from mmprivacy.datasets.sample.settings import SETTINGS


def _names(side):
    return {name for name in side if not name.startswith(SETTING)}


def test_table_is_large_enough_and_drawable():
    assert len(PAIRS) >= 12
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)
    for pair in PAIRS:
        assert _names(pair.left) | _names(pair.right) <= set(ELEMENTS)
        settings = {n[len(SETTING) :] for n in pair.right if n.startswith(SETTING)}
        assert settings <= set(SETTINGS)
        assert not pair.left & pair.right


def test_nothing_is_private_alone():
    for kind in ELEMENTS:
        harmless = [s for s in SETTINGS if not is_private(s, [kind])]
        assert len(harmless) >= len(SETTINGS) - 3, kind
    assert not any(is_private(setting, []) for setting in SETTINGS)


def test_pairs_of_elements_and_of_elements_with_settings():
    assert is_private('street', ['person', 'car'])
    assert not is_private('street', ['person'])
    assert not is_private('street', ['car', 'crowd_person'])
    assert is_private('bedroom', ['person'])
    assert [p.name for p in find_pairs('desk', ['id_card', 'handwriting'])] == [
        'identity and handwriting'
    ]


def test_every_name_in_the_plans_exists():
    for table in (plans.PRIVATE, plans.PUBLIC):
        assert set(table) == set(SETTINGS) == set(plans.SETTING_SHARES)
        for recipes in table.values():
            for _, _, groups in recipes:
                for group in groups:
                    assert set(group) <= set(ELEMENTS)
    for group in plans.AROUND.values():
        assert set(group) <= set(ELEMENTS)


def test_recipes_keep_their_word():
    for table, private in ((plans.PRIVATE, True), (plans.PUBLIC, False)):
        for setting, recipes in table.items():
            for _, _, groups in recipes:
                everything = [sorted(group) for group in groups]
                for k in range(max(map(len, everything), default=1)):
                    kinds = [names[k % len(names)] for names in everything]
                    assert is_private(setting, kinds) is private, (setting, kinds)


@pytest.fixture(scope='module')
def drawn():
    return [
        plans.draw_plan(np.random.default_rng([5, k]), plans.dealt(k))
        for k in range(4000)
    ]


def test_no_single_element_or_setting_decides(drawn):
    private = np.array([plan.private for plan in drawn])
    assert 0.33 <= private.mean() <= 0.39
    features = {f'setting {s}': [p.setting == s for p in drawn] for s in SETTINGS}
    kinds = [{item.kind for item in plan.items} for plan in drawn]
    features |= {kind: [kind in k for k in kinds] for kind in ELEMENTS}
    categories = [{ELEMENTS[name].category for name in k} for k in kinds]
    for category in {kind.category for kind in ELEMENTS.values()}:
        features[f'class {category}'] = [category in c for c in categories]
    for name, present in features.items():
        accuracy = (np.array(present) == private).mean()
        assert max(accuracy, 1 - accuracy) <= 0.70, name


def test_pair_rule_is_exact_on_plans(drawn):
    for plan in drawn:
        kinds = {item.kind for item in plan.items}
        assert labels.is_private(plan.setting, kinds) is plan.private


def test_each_rare_element_is_dealt_once_in_every_500():
    for start in (0, 500, 1500):
        names = [plans.dealt(k) for k in range(start, start + plans.DEAL)]
        assert sorted(filter(None, names)) == sorted(plans.RARE)


def test_all_kinds_and_settings_are_planned(drawn):
    kinds = Counter(name for p in drawn for name in {item.kind for item in p.items})
    assert set(kinds) == set(ELEMENTS)
    rare = {name for name, n in kinds.items() if n / len(drawn) * plans.DEAL < 8}
    assert rare <= set(plans.RARE)
    assert {plan.setting for plan in drawn} == set(SETTINGS)
