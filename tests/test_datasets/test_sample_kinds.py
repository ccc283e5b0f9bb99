"""Small pictures of a few kinds: for masks of attributes, and for segmentation."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mmprivacy.datasets.image_level_lists import read_image_level_list
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS, redaction_id
from mmprivacy.datasets.sample import SceneGenerator, kind_plans
from mmprivacy.datasets.sample.detection import VOC_CLASSES
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.segmentation_maps import read_segmentation_map

DECKS = {'attributes': kind_plans.ATTRIBUTES, 'classes': kind_plans.CLASSES}


def plans_of(deck, num=1200):
    return [deck.draw_plan(np.random.default_rng([7, k]), k) for k in range(num)]


def telling(plan):
    return [item.kind for item in plan.items if item.telling]


@pytest.mark.parametrize('name', DECKS)
def test_kinds_are_dealt_in_every_run_of_cards(name):
    deck = DECKS[name]
    total = deck.safe + sum(cards for cards, _ in deck.kinds.values())
    assert np.gcd(deck.stride, total) == 1
    for start in (0, 91):
        dealt = Counter(deck.deal(k) for k in range(start, start + total))
        assert dealt.pop(None) == deck.safe
        assert dealt == {kind: cards for kind, (cards, _) in deck.kinds.items()}


@pytest.mark.parametrize('name', DECKS)
def test_a_label_does_not_say_where_and_a_setting_does_not_say_what(name):
    deck = DECKS[name]
    plans = plans_of(deck)
    counts = Counter(len(telling(plan)) for plan in plans)
    assert set(counts) == {0, 1, 2}
    assert 0.3 < counts[2] / len(plans) < 0.5
    shown = {}
    for plan in plans:
        kinds = telling(plan)
        assert len(set(kinds)) == len(kinds)
        assert all(plan.setting in deck.kinds[kind][1] for kind in kinds)
        others = {item.kind for item in plan.items if not item.telling}
        assert not others & set(deck.kinds)
        shown.setdefault((plan.setting, plan.table), Counter()).update(kinds)
    frequent = [c for c in shown.values() if c.total() > 60]
    assert len(frequent) >= 5
    assert all(len(c) >= 2 for c in frequent) or name == 'classes'
    kinds = Counter(kind for plan in plans for kind in telling(plan))
    assert set(kinds) == set(deck.kinds) <= set(ELEMENTS)
    assert max(kinds.values()) < 3 * min(kinds.values())


def test_scenes_show_the_attributes_that_were_planned():
    generator = SceneGenerator(2, 'val', 'attributes')
    areas = []
    for k in range(0, 30, 2):
        scene = generator.scene(k)
        kind = kind_plans.ATTRIBUTES.deal(k)
        assert (kind is None) == (scene.attributes == ('a0_safe',))
        assert kind is None or kind in scene.kinds
        assert max(scene.render().shape) <= 192
        areas += [t.mask.mean() for t in scene.elements if t.kind == kind]
    assert np.median(areas) > 0.05  # large enough to outline at 100 pixels


def test_many_attributes_of_visual_redactions_occur():
    generator = SceneGenerator(0, 'train', 'attributes')
    found = set()
    for k in range(60):
        found |= {redaction_id(name) for name in generator.scene(k).attributes}
    assert len(found & set(REDACTION_IDS)) >= 16


def test_photos_of_classes_have_lists_and_maps_that_agree(voc_image_labels_root):
    folder = voc_image_labels_root / 'VOC2007'
    drawn = {ELEMENTS[kind].category for kind in kind_plans.CLASSES.kinds}
    classes = set()
    for split in ('train', 'test'):
        listed = read_image_level_list(folder / f'ImageSets/ImageLevel/{split}.txt', 20)
        for name, labels in listed:
            truth = read_segmentation_map(folder / f'SegmentationClass/{name}.png')
            assert set(np.unique(truth)) - {0} <= {label + 1 for label in labels}
            classes |= {VOC_CLASSES[label] for label in labels}
    assert classes <= drawn
    assert len(classes) >= 4
