"""Random masks: sizes, areas, and the same mask for the same picture."""

from __future__ import annotations

import numpy as np
import pytest

from mmprivacy.datasets.mask_drawing import (
    STYLES,
    Boxes,
    MaskStyle,
    Strokes,
    find_style,
    fixed_mask,
)
from mmprivacy.errors import ConfigError


def draw(style, n=60, size=(256, 256)):
    rng = np.random.default_rng(0)
    return [STYLES[style].draw(rng, *size) for _ in range(n)]


@pytest.mark.parametrize('style', STYLES)
@pytest.mark.parametrize('size', [(1, 1), (1, 40), (7, 3), (64, 48), (300, 200)])
def test_masks_are_never_empty(style, size):
    for mask in draw(style, 10, size):
        assert mask.shape == size
        assert mask.dtype == np.uint8
        assert set(np.unique(mask)) <= {0, 1}
        assert mask.any()


@pytest.mark.parametrize('style', ['thin', 'medium', 'thick'])
def test_test_sets_cover_half_a_picture_at_most(style):
    areas = [mask.mean() for mask in draw(style, 80)]
    assert max(areas) <= 0.5
    assert np.std(areas) > 0.03


def test_thick_is_thicker_than_thin():
    """How far a masked pixel can be from the next known one, on average."""
    import cv2

    def depth(style):
        masks = draw(style, 20)
        return np.mean([cv2.distanceTransform(m, cv2.DIST_L2, 5).max() for m in masks])

    assert depth('thin') < depth('medium') < depth('thick')


def test_boxes_are_boxes_inside_the_margin():
    boxes = MaskStyle(Strokes((1, 1), 1, 1), Boxes((1, 1), (30, 150)), box_share=1)
    rng = np.random.default_rng(0)
    sides = []
    for _ in range(200):
        mask = boxes.draw(rng, 256, 256)
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert mask.sum() == len(rows) * len(columns)
        assert min(rows[0], columns[0]) >= 10
        assert max(rows[-1], columns[-1]) < 246
        sides += [len(rows), len(columns)]
    assert 30 <= min(sides) < 40
    assert 140 < max(sides) <= 150


def test_lengths_grow_with_the_picture():
    small, large = (
        np.mean([m.mean() for m in draw('thick', 150, (n, n))]) for n in (64, 256)
    )
    assert small == pytest.approx(large, rel=0.25)


def test_a_picture_has_one_mask():
    again = [fixed_mask('thin', 64, 64, 'a/1', seed=s) for s in (0, 0, 1)]
    other = fixed_mask('thin', 64, 64, 'a/2', seed=0)
    assert np.array_equal(again[0], again[1])
    assert not np.array_equal(again[0], again[2])
    assert not np.array_equal(again[0], other)


def test_unknown_style_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'thick'"):
        find_style('thik')
