"""The advisor's parts that run a detector of mmdet."""

import numpy as np
import pytest
import torch
from test_object_disappearance_hook import _text
from tiny_detectors import CLASSES

from mmprivacy.advisor import Photo, Region
from mmprivacy.advisor.check import check_part
from mmprivacy.advisor.localisers import DetectorLocaliser
from mmprivacy.advisor.protectors import AdversarialProtector
from mmprivacy.errors import CheckpointError, ConfigError
from mmprivacy.evaluation.functional.detections import box_iou


@pytest.fixture(scope='module')
def config(data_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp('config')
    path = folder / 'config.py'
    path.write_text(
        'custom_imports = dict(imports=["mmprivacy.disappearance"])\n'
        + _text(folder, data_root).replace("'ProbeMetric'", "'DumpDetResults'")
    )
    return path


def test_objects_are_found_where_they_are(config, weights, pictures):
    find = DetectorLocaliser(config, weights)
    assert set(find.kinds) == set(CLASSES)
    for image, boxes, labels in pictures[:3]:
        found = find.localise(Photo(np.ascontiguousarray(image[..., ::-1])))
        overlaps = box_iou(boxes, np.array([r.box for r in found]))
        assert (overlaps.max(1) > 0.5).all()
        for label, row in zip(labels.tolist(), overlaps):
            assert found[row.argmax()].kind == CLASSES[label]
        scores = [r.score for r in found]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) >= 0.3


def test_classes_are_chosen_and_renamed(config, weights, pictures):
    image = Photo(np.ascontiguousarray(pictures[0][0][..., ::-1]))
    name = CLASSES[int(pictures[0][2][0])]
    find = DetectorLocaliser(config, weights, {name: 'secret'}, min_score=0.5)
    assert find.kinds == ('secret',)
    assert {r.kind for r in find.localise(image)} == {'secret'}
    with pytest.raises(ConfigError, match=name):
        DetectorLocaliser(config, weights, [name + 's'])
    with pytest.raises(CheckpointError):
        DetectorLocaliser(config, 'nowhere.pth')


def test_detector_keeps_the_contract(config, weights):
    checks = check_part(DetectorLocaliser, dict(config=config, checkpoint=weights))
    assert [c for c in checks if not c.ok] == []


def test_detector_finds_less_after_the_attack(config, weights, pictures):
    image, boxes, _ = pictures[0]
    pixels = np.ascontiguousarray(image[..., ::-1])
    attack = dict(eps=8 / 255, max_iters=25)
    protect = AdversarialProtector(config, weights, attack)
    assert protect.can_be_undone
    assert 'people see everything' in protect.warning
    height, width = pixels.shape[:2]
    whole = Region((0.0, 0.0, float(width), float(height)), 'photo')
    state = torch.random.get_rng_state()
    after = protect.protect(pixels, [whole])
    assert torch.equal(state, torch.random.get_rng_state())
    assert 0 < np.abs(after.astype(int) - pixels).max() <= 8
    find = DetectorLocaliser(config, weights)
    assert len(find.localise(Photo(pixels))) >= len(boxes)
    assert find.localise(Photo(after)) == []
    half = Region((0.0, 0.0, width / 2, float(height)), 'photo')
    part = protect.protect(pixels, [half])
    assert np.array_equal(part[:, width // 2 + 1 :], pixels[:, width // 2 + 1 :])
    assert np.array_equal(protect.protect(pixels, []), pixels)
