"""Attribute task: whether each attribute is there."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError

Q_MODES = ('pair', 'sigmoid', 'softmax_channel')


@MODELS.register_module()
class AttributePairHead(BaseModule):
    """Decide on every attribute by itself, from pooled features of Model-Image.

    Eq. 5 takes the softmax output of a class in a binary cross-entropy. A softmax over
    the attributes cannot be meant: a photo of VISPR has five of them. So there is one
    of two values, present and absent, for each attribute.

    Args:
        in_channels: Channels of the last feature map.
        num_classes: Attributes C.
        q_mode: ``'pair'``: a softmax of two values for each attribute; ``'sigmoid'``:
            the same with one; ``'softmax_channel'``: Eq. 5 to the letter, a softmax
            over the attributes, for comparison only.
        loss_weight: Weight of the loss: lambda 4 of Eq. 1.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If the mode is unknown.

    Reference:
        PrivObfNet, Sec. 3.5 and Eq. 5.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        q_mode: str = 'pair',
        loss_weight: float = 1.0,
        init_cfg: dict | None = dict(type='Normal', std=0.01, layer='Linear'),  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        if q_mode not in Q_MODES:
            raise ConfigError.explain(
                'AttributePairHead.q_mode',
                expected=f'one of {Q_MODES}',
                got=repr(q_mode),
                fix='choose one',
            )
        self.num_classes = num_classes
        self.q_mode = q_mode
        self.loss_weight = loss_weight
        values = 2 if q_mode == 'pair' else 1
        self.classifier = nn.Linear(in_channels, values * num_classes)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Compute logits of the attributes.

        Args:
            feats: Feature maps; the last one (B, in_channels, h, w) counts.

        Returns:
            Logits (B, C); of ``'pair'``, present minus absent.
        """
        values = self.classifier(feats[-1].mean((2, 3)))
        if self.q_mode == 'pair':
            present, absent = values.unflatten(1, (-1, 2)).unbind(2)
            return present - absent
        return values

    def probabilities(self, logits: Tensor) -> Tensor:
        """Turn logits (B, C) into probabilities (B, C)."""
        if self.q_mode == 'softmax_channel':
            return logits.softmax(1)
        return logits.sigmoid()

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Compute Eq. 5, the mean over images and attributes.

        Args:
            logits: Logits (B, C).
            labels: 0 or 1 (B, C).

        Returns:
            A scalar.
        """
        logits = logits.float()
        if self.q_mode == 'softmax_channel':
            log_q = logits.log_softmax(1)
            log_rest = torch.log1p(-log_q.exp().clamp_max(1 - 1e-6))
            value = -(labels * log_q + (1 - labels) * log_rest).mean()
        else:
            value = F.binary_cross_entropy_with_logits(logits, labels)
        return self.loss_weight * value
