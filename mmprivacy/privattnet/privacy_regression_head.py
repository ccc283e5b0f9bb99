"""Baseline head: privacy scores by an ordinary network on pooled features."""

from __future__ import annotations

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmprivacy.privattnet.feature_maps import pool_features
from mmprivacy.privattnet.privacy_score import (
    ScoreNormalizer,
    fill_samples,
    stack_targets,
)


@MODELS.register_module()
class PrivacyRegressionHead(BaseModule):
    """Regress one score, or one for each user profile, from pooled features.

    The defaults are PR-CNN: 68 linear features, two sigmoid layers of 128, 30 scores.
    ``attribute_dims=None`` and no ``hidden_dims`` give a linear regressor.

    Args:
        in_channels: Channels of the feature map.
        num_scores: Scores U of an image.
        attribute_dims: Width of the linear layer in front, which PR-CNN starts from an
            attribute detector; None has none.
        hidden_dims: Widths of the sigmoid layers.
        dropout: Dropout probability of the pooled features.
        loss_weight: Weight of half the squared distance, summed over the scores and
            averaged over the images.
        target_mean: Mean of the training scores. :class:`ScoreTargetHook` sets it.
        target_scale: One over their standard deviation; likewise.
        init_cfg: Initialisation config of MMEngine.

    Reference:
        Orekondy et al., ICCV 2017; tribhuvanesh/vpa (Apache-2.0),
        models/googlenet-prcnn/train_val.prototxt.
    """

    def __init__(
        self,
        in_channels: int = 1024,
        num_scores: int = 30,
        attribute_dims: int | None = 68,
        hidden_dims: Sequence[int] = (128, 128),
        dropout: float = 0.4,
        loss_weight: float = 0.03,
        target_mean: float = 0.0,
        target_scale: float = 1.0,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.in_channels = in_channels
        self.loss_weight = loss_weight
        layers: list[nn.Module] = [nn.Dropout(dropout)]
        width = in_channels
        if attribute_dims is not None:
            layers.append(nn.Linear(width, attribute_dims))
            width = attribute_dims
        for dims in hidden_dims:
            layers += [nn.Linear(width, dims), nn.Sigmoid()]
            width = dims
        self.network = nn.Sequential(*layers, nn.Linear(width, num_scores))
        self.target = ScoreNormalizer(num_scores, target_mean, target_scale)

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """Return pooled features (B, C); see :func:`pool_features`."""
        return pool_features('PrivacyRegressionHead', feats, self.in_channels)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Return normalised scores (B, U)."""
        return self.network(self.pre_logits(feats))

    def loss(self, feats: Sequence[Tensor], data_samples: list[DataSample]) -> dict:
        """Compute ``loss_score``; samples need ``gt_privacy_score`` (U,)."""
        scores = self(feats)
        targets = self.target.normalize(stack_targets(data_samples, scores))
        distance = (scores - targets).square().sum(1).mean() / 2
        return {'loss_score': self.loss_weight * distance}

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: list[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Predict ``pred_privacy_score`` (U,), in units of the ground truth."""
        scores = self.target.denormalize(self(feats))
        return fill_samples(data_samples, pred_privacy_score=scores)
