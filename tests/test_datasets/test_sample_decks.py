"""What decides about the score of a scene, and close views of objects."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.sample import (
    FORMATS,
    SceneGenerator,
    detection_plans,
    object_plans,
    score_plans,
    write_sample,
)
from mmprivacy.datasets.sample.decks import DECKS
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.settings import SETTINGS
from mmprivacy.errors import DataError


@pytest.fixture(scope='module')
def plans():
    draw = DECKS['scores'].draw_plan
    return [draw(np.random.default_rng([3, k]), k) for k in range(2000)]


def deciding(plan):
    return next((item.kind for item in plan.items if item.telling), None)


def test_what_decides_is_dealt_in_every_run_of_cards(plans):
    cards = {kind: n for kind, (n, _) in score_plans.DECIDING.items()}
    for start in (0, 137, 1000):
        run = plans[start : start + score_plans.NUM_CARDS]
        dealt = Counter(map(deciding, run))
        assert dealt.pop(None) == score_plans.SAFE_CARDS
        assert dealt == cards


def test_setting_and_view_do_not_tell_safe_scenes(plans):
    safe = np.array([deciding(plan) is None for plan in plans])
    views = [(plan.setting, plan.table) for plan in plans]
    for view in set(views):
        there = np.array([v == view for v in views])
        assert there[safe].mean() == pytest.approx(there[~safe].mean(), abs=0.04), view


def test_everything_occurs(plans):
    assert {plan.setting for plan in plans[:500]} == set(SETTINGS)
    planned = {item.kind for plan in plans[:500] for item in plan.items}
    assert planned == set(ELEMENTS)


def test_the_deciding_element_has_the_highest_rating():
    generator = SceneGenerator(4, 'val', 'scores')
    safe = 0
    for k in range(24):
        scene = generator.scene(k)
        kind = score_plans.deal(k)
        if kind is None:
            safe += 1
            assert scene.attributes == ('a0_safe',)
            assert scene.score == 0
            continue
        best = max(
            (truth for truth in scene.elements if truth.attributes),
            key=lambda t: max(ATTRIBUTES[name].mean_305 for name in t.attributes),
        )
        assert scene.elements[0].kind == kind
        assert scene.elements[0].attributes
        rating = max(ATTRIBUTES[a].mean_305 for a in scene.elements[0].attributes)
        assert scene.score == rating > 0
        assert best.kind == kind or rating == scene.score
    assert 5 <= safe <= 13


def test_decks_draw_different_scenes_and_the_same_again():
    scenes = [SceneGenerator(1, 'test', deck).scene(2) for deck in DECKS]
    sizes = [scene.render().shape for scene in scenes]
    again = SceneGenerator(1, 'test', 'scores').scene(2)
    position = list(DECKS).index('scores')
    assert np.array_equal(again.render(), scenes[position].render())
    assert len({scene.render().tobytes() for scene in scenes}) == len(DECKS)
    assert sizes[list(DECKS).index('objects')] == (*object_plans.SIZE_PX, 3)


def test_unknown_deck_is_an_error():
    with pytest.raises(DataError, match='pairs'):
        SceneGenerator(0, 'train', 'cards')


def test_objects_take_turns_in_settings_that_suit_them():
    names = [object_plans.object_class(k) for k in range(len(ELEMENTS) + 3)]
    assert Counter(names) == {**dict.fromkeys(ELEMENTS, 1), object_plans.SCENERY: 3}
    for kind in ELEMENTS:
        assert object_plans.settings_of(kind), kind
    scenes = [SceneGenerator(0, 'train', 'objects').scene(k) for k in range(0, 47, 6)]
    for scene in scenes:
        name = object_plans.object_class(scene.index)
        shown = {truth.kind for truth in scene.elements if truth.visible}
        assert shown == (set() if name == object_plans.SCENERY else {name})


def test_objects_are_a_folder_of_classes(tmp_path):
    pytest.importorskip('mmpretrain')
    from mmpretrain.datasets import CustomDataset

    num = dict(train=len(ELEMENTS) + 1, val=1)
    root = write_sample('objects', tmp_path / 'objects', num, seed=2, progress=False)
    classes = (root / 'classes.txt').read_text().split()
    dataset = CustomDataset(data_root=str(root), data_prefix='train')
    assert list(dataset.CLASSES) == classes == sorted({*ELEMENTS, 'scenery'})
    assert len(dataset) == num['train']
    assert Counter(dataset.get_gt_labels().tolist()) == dict.fromkeys(range(45), 1)
    assert 'Layout of ImageNet' in (root / 'README.md').read_text()
    assert FORMATS['objects'].num['train'] >= 100 * len(classes)


def test_crowds_have_every_class_about_as_often():
    draw = DECKS['crowds'].draw_plan
    crowds = [draw(np.random.default_rng([5, k]), k) for k in range(1500)]
    assert {plan.setting for plan in crowds} == set(SETTINGS)
    planned = Counter(item.kind for plan in crowds for item in plan.items)
    assert set(planned) == set(ELEMENTS)
    found = Counter()
    for kind, count in planned.items():
        found[ELEMENTS[kind].category] += count
    assert set(found) == set(detection_plans.CLASSES)
    assert max(found.values()) < 8 * min(found.values())
    sizes = [len(plan.items) for plan in crowds]
    assert min(sizes) >= 1
    assert max(sizes) <= 6
    assert 3 <= np.mean(sizes) <= 4.5


def test_crowds_show_several_objects_from_small_to_large():
    generator = SceneGenerator(6, 'val', 'crowds')
    counts, shares = [], []
    for k in range(30):
        scene = generator.scene(k)
        visible = [e.box for e in scene.elements if e.visible]
        counts.append(len(visible))
        height, width = scene.size
        shares += [
            np.sqrt((x1 - x0) * (y1 - y0) / (height * width))
            for x0, y0, x1, y1 in visible
        ]
    assert min(counts) >= 1
    assert np.mean(counts) > 2.5
    assert min(shares) < 0.15
    assert max(shares) > 0.5
