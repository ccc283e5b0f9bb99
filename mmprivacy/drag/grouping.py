"""Cluster feature channels by where they respond.

A channel is described by the coordinates of its strongest cell in every training image,
in cells of the feature map, not normalised. K-means groups channels whose peaks stay
close to each other.

Shapes: ``M`` images, ``C`` channels, ``N`` groups.

Source: Yang et al. 2022 (DRAG), section "Dynamic Crucial Regions Exploring".
"""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import Tensor

from mmprivacy.drag.regions import peak_coordinates
from mmprivacy.errors import DataError


def peak_matrix(indices: Tensor, width: int) -> np.ndarray:
    """Arrange the peaks of all images as one row for each channel.

    Args:
        indices: Row-major peak cells (M, C), an integer dtype.
        width: Number of columns of the feature map.

    Returns:
        Array (C, 2M), float32: rows, then columns of the peaks. The order inside a row
        does not matter to K-means. 2048 channels and 10,000 images take 164 MB.
    """
    num_images, channels = indices.shape
    matrix = np.empty((channels, 2 * num_images), dtype=np.float32)
    chunk = 1024
    for start in range(0, num_images, chunk):
        peaks = peak_coordinates(indices[start : start + chunk], width).numpy()
        stop = start + len(peaks)
        matrix[:, start:stop] = peaks[..., 0].T
        matrix[:, num_images + start : num_images + stop] = peaks[..., 1].T
    return matrix


def cluster_channels(matrix: np.ndarray, num_groups: int, seed: int = 9) -> Tensor:
    """Group the rows of a peak matrix by K-means.

    One thread computes it, because the order in which threads add up their shares would
    otherwise change the last bits, and with them a label on a border.

    Args:
        matrix: Peak matrix (C, 2M), float32.
        num_groups: Number of groups N.
        seed: Seed of k-means++. 9 in the authors' implementation.

    Returns:
        Group of every channel (C,), int64. The groups are not of equal size.

    Raises:
        DataError: If there are fewer channels than groups.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    if matrix.shape[0] < num_groups:
        raise DataError.explain(
            'channel grouping',
            expected=f'at least {num_groups} channels, one for each region',
            got=matrix.shape[0],
            fix='lower num_regions or use a wider backbone',
        )
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Fewer distinct rows than groups: the caller reports the empty groups.
        warnings.simplefilter('ignore', ConvergenceWarning)
        means = KMeans(n_clusters=num_groups, n_init=10, random_state=seed)
        labels = means.fit(matrix).labels_
    return torch.from_numpy(labels.astype(np.int64))
