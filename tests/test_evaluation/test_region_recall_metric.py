"""RegionRecallMetric: what an adversary that looks for colours still finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from edited import run
from mmengine.registry import TASK_UTILS

from mmprivacy.errors import ConfigError
from mmprivacy.evaluation import RegionRecallMetric
from mmprivacy.evaluation.functional import Boxes, inside_share

COLOURS = {'red': (200, 0, 0), 'blue': (0, 0, 200)}


class ColourDetector:
    """Finds the box of each of two colours."""

    classes = tuple(COLOURS)

    def __call__(self, image, boxes):
        found = []
        for label, colour in enumerate(COLOURS.values()):
            where = (image == colour).all(-1)
            if where.any():
                y, x = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
                found.append((x[0], y[0], x[-1] + 1, y[-1] + 1, label, 0.9))
        table = np.array(found, float).reshape(-1, 6)
        return Boxes(table[:, :4], table[:, 4].astype(np.int64), table[:, 5])


@pytest.fixture(autouse=True)
def _registered():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TASK_UTILS._module_dict, 'ColourDetector', ColourDetector)
        yield


ADVERSARY = dict(type='ColourDetector')
RED, BLUE = [4, 4, 14, 14], [20, 6, 30, 26]


def scene(*shown):
    image = np.full((32, 40, 3), 90, np.uint8)
    for name, (x0, y0, x1, y1) in (('red', RED), ('blue', BLUE)):
        if name in shown:
            image[y0:y1, x0:x1] = COLOURS[name]
    return image


def mask_of(*boxes):
    mask = np.zeros((32, 40), np.uint8)
    for x0, y0, x1, y1 in boxes:
        mask[y0:y1, x0:x1] = 1
    return mask


REGIONS = [
    dict(bbox=RED, category='red'),
    dict(bbox=BLUE, category='blue'),
    dict(bbox=[0, 0, 9, 9], category='not known to the adversary'),
]


def test_known_regions():
    mask = mask_of(RED, BLUE)
    edits = [
        (scene('red', 'blue'), mask, scene('blue'), scene()),
        (scene('blue'), mask, scene(), scene()),
    ]
    found = run(RegionRecallMetric(ADVERSARY), *edits, regions=REGIONS)
    assert found == {
        'recall/before': 3 / 4,
        'recall/after': 1 / 4,
        'recall/any_after': 1 / 4,
        'recall/clean': 0,
        'recall/n': 4,
    }


def test_another_colour_is_something_but_not_the_same():
    result = scene()
    x0, y0, x1, y1 = RED
    result[y0:y1, x0:x1] = COLOURS['blue']
    edit = (scene('red'), mask_of(RED), result)
    found = run(RegionRecallMetric(ADVERSARY), edit, regions=REGIONS[:1])
    assert (found['recall/after'], found['recall/any_after']) == (0, 1)


def test_without_regions_the_adversary_says_what_was_there():
    edits = [(scene('red', 'blue'), mask_of(RED), scene('blue'))] * 2
    found = run(RegionRecallMetric(ADVERSARY), *edits)
    assert (found['recall/before'], found['recall/after'], found['recall/n']) == (
        1,
        0,
        2,
    )
    nothing = run(RegionRecallMetric(ADVERSARY), (scene(), mask_of(RED), scene()))
    assert nothing['recall/n'] == 0
    assert math.isnan(nothing['recall/after'])


def test_scores_below_the_threshold_do_not_count():
    edit = (scene('red'), mask_of(RED), scene('red'))
    strict = run(
        RegionRecallMetric(ADVERSARY, score_thr=0.95), edit, regions=REGIONS[:1]
    )
    assert strict['recall/before'] == strict['recall/after'] == 0


def test_share_of_boxes_inside_a_mask():
    boxes = [RED, [4, 4, 14, 24], [0, 0, 4, 4], [5, 5, 5, 9], [-9, -9, 60, 60]]
    expected = [1, 0.5, 0, 0, 100 / (32 * 40)]
    assert inside_share(np.array(boxes), mask_of(RED).astype(bool)) == pytest.approx(
        expected
    )


def test_wrong_thresholds():
    with pytest.raises(ConfigError, match='iou_thr'):
        RegionRecallMetric(ADVERSARY, iou_thr=2)
