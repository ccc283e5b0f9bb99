"""Privacy scores of models that find attributes alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor

from mmprivacy.datasets.vispr import SAFE
from mmprivacy.datasets.vispr_users import packaged_means


@MODELS.register_module()
class AttributeScoreHead(BaseModule):
    """Score an image by its most private attribute; nothing is trained.

    The score is the largest product of an attribute's probability and its mean rating.
    It stands in for the privacy task in ablations, which compare scores also of models
    without one.

    Args:
        num_scores: Scores U of an image, all of them the same.
        users: Whose mean ratings, ``'profiles'`` or ``'respondents'``.
        unit: Factor of the ratings: 0.2 for scores from 0 to 1.

    Reference:
        Orekondy et al. 2017 (AP-PR).
    """

    learns = False

    def __init__(
        self, num_scores: int = 30, users: str = 'profiles', unit: float = 0.2
    ) -> None:
        super().__init__()
        ratings = torch.from_numpy(unit * packaged_means(users)).float()
        ratings[SAFE] = 0
        self.register_buffer('ratings', ratings.repeat(1, num_scores), persistent=False)

    def forward(
        self,
        maps: Tensor,  # noqa: ARG002  as the heads that learn
        feats: Sequence[Tensor],  # noqa: ARG002
        probabilities: Tensor,
    ) -> Tensor:
        """Score images.

        Args:
            maps: Not used.
            feats: Not used.
            probabilities: Of the 68 attributes (B, 68).

        Returns:
            Scores (B, U).
        """
        return (probabilities[..., None] * self.ratings).amax(1)
