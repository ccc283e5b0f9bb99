"""Heads that find attributes first and derive the privacy score from them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from mmpretrain.models.heads import MultiLabelClsHead
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmprivacy.errors import ConfigError, ShapeError, check_feature_map, nearest
from mmprivacy.privattnet.feature_maps import map_size, pool_features
from mmprivacy.privattnet.privacy_score import (
    attribute_preferences,
    attribute_risk,
    fill_samples,
)
from mmprivacy.privattnet.soft_attention import RecurrentAttention


@MODELS.register_module()
class AttributeRiskHead(MultiLabelClsHead):
    """Detect the attributes of a photo, and score it by the most private of them.

    Without ``attention`` this is AP-PR: pooled features, one linear layer. With it, the
    recurrent attention of PrivAttNet judges every attribute in each step, and the mean
    of the steps goes to the sigmoid: PrivAttNet_MLC. The score is the largest product
    of an attribute's probability and its preference; no score is trained.

    Args:
        num_classes: Number of attributes.
        in_channels: Channels of the feature map.
        attention: None, or ``feat_size`` and any argument of
            :class:`RecurrentAttention` but the sizes.
        num_scores: Scores U of an image: 1, or 30 for ``score_mode='per_profile'``.
        preferences: See :func:`attribute_preferences`; one column serves all users.
            :class:`ScoreTargetHook` sets those of the training set.
        risk_thr: None, or the probability from which an attribute counts in full.
        loss: Loss of the attributes, as in ``MultiLabelClsHead``.
        thr: Probability from which an attribute is predicted.
        topk: As in ``MultiLabelClsHead``.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If an option of the attention, or a preference, is wrong.

    Reference:
        Orekondy et al., Towards a Visual Privacy Advisor, ICCV 2017 (AP-PR); Zhang et
        al., PrivAttNet (poster), which names PrivAttNet_MLC and does not describe it.
    """

    def __init__(
        self,
        num_classes: int = 68,
        in_channels: int = 1024,
        attention: dict | None = None,
        num_scores: int = 1,
        preferences: str | Sequence = 'respondents',
        risk_thr: float | None = None,
        loss: dict = dict(type='CrossEntropyLoss', use_sigmoid=True),  # noqa: B006
        thr: float | None = None,
        topk: int | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(loss=loss, thr=thr, topk=topk, init_cfg=init_cfg)
        self.in_channels = in_channels
        self.risk_thr = risk_thr
        self.feat_size = None
        if attention is None:
            self.network = nn.Linear(in_channels, num_classes)
        else:
            options = _check_options(attention)
            self.feat_size = map_size(options.pop('feat_size', (14, 14)))
            cells = self.feat_size[0] * self.feat_size[1]
            self.network = RecurrentAttention(
                in_channels, cells, num_classes, **options
            )
        table = attribute_preferences(preferences)
        if table.shape[1] == 1:
            table = table.repeat(1, num_scores)
        self.register_buffer('preferences', table)

    def set_preferences(self, preferences: Sequence) -> None:
        """Score by the preferences (68, U) of these users from now on.

        Raises:
            ShapeError: If U is not ``num_scores``.
        """
        table = attribute_preferences(preferences)
        if table.shape != self.preferences.shape:
            raise ShapeError.explain(
                'preferences',
                expected=f'{self.preferences.shape[1]} users, head.num_scores',
                got=table.shape[1],
                fix=f'set model.head.num_scores={table.shape[1]}',
            )
        self.preferences.copy_(table)

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """Return what the head looks at: (B, C, h, w), or pooled (B, C).

        Raises:
            ShapeError: If it has other sizes than the head was built for.
        """
        if self.feat_size is None:
            return pool_features('AttributeRiskHead', feats, self.in_channels)
        feat = feats[-1] if isinstance(feats, (tuple, list)) else feats
        expected = (self.in_channels, *self.feat_size)
        return check_feature_map('AttributeRiskHead', feat, expected)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Return logits of the attributes (B, 68)."""
        return self._judge(feats)[0]

    def _judge(self, feats: Sequence[Tensor]) -> tuple[Tensor, Tensor | None]:
        """Return logits and, where there is attention, its maps (B, T, h, w)."""
        feat = self.pre_logits(feats)
        if self.feat_size is None:
            return self.network(feat), None
        steps, weights = self.network(feat)
        return steps.mean(1), weights.unflatten(2, self.feat_size)

    def predict(
        self,
        feats: Sequence[Tensor],
        data_samples: list[DataSample | None] | None = None,
    ) -> list[DataSample]:
        """Predict attributes and the score.

        Args:
            feats: Feature maps of the backbone; the last one (B, C, h, w) counts.
            data_samples: Samples to fill in; new ones if None.

        Returns:
            Samples with ``pred_score`` (68,), ``pred_label``, ``pred_privacy_score``
            (U,) and, with attention, ``attention_maps`` (T, h, w) and their mean as
            ``privacy_map`` (1, h, w).
        """
        logits, maps = self._judge(feats)
        samples = self._get_predictions(logits, data_samples)
        risk = attribute_risk(logits.sigmoid().float(), self.preferences, self.risk_thr)
        fields = {'pred_privacy_score': risk}
        if maps is not None:
            fields |= {'attention_maps': maps, 'privacy_map': maps.mean(1, True)}
        return fill_samples(samples, **fields)


def _check_options(attention: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the options of the attention, and refuse those that nobody reads."""
    names = ['feat_size', *list(inspect.signature(RecurrentAttention).parameters)[3:]]
    for name in attention:
        if name not in names:
            raise ConfigError.explain(
                f'head.attention.{name}',
                expected='feat_size or an option of RecurrentAttention',
                got='an unknown name',
                fix=nearest(name, names),
            )
    return dict(attention)
