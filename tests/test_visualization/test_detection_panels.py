"""Boxes over pictures, and panels of before and after."""

import numpy as np
import pytest

from mmprivacy.errors import ShapeError
from mmprivacy.evaluation.functional.detections import Boxes
from mmprivacy.visualization import draw_detections, draw_protection
from mmprivacy.visualization.detection_panels import draw_change

CLASSES = ('face', 'car')


def boxes(*rows):
    table = np.array(rows, float).reshape(-1, 6)
    return Boxes(table[:, :4], table[:, 4].astype(int), table[:, 5])


def test_a_box_is_drawn_where_it_is_at_any_size():
    gray = np.full((100, 200, 3), 90, np.uint8)
    drawn = draw_detections(gray, boxes([20, 40, 120, 90, 1, 0.8]), CLASSES, height=200)
    assert drawn.shape == (200, 400, 3)
    changed = (drawn != 90).any(-1)
    rows, columns = np.where(changed)
    assert (columns.min(), columns.max()) == (40, 240)
    assert rows.max() == 180
    assert changed[:, 40].sum() >= 100
    assert not changed[120, 60:220].any()


def test_scores_below_the_threshold_are_not_drawn():
    gray = np.full((100, 200, 3), 90, np.uint8)
    found = boxes([20, 40, 120, 90, 0, 0.29], [1, 1, 9, 9, 1, 0.1])
    assert (draw_detections(gray, found, CLASSES, height=100) == 90).all()


def test_the_change_is_amplified_as_far_as_it_goes():
    before = np.full((4, 4, 3), 100, np.uint8)
    after = before.copy()
    after[0, 0] = 104
    after[1, 1] = 98
    change, gain = draw_change(before, after)
    assert gain == pytest.approx(127 / 4)
    assert change[0, 0].tolist() == [255] * 3
    assert change[1, 1].tolist() == [64] * 3
    assert change[2, 2].tolist() == [128] * 3
    same, _ = draw_change(before, before)
    assert (same == 128).all()


def test_a_panel_has_three_pictures_and_refuses_two_sizes():
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (60, 80, 3)).astype(np.uint8)
    found = boxes([5, 5, 40, 40, 0, 0.9])
    panel = draw_protection(photo, photo, found, boxes(), CLASSES, height=120)
    assert panel.shape[1] >= 3 * 160
    assert panel.dtype == np.uint8
    with pytest.raises(ShapeError, match='own original'):
        draw_protection(photo, photo[:-1], found, boxes(), CLASSES)
