"""A detector as the adversary of a metric: what it finds before and after."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import TASK_UTILS
from test_protection_inferencer import config  # noqa: F401  a fixture
from tiny_detectors import CLASSES

from mmprivacy.apis.adversaries import DetectorAdversary
from mmprivacy.evaluation.functional import found_again
from mmprivacy.evaluation.functional.detections import Boxes
from mmprivacy.obfuscation import fill


@pytest.fixture(scope='module')
def adversary(config, weights):  # noqa: F811
    options = dict(type='DetectorAdversary', config=str(config), device='cpu')
    return TASK_UTILS.build(options | dict(checkpoint=str(weights)))


def test_it_finds_what_is_there_and_not_what_is_gone(adversary, pictures):
    assert isinstance(adversary, DetectorAdversary)
    assert adversary.classes == tuple(CLASSES)
    before, after = [], []
    for photo, boxes, labels in pictures:
        truth = Boxes(np.asarray(boxes, float), np.asarray(labels), np.ones(len(boxes)))
        for found, image in ((before, photo), (after, fill(photo, boxes=truth.boxes))):
            seen = adversary(np.ascontiguousarray(image[..., ::-1]), truth.boxes)
            found.append(found_again(seen.above(0.3), truth))
    assert np.concatenate(before).mean() > 0.8
    assert np.concatenate(after).mean() < 0.2
