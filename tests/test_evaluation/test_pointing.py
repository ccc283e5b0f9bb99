"""The pointing game: where a maximum lies, ties, flat maps, fixed points."""

import numpy as np
import pytest

from mmprivacy.errors import DataError, ShapeError
from mmprivacy.evaluation.functional import (
    best_fixed_point,
    mask_at_cells,
    pointing_hit,
)
from mmprivacy.visualization.heat_maps import upsample


@pytest.fixture
def mask():
    """A quarter of a photo of 80 x 120: rows 40 to 79, columns 60 to 119."""
    mask = np.zeros((80, 120), bool)
    mask[40:, 60:] = True
    return mask


def heat_at(row, column, shape=(4, 6)):
    heat = np.zeros(shape)
    heat[row, column] = 1
    return heat


@pytest.mark.parametrize(
    ('cell', 'hit'), [((2, 3), 1), ((3, 5), 1), ((1, 3), 0), ((2, 2), 0), ((0, 0), 0)]
)
def test_a_single_maximum_hits_or_misses(mask, cell, hit):
    assert pointing_hit(heat_at(*cell), mask) == hit


def test_the_maximum_is_at_the_centre_of_its_cell(mask):
    # A cell of 40 x 40 from row 20 on: its centre is pixel (40, 60), its corner is not.
    assert pointing_hit(heat_at(1, 1, (2, 2)), mask) == 1
    point = np.zeros((80, 120), bool)
    point[30, 70] = True
    assert pointing_hit(heat_at(1, 3), point) == 1
    assert pointing_hit(heat_at(1, 3), np.roll(point, 1)) == 0


def test_enlarging_leaves_an_inner_maximum_in_its_place():
    heat = heat_at(1, 2, (3, 5))
    large = upsample(heat, (33, 55))
    assert np.unravel_index(large.argmax(), large.shape) == (16, 27)
    point = np.zeros((33, 55), bool)
    point[16, 27] = True
    assert pointing_hit(heat, point) == 1


@pytest.mark.parametrize('value', [0.0, 1 / 196, -3.0])
def test_a_flat_map_is_chance(mask, value):
    assert pointing_hit(np.full((4, 6), value), mask) == 0.25
    noise = np.random.default_rng(0).uniform(-1e-8, 1e-8, (4, 6)) * value
    assert pointing_hit(value + noise, mask) == 0.25
    assert pointing_hit(np.ones((1, 1)), mask) == 0.25


def test_cells_that_share_the_maximum_count_equally(mask):
    heat = heat_at(0, 0) + heat_at(2, 3) + heat_at(3, 3) + heat_at(3, 4)
    assert pointing_hit(heat, mask) == 0.75


def test_a_random_map_hits_as_often_as_chance(mask):
    draw = np.random.default_rng(0)
    hits = [pointing_hit(draw.random((4, 6)), mask) for _ in range(2000)]
    assert np.mean(hits) == pytest.approx(mask.mean(), abs=0.03)


def test_fixed_points(mask):
    assert mask_at_cells(mask, (1, 1)).tolist() == [[True]]
    assert mask_at_cells(~mask, (2, 2)).tolist() == [[True, True], [True, False]]
    left = np.zeros((10, 10), bool)
    left[:, :5] = True
    assert best_fixed_point([mask, left], (4, 4)) == 0.5
    assert best_fixed_point([mask, ~left], (4, 4)) == 1
    assert np.isnan(best_fixed_point([], (4, 4)))


def test_wrong_input_is_refused(mask):
    with pytest.raises(ShapeError, match='map: expected'):
        pointing_hit(np.zeros((1, 4, 4)), mask)
    with pytest.raises(ShapeError, match='mask: expected'):
        pointing_hit(np.zeros((4, 4)), np.zeros((0, 4)))
    with pytest.raises(DataError, match='finite'):
        pointing_hit(np.full((4, 4), np.nan), mask)
