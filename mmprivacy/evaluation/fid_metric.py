"""FID: whether a set of edited pictures looks like a set of real ones."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS, MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError, MissingDependencyError
from mmprivacy.evaluation.edits import read_edits, to_tensor
from mmprivacy.evaluation.functional.frechet import fit_gaussian, frechet_distance
from mmprivacy.evaluation.network_weights import SOURCES, find_weights, freeze

ENOUGH = 2048
"""Pictures below which the covariance of InceptionV3's features has no full rank."""


@METRICS.register_module()
class FIDMetric(BaseMetric):
    """Frechet distance between features of the pictures before and after.

    Keys: ``fid``, with the InceptionV3 of the original FID, or ``fd_<net>`` with
    another network, which is no FID and not comparable with one; ``clean_...``, against
    the true backgrounds, if the data have them; ``fid_n`` pictures. Less is more alike.
    With fewer than 2,048 pictures FID is too high, and a warning says so.

    Args:
        weights: File of InceptionV3 for FID. Needs the package torch-fidelity.
        feature_net: Config of another network instead, from pictures (B, 3, H, W) in
            [0, 1] to features (B, D), or to maps (B, D, h, w), which are averaged. It
            loads its own weights.
        device: Where the network runs; the first GPU if there is one.
        collect_device: Where results of several processes are gathered.
        prefix: Prefix of the keys; ``'inpainting'`` if not given.

    Raises:
        ConfigError: If both networks are given.
        MissingWeightsError: If neither is, or the file is not there; nothing is
            downloaded.
        MissingDependencyError: If torch-fidelity is not installed.
    """

    default_prefix = 'inpainting'

    def __init__(
        self,
        weights: str | None = None,
        feature_net: dict | None = None,
        device: str | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if weights is not None and feature_net is not None:
            raise ConfigError.explain(
                'FIDMetric',
                expected='weights (for FID), or feature_net',
                got='both',
                fix='leave one of them out',
            )
        self.device = torch.device(device or get_device())
        if feature_net is None:
            self.key, network = 'fid', _inception(weights)
        else:
            self.key = f'fd_{feature_net["type"]}'
            network = MODELS.build(dict(feature_net))
        self.network = freeze(network).to(self.device)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Compute the features of a batch.

        Args:
            data_batch: See :func:`~mmprivacy.evaluation.edits.read_edits`.
            data_samples: See there.

        Raises:
            DataError: If a field is missing.
            ShapeError: If the sizes of a picture differ.
        """
        for edit in read_edits(data_batch, data_samples):
            pictures = dict(result=edit.result, before=edit.original)
            if edit.background is not None:
                pictures['clean'] = edit.background
            self.results.append({k: self._features(p) for k, p in pictures.items()})

    @torch.no_grad()
    def _features(self, picture: np.ndarray) -> np.ndarray:
        """Compute the features (D,) of a picture (H, W, 3)."""
        found = self.network(to_tensor(picture, self.device))
        found = found[-1] if isinstance(found, (list, tuple)) else found
        found = found.mean((2, 3)) if found.ndim == 4 else found
        return found[0].cpu().numpy()

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compare the sets.

        Args:
            results: Features by set, a picture.

        Returns:
            The distances, and the number of pictures.
        """
        sets = {
            key: [row[key] for row in results if key in row]
            for key in ('result', 'before', 'clean')
        }
        figures: dict[str, float] = {f'{self.key}_n': len(results)}
        if len(results) < ENOUGH:
            warnings.warn(
                f'{self.key} of {len(results)} pictures is too high: compare it only '
                f'with that of other methods on the same pictures ({ENOUGH} or more '
                'would be needed)',
                stacklevel=2,
            )
        if len(results) < 2:
            return figures | {self.key: float('nan')}
        result = fit_gaussian(np.stack(sets['result']))
        for name, key in (('before', self.key), ('clean', f'clean_{self.key}')):
            if len(sets[name]) == len(results):
                other = fit_gaussian(np.stack(sets[name]))
                figures[key] = frechet_distance(result, other)
        return figures


class _Inception(nn.Module):
    """torch-fidelity's InceptionV3, for pictures in [0, 1]."""

    def __init__(self, extractor: nn.Module) -> None:
        super().__init__()
        self.extractor = extractor

    def forward(self, images: Tensor) -> Tensor:
        """Compute features (B, 2048)."""
        return self.extractor((images * 255).round().to(torch.uint8))[0]


def _inception(weights: str | None) -> nn.Module:
    """Build InceptionV3 with the weights of a file."""
    path = find_weights(weights, 'FIDMetric.weights', SOURCES['inception'])
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import (
            FeatureExtractorInceptionV3,
        )
    except ImportError as e:
        raise MissingDependencyError.explain(
            'FIDMetric',
            expected='the package torch-fidelity',
            got='none',
            fix='run `pip install torch-fidelity`, or give feature_net (no FID then)',
        ) from e
    extractor = FeatureExtractorInceptionV3(
        'inception-v3-compat', ['2048'], feature_extractor_weights_path=str(path)
    )
    return _Inception(extractor)
