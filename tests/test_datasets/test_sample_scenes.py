from __future__ import annotations

import dataclasses
import pickle

import cv2
import numpy as np
import pytest

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample import SceneGenerator, contact_sheet, find_pairs
from mmprivacy.datasets.sample.annotation import describe
from mmprivacy.datasets.sample.plans import dealt
from mmprivacy.datasets.sample.settings import SETTINGS, draw_backdrop
from mmprivacy.errors import DataError

NUM = 40


@pytest.fixture(scope='module')
def scenes():
    generator = SceneGenerator(7, 'train')
    return [generator.scene(k) for k in range(NUM)]


def test_same_seed_same_scene(scenes):
    again = SceneGenerator(7, 'train').scene(3)
    np.testing.assert_array_equal(again.render(), scenes[3].render())
    assert describe(again) == describe(scenes[3])
    other = SceneGenerator(8, 'train').scene(3)
    assert describe(other) != describe(scenes[3])
    assert describe(SceneGenerator(7, 'test').scene(3)) != describe(scenes[3])


def test_drawing_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].copy()
    SceneGenerator(7, 'val').scene(0).render()
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_scenes_travel_between_processes(scenes):
    again = pickle.loads(pickle.dumps(scenes[1]))
    np.testing.assert_array_equal(again.render(), scenes[1].render())


def test_pictures(scenes):
    for scene in scenes:
        image = scene.render()
        assert image.dtype == np.uint8
        assert image.shape == (*scene.size, 3)
        assert 240 <= min(scene.size) <= 480
        # No flat fields: neighbouring pixels differ in most of the picture.
        if scene.setting != 'screen_capture':
            steps = np.abs(np.diff(image.astype(int), axis=1)).sum(-1)
            assert (steps > 0).mean() > 0.5
    shapes = {scene.size[0] > scene.size[1] for scene in scenes}
    assert shapes == {True, False}


def test_an_element_left_out_leaves_the_rest_alone(scenes):
    for scene in scenes[:16]:
        full = scene.render()
        for truth in scene.elements:
            without = scene.render(without=[truth.id])
            changed = (full != without).any(-1)
            assert not (changed & ~scene.influence(truth.id)).any()
            assert not (truth.mask & ~scene.influence(truth.id)).any()
            rest = tuple(e for e in scene.placed if e.id != truth.id)
            never = dataclasses.replace(scene, placed=rest)
            np.testing.assert_array_equal(without, never.render())


def test_an_empty_scene_is_its_backdrop(scenes):
    scene = scenes[0]
    empty = scene.render(without=[e.id for e in scene.placed])
    expected = scene.camera.develop(scene.backdrop.copy())
    np.testing.assert_array_equal(empty, expected)


def test_unknown_ids_are_an_error(scenes):
    with pytest.raises(DataError, match='expected ids among'):
        scenes[0].render(without=[99])


def test_masks_boxes_and_run_lengths_agree(scenes):
    for scene in scenes:
        total = np.zeros(scene.size, int)
        for truth, line in zip(scene.elements, describe(scene)['elements']):
            np.testing.assert_array_equal(decode_rle(line['mask']), truth.mask)
            assert not (truth.mask & ~truth.amodal).any()
            total += truth.mask
            if truth.box is None:
                assert not truth.mask.any()
                continue
            x0, y0, x1, y1 = truth.box
            inside = truth.mask[y0:y1, x0:x1]
            assert inside.sum() == truth.mask.sum()
            assert inside[0].any()
            assert inside[-1].any()
            assert inside[:, 0].any()
            assert inside[:, -1].any()
        assert total.max(initial=0) <= 1


def test_parts_show_the_attributes_of_their_element(scenes):
    smaller = 0
    for scene in scenes:
        lines = describe(scene, parts=True)['elements']
        for truth, line in zip(scene.elements, lines):
            assert tuple(truth.parts) == truth.attributes
            assert set(line['parts']) == set(truth.attributes)
            for name, part in truth.parts.items():
                assert part.any()
                assert not (part & ~truth.mask).any()
                np.testing.assert_array_equal(decode_rle(line['parts'][name]), part)
                smaller += part.sum() < truth.mask.sum()
    assert smaller > 20


def test_occluded_parts_belong_to_the_occluder(scenes):
    met = 0
    for scene in scenes:
        order = [element.id for element in scene.placed]
        truths = {truth.id: truth for truth in scene.elements}
        for k, back in enumerate(order):
            for front in order[k + 1 :]:
                common = truths[back].amodal & truths[front].amodal
                met += common.sum() > 20
                assert not (truths[back].mask & common).any()
    assert met > 0


def test_labels_follow_from_the_pairs(scenes):
    for scene in scenes:
        assert scene.private == bool(find_pairs(scene.setting, scene.kinds))
        assert set(scene.attributes) <= set(ATTRIBUTES)
        assert ('a0_safe' in scene.attributes) == (len(scene.attributes) == 1) or (
            'a0_safe' not in scene.attributes
        )
        scores = [ATTRIBUTES[name].mean_305 for name in scene.attributes]
        assert scene.score == max(scores)


@pytest.mark.parametrize('name', sorted(SETTINGS))
def test_settings_have_structure_and_places(name):
    cv2.setNumThreads(1)
    for k, size in enumerate(((240, 320), (360, 270))):
        backdrop = draw_backdrop(name, np.random.default_rng([1, k]), *size, False)
        assert backdrop.image.shape == (*size, 3)
        assert np.isfinite(backdrop.image).all()
        assert backdrop.image.std() > 12
        assert backdrop.places


def test_wrong_arguments_are_errors():
    with pytest.raises(DataError, match='split'):
        SceneGenerator(0, 'training')
    with pytest.raises(DataError, match='seed'):
        SceneGenerator(-1, 'train')


def test_contact_sheet(tmp_path):
    path = tmp_path / 'sheet.jpg'
    sheet = contact_sheet(path, indices=range(3), columns=2, cell=(120, 90))
    assert sheet.shape == (2 * 110, 240, 3)
    assert path.read_bytes()[:2] == b'\xff\xd8'


def test_a_dealt_element_is_seen():
    generator = SceneGenerator(0, 'val')
    for index in (k for k in range(250) if dealt(k) is not None):
        assert dealt(index) in generator.scene(index).kinds, index
