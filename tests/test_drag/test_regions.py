"""Regions of an image and the two region losses."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmprivacy.drag.regions import (
    distance_penalty,
    diversity_penalty,
    peak_coordinates,
    peak_indices,
    region_maps,
)
from mmprivacy.errors import ShapeError


def _hard_groups(channels=32, regions=4):
    labels = torch.arange(channels) % regions
    return F.one_hot(labels, regions).t().float()


def _reference_distance(maps):
    total = 0.0
    for image in maps.numpy():
        for region in image:
            row, column = np.unravel_index(region.argmax(), region.shape)
            for y in range(region.shape[0]):
                for x in range(region.shape[1]):
                    total += region[y, x] ** 2 * ((y - row) ** 2 + (x - column) ** 2)
    return total / maps.numel()


def _reference_diversity(maps):
    array, total = maps.numpy(), 0.0
    for image in array:
        for i, region in enumerate(image):
            others = np.delete(image, i, axis=0).max(axis=0)
            total += (region**2 * (others - array.mean()) ** 2).sum()
    return total / array.size


def test_d03_regions_of_hard_groups_sum_to_the_channel_mean():
    features = torch.rand(2, 32, 7, 7)
    mean = features.mean(1)
    groups = _hard_groups()
    torch.testing.assert_close(
        region_maps(features, groups).sum(1), mean, atol=1e-6, rtol=0
    )
    torch.testing.assert_close(
        region_maps(features, 1 - groups).sum(1), 3 * mean, atol=1e-6, rtol=0
    )


def test_d03_region_maps_equal_the_broadcast_formula():
    features, groups = torch.rand(2, 32, 7, 5), torch.rand(2, 4, 32)
    expected = (features[:, None] * groups[..., None, None]).sum(2) / 32
    torch.testing.assert_close(region_maps(features, groups), expected)


def test_peaks_are_first_maxima_and_dead_channels_are_at_the_origin():
    features = torch.zeros(1, 3, 4, 5)
    features[0, 1, 2, 3] = 1
    features[0, 2, 1, 4] = features[0, 2, 3, 0] = 2
    peaks = peak_coordinates(peak_indices(features), width=5)
    assert peaks.tolist() == [[[0, 0], [2, 3], [1, 4]]]


def test_d10_deltas_have_no_distance_and_the_expected_diversity():
    maps = torch.zeros(1, 2, 14, 14)
    maps[0, 0, 3, 4] = maps[0, 1, 9, 1] = 1
    assert distance_penalty(maps) == 0
    assert diversity_penalty(maps).item() == pytest.approx(1.3281e-07, rel=1e-4)


def test_d10_two_equal_cells():
    maps = torch.zeros(1, 2, 7, 7, dtype=torch.float64)
    maps[0, 0, 1, 1] = maps[0, 0, 4, 5] = 0.3
    expected = 0.3**2 * 25 / maps.numel()
    assert distance_penalty(maps).item() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize('shape', [(2, 4, 7, 7), (3, 2, 5, 6), (1, 12, 7, 4)])
def test_d10_losses_equal_loops(shape):
    maps = torch.rand(shape, dtype=torch.float64)
    assert abs(distance_penalty(maps).item() - _reference_distance(maps)) < 1e-10
    assert abs(diversity_penalty(maps).item() - _reference_diversity(maps)) < 1e-10


def test_d10_gradients():
    maps = torch.rand(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(distance_penalty, maps)
    assert torch.autograd.gradcheck(diversity_penalty, maps)


def test_d10_one_region_is_refused():
    with pytest.raises(ShapeError, match='at least 2 regions'):
        diversity_penalty(torch.rand(1, 1, 7, 7))
