"""Clustering of channels by their peaks."""

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from mmprivacy.drag.grouping import cluster_channels, peak_matrix
from mmprivacy.drag.regions import peak_indices
from mmprivacy.errors import DataError


def _planted(images=40, channels=32, groups=4, size=7):
    """Features whose channels peak where their group does, at random amplitudes."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(channels) % groups)
    features = 0.1 * torch.rand(images, channels, size, size)
    for m in range(images):
        places = rng.integers(0, size, (groups, 2))
        for c in range(channels):
            row, column = np.clip(
                places[labels[c]] + rng.integers(-1, 2, 2), 0, size - 1
            )
            features[m, c, row, column] = float(rng.uniform(1, 50))
    return features, labels


def test_d04_planted_groups_are_recovered():
    features, labels = _planted()
    matrix = peak_matrix(peak_indices(features).int(), width=7)
    assert matrix.shape == (32, 80)
    assert matrix.dtype == np.float32
    assert matrix.min() >= 0
    assert matrix.max() <= 6
    found = cluster_channels(matrix, 4)
    assert found.dtype == torch.int64
    assert adjusted_rand_score(labels, found) == 1.0


def test_d04_scaling_a_channel_changes_nothing():
    features, _ = _planted()
    scaled = features * torch.rand(1, 32, 1, 1).add(0.1)
    assert torch.equal(peak_indices(features), peak_indices(scaled))


def test_d04_matrix_holds_rows_then_columns():
    indices = torch.tensor([[0, 8], [13, 6]], dtype=torch.int32)
    expected = [[0, 1, 0, 6], [1, 0, 1, 6]]
    assert peak_matrix(indices, width=7).tolist() == expected


def test_d05_clustering_twice_gives_the_same_labels():
    matrix = np.random.default_rng(0).random((64, 200), dtype=np.float32)
    assert torch.equal(cluster_channels(matrix, 4), cluster_channels(matrix, 4))


def test_fewer_channels_than_groups_are_refused():
    with pytest.raises(DataError, match='at least 4 channels'):
        cluster_channels(np.zeros((3, 8), np.float32), 4)


@pytest.mark.slow
def test_memory_of_10_000_images():
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    indices = torch.randint(196, (10_000, 2048), dtype=torch.int32)
    cluster_channels(peak_matrix(indices, width=14), 4)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < 2 * 2**30
