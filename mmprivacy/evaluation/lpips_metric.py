"""LPIPS: how different edited pictures look, as people judge it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS
from torch import Tensor

from mmprivacy.compat import safe_load
from mmprivacy.errors import CheckpointError, ConfigError
from mmprivacy.evaluation.edits import read_edits, to_tensor
from mmprivacy.evaluation.functional.feature_maps import lpips_distance
from mmprivacy.evaluation.inpainting_metric import average
from mmprivacy.evaluation.network_weights import SOURCES, find_weights, load_network
from mmprivacy.evaluation.trunks import LEAST_SIDE, FeatureTrunk

_NETS = {'alex': 'alex', 'vgg': 'vgg16'}
_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)


@METRICS.register_module()
class LPIPSMetric(BaseMetric):
    """Learned perceptual distance between the pictures before and after, version 0.1.

    Key: ``lpips_alex`` or ``lpips_vgg``, and ``clean_lpips_...``, against the true
    background, if the data have it. Less is more alike. Pictures too small for the
    network are left out.

    Args:
        backbone: File of torchvision's AlexNet or VGG16.
        linear: File of the weights of the channels, from the authors' repository.
        net: ``'vgg'``, as in the papers on inpainting, or ``'alex'``.
        device: Where the network runs; the first GPU if there is one.
        collect_device: Where results of several processes are gathered.
        prefix: Prefix of the keys; ``'inpainting'`` if not given.

    Raises:
        ConfigError: If the network is unknown.
        MissingWeightsError: If a file is not there; nothing is downloaded.
        CheckpointError: If a file does not fit.

    Reference:
        Zhang et al., *The Unreasonable Effectiveness of Deep Features as a Perceptual
        Metric*, CVPR 2018.
    """

    default_prefix = 'inpainting'

    def __init__(
        self,
        backbone: str | None = None,
        linear: str | None = None,
        net: str = 'vgg',
        device: str | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if net not in _NETS:
            raise ConfigError.explain(
                'LPIPSMetric.net',
                expected=f'one of {", ".join(_NETS)}',
                got=repr(net),
                fix='choose one',
            )
        self.key = f'lpips_{net}'
        self.device = torch.device(device or get_device())
        trunk = FeatureTrunk(_NETS[net])
        source = SOURCES[_NETS[net]]
        load_network(trunk, backbone, 'LPIPSMetric.backbone', source, partly=True)
        self.trunk = trunk.to(self.device)
        self.linear = _read_linear(linear, _NETS[net], trunk, self.device)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Measure the pictures of a batch.

        Args:
            data_batch: See :func:`~mmprivacy.evaluation.edits.read_edits`.
            data_samples: See there.

        Raises:
            DataError: If a field is missing.
            ShapeError: If the sizes of a picture differ.
        """
        for edit in read_edits(data_batch, data_samples):
            row = {self.key: self._distance(edit.result, edit.original)}
            if edit.background is not None:
                distance = self._distance(edit.result, edit.background)
                row[f'clean_{self.key}'] = distance
            self.results.append(row)

    def _distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """Compare two pictures (H, W, 3)."""
        if min(first.shape[:2]) < LEAST_SIDE[self.trunk.net]:
            return math.nan
        pair = [to_tensor(picture, self.device) for picture in (first, second)]
        shift, scale = (pair[0].new_tensor(v).view(3, 1, 1) for v in (_SHIFT, _SCALE))
        pair = [(2 * image - 1 - shift) / scale for image in pair]
        return float(lpips_distance(self.trunk, self.linear, *pair))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Average the distances.

        Args:
            results: Distances by key, a picture.

        Returns:
            The means.
        """
        return average(results)


def _read_linear(
    path: str | None, net: str, trunk: FeatureTrunk, device: torch.device
) -> list[Tensor]:
    """Read the weights of the channels of each layer, (C,) each."""
    found = find_weights(path, 'LPIPSMetric.linear', SOURCES[f'lpips_{net}'])
    state = safe_load(found)
    with torch.no_grad():
        maps = trunk(torch.zeros(1, 3, 64, 64, device=device))
    weights = []
    for number, feature_map in enumerate(maps):
        weight = state.get(f'lin{number}.model.1.weight')
        if weight is None or weight.numel() != feature_map.shape[1]:
            raise CheckpointError.explain(
                found,
                expected=f'lin{number}.model.1.weight of '
                f'{feature_map.shape[1]} channels',
                got='none' if weight is None else tuple(weight.shape),
                fix=f'use {SOURCES[f"lpips_{net}"]}',
            )
        weights.append(weight.flatten().float().to(device))
    return weights
