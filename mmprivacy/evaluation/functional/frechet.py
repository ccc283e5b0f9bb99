"""Distance of two sets of features, taken as Gaussians: the maths of FID, in NumPy.

Shapes: ``N`` pictures, ``D`` features.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmprivacy.errors import ShapeError


class Gaussian(NamedTuple):
    """Mean and covariance of a set of features.

    Attributes:
        mean: (D,) float64.
        cov: (D, D) float64, with the correction for samples.
    """

    mean: np.ndarray
    cov: np.ndarray


def fit_gaussian(features: np.ndarray) -> Gaussian:
    """Measure mean and covariance.

    Args:
        features: A row a picture (N, D), two at least.

    Returns:
        The Gaussian.

    Raises:
        ShapeError: If there are fewer than two rows.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or len(features) < 2:
        raise ShapeError.explain(
            'features',
            expected='(N, D) of two pictures at least',
            got=features.shape,
            fix='measure more pictures',
        )
    return Gaussian(features.mean(0), np.atleast_2d(np.cov(features, rowvar=False)))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Squared Frechet distance of two Gaussians.

    ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``. The trace of the root is that of
    ``(C1^(1/2) C2 C1^(1/2))^(1/2)``, which is symmetric, so that covariances without
    full rank need no noise added.

    Args:
        first: Gaussian of D features.
        second: Likewise.

    Returns:
        The distance, 0 for equal Gaussians.

    Reference:
        Heusel et al., *GANs Trained by a Two Time-Scale Update Rule Converge to a Local
        Nash Equilibrium*, NeurIPS 2017, Eq. 6.
    """
    values, vectors = np.linalg.eigh(first.cov)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ second.cov @ root).clip(0)
    shift = np.square(first.mean - second.mean).sum()
    spread = np.trace(first.cov) + np.trace(second.cov) - 2 * np.sqrt(inner).sum()
    return float(max(shift + spread, 0.0))
