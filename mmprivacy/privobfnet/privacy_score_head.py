"""Privacy task: how private an image is for each user."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError

INPUTS = ('maps', 'features', 'both')
_ACTIVATIONS = {'sigmoid': nn.Sigmoid, 'relu': nn.ReLU}


@MODELS.register_module()
class PrivacyScoreHead(BaseModule):
    """Regress privacy scores from the pooled attention maps.

    The paper says that the privacy task consumes the attention maps and does not
    describe f(V). It is the perceptron of PR-CNN here: two hidden layers of 128.

    Args:
        num_classes: Attributes C, as many maps.
        in_channels: Channels of the last feature map, for ``inputs`` other than
            ``'maps'``.
        num_scores: Scores U of an image: 30 for ``score_mode='per_profile'``, else 1.
        inputs: What is pooled: the ``'maps'`` of the attributes, the ``'features'`` of
            the backbone, or ``'both'``.
        hidden_channels: Sizes of the hidden layers.
        activation: ``'sigmoid'`` (PR-CNN) or ``'relu'``.
        loss_weight: Weight of the loss: lambda 3 of Eq. 1.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If an option is unknown.

    Reference:
        PrivObfNet, Sec. 3.4 and Eq. 4; Orekondy et al. 2017 and tribhuvanesh/vpa
        (Apache-2.0) for the layers of PR-CNN.
    """

    learns = True

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 0,
        num_scores: int = 30,
        inputs: str = 'maps',
        hidden_channels: Sequence[int] = (128, 128),
        activation: str = 'sigmoid',
        loss_weight: float = 1.0,
        init_cfg: dict | None = dict(type='Xavier', layer='Linear'),  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        for name, value, valid in (
            ('inputs', inputs, INPUTS),
            ('activation', activation, tuple(_ACTIVATIONS)),
        ):
            if value not in valid:
                raise ConfigError.explain(
                    f'PrivacyScoreHead.{name}',
                    expected=f'one of {valid}',
                    got=repr(value),
                    fix='choose one',
                )
        self.inputs = inputs
        self.num_scores = num_scores
        self.loss_weight = loss_weight
        sizes = {'maps': num_classes, 'features': in_channels}
        sizes['both'] = sum(sizes.values())
        sizes = [sizes[inputs], *hidden_channels]
        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [nn.Linear(before, after), _ACTIVATIONS[activation]()]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], num_scores))

    def forward(
        self,
        maps: Tensor,
        feats: Sequence[Tensor],
        probabilities: Tensor,  # noqa: ARG002  for heads that derive the score
    ) -> Tensor:
        """Predict scores.

        Args:
            maps: Maps of the attributes (B, C, h, w), without background.
            feats: Feature maps; the last one (B, in_channels, h, w) counts.
            probabilities: Not used.

        Returns:
            Scores (B, U).
        """
        pooled = {'maps': maps, 'features': feats[-1]}
        parts = pooled.values() if self.inputs == 'both' else [pooled[self.inputs]]
        return self.layers(torch.cat([p.mean((2, 3)) for p in parts], 1))

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Compute Eq. 4, the mean over images and users.

        Args:
            scores: Predicted scores (B, U).
            targets: True scores (B, U).

        Returns:
            A scalar.
        """
        return self.loss_weight * F.mse_loss(scores.float(), targets)
