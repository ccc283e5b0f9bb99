"""Targets and predictions of privacy scores, shared by the heads of this room.

Shapes: ``B`` images, ``A`` = 68 attributes, ``U`` scores of an image: 1, or one for
each of 30 user profiles.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.errors import ConfigError, DataError, ShapeError

TARGET = 'gt_privacy_score'


class ScoreNormalizer(nn.Module):
    """Maps scores to what a network regresses, and back.

    Mean and scale are buffers, so that a checkpoint carries those it was trained with.

    Args:
        num_scores: Scores U of an image.
        mean: What is subtracted from a score.
        scale: What the difference is multiplied with; 1 / standard deviation.

    Raises:
        ConfigError: If the scale is not positive and finite.
    """

    def __init__(
        self, num_scores: int = 1, mean: float = 0.0, scale: float = 1.0
    ) -> None:
        super().__init__()
        if not 0 < scale < float('inf'):
            raise ConfigError.explain(
                'head.target_scale',
                expected='a finite number above 0',
                got=scale,
                fix='use 1 / standard deviation of the training scores',
            )
        self.register_buffer('mean', torch.full((num_scores,), float(mean)))
        self.register_buffer('scale', torch.full((num_scores,), float(scale)))

    def fit(
        self,
        mean: Sequence[float],
        std: Sequence[float],
        source: str = 'training scores',
    ) -> None:
        """Take mean and standard deviation (U,) of the training scores.

        Args:
            mean: The means.
            std: The standard deviations.
            source: Where the scores come from, for messages.

        Raises:
            ShapeError: If there are not U of them.
            DataError: If one is not finite, or all training scores are the same.
        """
        mean, std = (torch.as_tensor(v, dtype=torch.float32) for v in (mean, std))
        if mean.shape != self.mean.shape or std.shape != self.mean.shape:
            raise ShapeError.explain(
                source,
                expected=f'{self.mean.numel()} scores an image',
                got=f'{mean.numel()}',
                fix="set head.num_scores to 30 for score_mode='per_profile', else to 1",
            )
        if not torch.isfinite(mean).all() or not (std > 1e-6).all():
            raise DataError.explain(
                source,
                expected='finite scores that differ',
                got=f'mean {mean.tolist()}, standard deviation {std.tolist()}',
                fix='check the labels of the training split',
            )
        self.mean.copy_(mean)
        self.scale.copy_(1 / std)

    def normalize(self, scores: Tensor) -> Tensor:
        """Map scores (B, U) to network outputs."""
        return (scores - self.mean) * self.scale

    def denormalize(self, outputs: Tensor) -> Tensor:
        """Map network outputs (B, U) to scores."""
        return outputs / self.scale + self.mean


def stack_targets(data_samples: Sequence[DataSample], like: Tensor) -> Tensor:
    """Collect the true scores of a batch.

    Args:
        data_samples: Samples with ``gt_privacy_score`` (U,).
        like: The predictions (B, U) they are for.

    Returns:
        Scores (B, U) on the device of ``like``, at least in float32.

    Raises:
        DataError: If a sample has no score, or one that is not finite.
        ShapeError: If a sample has another number of scores than the head.
    """
    dtype = torch.promote_types(like.dtype, torch.float32)  # not rounded with AMP
    rows = []
    for sample in data_samples:
        name = sample.get('img_path', 'a photo')
        score = sample.get(TARGET)
        if score is None:
            raise DataError.explain(
                name,
                expected=f'{TARGET} in its sample',
                got='none',
                fix=f"use VISPRDataset and PackInputs(algorithm_keys=('{TARGET}',))",
            )
        score = torch.as_tensor(score, dtype=dtype, device='cpu').flatten()
        if score.numel() != like.shape[1]:
            raise ShapeError.explain(
                name,
                expected=f'{like.shape[1]} scores, as the head has outputs',
                got=score.numel(),
                fix='let score_mode of the data set and num_scores of the head agree',
            )
        if not torch.isfinite(score).all():
            raise DataError.explain(
                name,
                expected='a finite score',
                got=score.tolist(),
                fix='check its annotation',
            )
        rows.append(score)
    return torch.stack(rows).to(like.device)  # once: a GPU waits at every copy


def attribute_preferences(source: str | Sequence = 'respondents') -> Tensor:
    """Return how private each attribute is.

    Args:
        source: ``'respondents'`` or ``'profiles'`` for the published means over 305
            respondents or 30 profiles, or a list of 68 numbers, or of 68 lists of U.

    Returns:
        Preferences (A, U) float32, 0 to 5.

    Raises:
        ConfigError: If the name is unknown, there are not 68 of them, or one is not
            finite.
    """
    if isinstance(source, str):
        fields = {'respondents': 'mean_305', 'profiles': 'mean_30'}
        if source not in fields:
            raise ConfigError.explain(
                'preferences',
                expected="'respondents', 'profiles' or 68 numbers",
                got=repr(source),
                fix='choose one',
            )
        source = [getattr(a, fields[source]) for a in ATTRIBUTES.values()]
    table = torch.as_tensor(source, dtype=torch.float32)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or len(table) != len(ATTRIBUTES):
        raise ConfigError.explain(
            'preferences',
            expected=f'{len(ATTRIBUTES)} rows, one for each attribute',
            got=tuple(table.shape),
            fix='add the missing ones; a0_safe has 0',
        )
    if not torch.isfinite(table).all():
        raise ConfigError.explain(
            'preferences',
            expected='finite numbers',
            got='NaN or infinity',
            fix='correct the ratings',
        )
    return table


def attribute_risk(
    probabilities: Tensor, preferences: Tensor, threshold: float | None = None
) -> Tensor:
    """Score images by their most private attribute.

    Args:
        probabilities: Of each attribute, (B, A) in [0, 1].
        preferences: How private each is, (A, U).
        threshold: None weighs a preference by the probability; a number counts the
            attributes above it in full and the others not at all.

    Returns:
        Scores (B, U).

    Reference:
        Orekondy et al., ICCV 2017 (AP-PR). Whether they threshold is not published.
    """
    if threshold is not None:
        probabilities = (probabilities > threshold).to(preferences.dtype)
    return (probabilities[..., None] * preferences).amax(1)


def fill_samples(
    data_samples: Sequence[DataSample | None] | None, **fields: Tensor
) -> list[DataSample]:
    """Put batched predictions into samples, image by image, detached and as float32.

    Args:
        data_samples: Samples to fill; None makes new ones.
        **fields: Name to tensor (B, ...).

    Returns:
        The samples.
    """
    number = len(next(iter(fields.values())))
    samples = [None] * number if data_samples is None else data_samples
    filled = []
    for i, sample in enumerate(samples):
        sample = DataSample() if sample is None else sample
        for name, values in fields.items():
            sample.set_field(values[i].detach().float(), name)
        filled.append(sample)
    return filled
