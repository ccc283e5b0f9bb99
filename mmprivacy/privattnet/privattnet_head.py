"""PrivAttNet head: a privacy score by recurrent soft attention."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor

from mmprivacy.errors import ConfigError, check_feature_map
from mmprivacy.privattnet.feature_maps import map_size
from mmprivacy.privattnet.privacy_score import (
    ScoreNormalizer,
    fill_samples,
    stack_targets,
)
from mmprivacy.privattnet.soft_attention import RecurrentAttention

AGGREGATIONS = ('mean', 'last')


@MODELS.register_module()
class PrivAttNetHead(BaseModule):
    """Regress how private a photo is, and show where that comes from.

    A feature map is looked at in T steps of soft attention around an LSTM. Every step
    gives a score through one regressor, and their mean is the score of the photo. So
    each step has a contribution, the contributions add up to the score, and the
    attention of a step says where its contribution comes from.

    With ``use_attention=False`` every cell counts the same: the paper's PrivNet.

    Shapes: ``B`` images, ``T`` steps, ``h`` x ``w`` = ``feat_size``, ``L = h w``,
    ``U`` = ``num_scores``.

    Args:
        in_channels: Channels of the feature map; 1024 after stage 3 of ResNet-50.
        feat_size: Height and width of that map. 14 x 14 for 224 px and stride 16.
        num_scores: Scores of an image: 1, or 30 for ``score_mode='per_profile'``.
        num_steps: Steps T; 0 has neither LSTM nor attention.
        use_attention: Whether cells are weighed.
        aggregate: ``'mean'`` of the steps, or the ``'last'`` step alone.
        dims: Features of a cell after the projection.
        state_dims: Features of the LSTM.
        hidden_dims: Hidden features of the regressor.
        in_dropout: Dropout probability of the projected cells.
        dropout: All other dropout probabilities.
        loss_attention: Regulariser of the attention; None has none.
        target_mean: Mean of the training scores. :class:`ScoreTargetHook` sets it.
        target_scale: One over their standard deviation; likewise.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If an argument is out of range.

    Reference:
        Zhang et al., PrivAttNet (ICPR 2020, poster); Fajtl et al., AMNet (CVPR 2018)
        and ok1zjf/AMNet (MIT) for sizes, dropout and the regulariser.
    """

    def __init__(
        self,
        in_channels: int = 1024,
        feat_size: int | Sequence[int] = (14, 14),
        num_scores: int = 1,
        num_steps: int = 3,
        use_attention: bool = True,
        aggregate: str = 'mean',
        dims: int = 1024,
        state_dims: int = 1024,
        hidden_dims: int = 512,
        in_dropout: float = 0.8,
        dropout: float = 0.5,
        loss_attention: dict | None = dict(type='AttentionSpreadLoss'),  # noqa: B006
        target_mean: float = 0.0,
        target_scale: float = 1.0,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if aggregate not in AGGREGATIONS:
            raise ConfigError.explain(
                'head.aggregate',
                expected=f'one of {AGGREGATIONS}',
                got=repr(aggregate),
                fix='choose one',
            )
        for name, value, least in (
            ('num_steps', num_steps, 0),
            ('num_scores', num_scores, 1),
        ):
            if value < least:
                raise ConfigError.explain(
                    f'head.{name}',
                    expected=f'at least {least}',
                    got=value,
                    fix='increase it',
                )
        self.feat_size = map_size(feat_size)
        self.in_channels = in_channels
        self.aggregate = aggregate
        self.network = RecurrentAttention(
            in_channels,
            self.feat_size[0] * self.feat_size[1],
            num_scores,
            num_steps,
            dims,
            state_dims,
            hidden_dims,
            use_attention,
            in_dropout,
            dropout,
        )
        self.target = ScoreNormalizer(num_scores, target_mean, target_scale)
        learned = use_attention and num_steps > 0 and loss_attention is not None
        self.loss_attention = MODELS.build(loss_attention) if learned else None

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """Return the feature map (B, C, h, w) that the head looks at.

        Raises:
            ShapeError: If it has other sizes than the head was built for.
        """
        feat = feats[-1] if isinstance(feats, (tuple, list)) else feats
        expected = (self.in_channels, *self.feat_size)
        return check_feature_map('PrivAttNetHead', feat, expected)

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Look at feature maps.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, h, w) counts.

        Returns:
            Normalised scores of the steps (B, T, U) and their attention (B, T, L).
        """
        return self.network(self.pre_logits(feats))

    def contributions(self, steps: Tensor) -> Tensor:
        """Turn normalised scores (B, T, U) into shares (B, T, U) of the score.

        Their sum over the steps is the predicted score, in units of the ground truth.
        With ``aggregate='last'`` the last step has it all.
        """
        scores = self.target.denormalize(steps)
        if self.aggregate == 'mean':
            return scores / steps.shape[1]
        last = scores.new_zeros(steps.shape[1], 1)
        last[-1] = 1
        return scores * last

    def loss(self, feats: Sequence[Tensor], data_samples: list[DataSample]) -> dict:
        """Compute the losses.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, h, w) counts.
            data_samples: Samples with ``gt_privacy_score`` (U,).

        Returns:
            ``loss_score``, the mean squared error of normalised scores, and
            ``loss_attention`` if there is attention to regularise.
        """
        steps, weights = self(feats)
        scores = steps.mean(1) if self.aggregate == 'mean' else steps[:, -1]
        targets = self.target.normalize(stack_targets(data_samples, scores))
        losses = {'loss_score': F.mse_loss(scores.to(targets.dtype), targets)}
        if self.loss_attention is not None:
            losses['loss_attention'] = self.loss_attention(weights)
        return losses

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: list[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Predict scores and where they come from.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, h, w) counts.
            data_samples: Samples to fill in; new ones if None.

        Returns:
            Samples with ``pred_privacy_score`` (U,) in units of the ground truth,
            ``score_contributions`` (T, U), which add up to it, ``attention_maps``
            (T, h, w), each with sum 1, and ``privacy_map`` (1, h, w): the maps weighted
            by the contributions (their mean over U), so that it adds up to the score.
        """
        steps, weights = self(feats)
        shares = self.contributions(steps)
        maps = weights.unflatten(2, self.feat_size)
        total = (shares.mean(2)[..., None, None] * maps).sum(1, keepdim=True)
        return fill_samples(
            data_samples,
            pred_privacy_score=shares.sum(1),
            score_contributions=shares,
            attention_maps=maps,
            privacy_map=total,
        )
