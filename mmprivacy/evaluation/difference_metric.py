"""How different the content of edited regions is, as networks see it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS, MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError
from mmprivacy.evaluation.edits import read_edits, to_tensor
from mmprivacy.evaluation.functional import image_quality
from mmprivacy.evaluation.functional.feature_maps import (
    imagenet_normalised,
    region_feature_distances,
    region_realness_loss,
)
from mmprivacy.evaluation.inpainting_metric import average
from mmprivacy.evaluation.network_weights import SOURCES, load_network, randomise
from mmprivacy.evaluation.trunks import LEAST_SIDE, FeatureTrunk

RANDOM = 'random'
"""Stands for a file of weights: a network with random ones, the same in every run."""
_ENDING = f'_{RANDOM}'


@METRICS.register_module()
class DifferenceMetric(BaseMetric):
    """The measures of Table 3 of the ERASER paper, of the region alone.

    * ``mae``: mean absolute difference of the pixels in [0, 1].
    * ``fm``: mean over the layers of a discriminator of the mean squared difference of
      their features; ``adv``: ``softplus(-D(result))`` of its patches.
    * ``pl_v``: sum over the ReLUs of VGG19 up to ``relu5_1`` of the mean squared
      difference; ``pl_r``: over the stages of a ResNet.

    More is more different. All methods are measured by this code: features of the
    region on black, without loss weights, divided by the share of the picture that the
    region covers. The paper does not say how its figures are scaled (its first three
    rows are on another scale than the others), so only comparisons within one table
    mean something.

    A network that is not given is not measured. Nothing is downloaded. With
    ``'random'`` in place of a file, the network has random weights that are the same in
    every run, and its key ends with ``_random``: it compares pictures, but not as a
    network that has learned to see. Pictures without a region, or too small for a
    network, are left out.

    Args:
        vgg: File of torchvision's VGG19, or ``'random'``.
        resnet: Config of a network that gives one feature map a stage, such as
            ``dict(type='mmseg.ResNetV1c', ...)``, the one that the ADE20k encoder of
            LaMa fits.
        resnet_weights: Its file, from ``tools/convert_weights.py``, or ``'random'``.
        discriminator: Config of a network that gives logits and a list of features.
        discriminator_weights: Its file, or ``'random'``. Of a checkpoint of ERASER, the
            keys that begin with ``discriminator.`` are read.
        device: Where the networks run; the first GPU if there is one.
        collect_device: Where results of several processes are gathered.
        prefix: Prefix of the keys; ``'difference'`` if not given.

    Raises:
        ConfigError: If a network has no weights.
        MissingWeightsError: If a file is not there.
        CheckpointError: If a file does not fit.
    """

    default_prefix = 'difference'

    def __init__(
        self,
        vgg: str | None = None,
        resnet: dict | None = None,
        resnet_weights: str | None = None,
        discriminator: dict | None = None,
        discriminator_weights: str | None = None,
        device: str | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.device = torch.device(device or get_device())
        self.networks: dict[str, nn.Module] = {}
        trunk = None if vgg is None else FeatureTrunk('vgg19', average_pool=True)
        self._add('pl_v', trunk, vgg, SOURCES['vgg19'], partly=True)
        encoder = 'tools/convert_weights.py ade20k-encoder'
        self._add('pl_r', resnet, resnet_weights, encoder)
        ours = 'a checkpoint of ERASER'
        part = 'discriminator.'
        self._add('fm', discriminator, discriminator_weights, ours, prefix=part)

    def _add(
        self,
        name: str,
        network: nn.Module | dict | None,
        weights: str | None,
        source: object,
        prefix: str = '',
        partly: bool = False,
    ) -> None:
        """Build a network and give it its weights."""
        where = f'DifferenceMetric, weights of {name}'
        if network is None:
            if weights is not None:
                raise ConfigError.explain(
                    where,
                    expected='also a config of the network',
                    got='none',
                    fix='give it, or leave the weights out',
                )
            return
        if isinstance(network, Mapping):
            network = MODELS.build(dict(network))
        if weights == RANDOM:
            randomise(network)
            name += _ENDING
        else:
            load_network(network, weights, where, source, prefix, partly)
        self.networks[name] = network.to(self.device)

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
            row = {'mae': image_quality.mae(edit.result, edit.original, edit.mask)}
            pictures = (edit.result, edit.original, edit.mask)
            tensors = [to_tensor(picture, self.device) for picture in pictures]
            for name, network in self.networks.items():
                row |= _measure(name, network, *tensors)
            self.results.append(row)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Average the figures.

        Args:
            results: Figures by key, a picture.

        Returns:
            The means, and the number of pictures.
        """
        return average(results) | {'n': len(results)}


def _measure(
    name: str, network: nn.Module, result: Tensor, original: Tensor, mask: Tensor
) -> dict[str, float]:
    """Compute what one network says about one picture."""
    kind = name.removesuffix(_ENDING)
    ending = name.removeprefix(kind)
    judges = kind == 'fm'
    if min(mask.shape[-2:]) < LEAST_SIDE['vgg19'] or not mask.any():
        return {key + ending: math.nan for key in (('fm', 'adv') if judges else [kind])}
    if not judges:

        def look(images: Tensor) -> Sequence[Tensor]:
            return network(imagenet_normalised(images))

        distances = region_feature_distances(look, result, original, mask)
        return {name: float(distances.sum())}
    distances = region_feature_distances(
        lambda images: network(images)[1], result, original, mask
    )
    with torch.no_grad():
        logits = network(result)[0]
    loss = region_realness_loss(logits, mask)
    return {name: float(distances.mean()), f'adv{ending}': float(loss)}
