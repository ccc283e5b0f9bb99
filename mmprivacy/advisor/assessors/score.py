"""How private a photo is, by a trained model such as PrivAttNet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.assessors.classifier import unit
from mmprivacy.advisor.contracts import Assessment, Finding, Photo
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES

_SAFE = 'a0_safe'


@TASK_UTILS.register_module()
class ScoreAssessor:
    """Ask a model for the privacy score of a photo, and where that comes from.

    Args:
        config: Config file, such as ``configs/privattnet/privattnet_r50.py``.
        checkpoint: Its checkpoint file.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.
        max_score: Highest score of the data the model learned from: 5, or 1 with
            ``scale='unit'``.
        min_attribute: Probability from which an attribute is a finding, for models
            that know attributes.

    Raises:
        ConfigError: If the config is wrong.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
        MissingDependencyError: If mmpretrain is not installed.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
        max_score: float = 5.0,
        min_attribute: float = 0.5,
    ) -> None:
        from mmprivacy.apis import PrivacyScoreInferencer

        self._inferencer = PrivacyScoreInferencer(
            config, checkpoint, device, cfg_options, sample, trust_checkpoint, max_score
        )
        self.min_attribute = min_attribute
        self.name = f'ScoreAssessor {Path(config).stem}'

    def assess(self, photo: Photo) -> Assessment:
        """Judge a photo.

        Args:
            photo: The photo.

        Returns:
            Its score on the scale from 0 to 5; attributes and heat map where the model
            has them.
        """
        pixels = np.ascontiguousarray(photo.pixels[..., ::-1])
        result = self._inferencer(pixels, show_progress=False)
        heat = None if result.privacy_map is None else unit(result.privacy_map[0])
        score = float(np.clip(5 * result.score / result.max_score, 0, 5))
        findings = likely_attributes(result.attributes, self.min_attribute)
        return Assessment(self.name, score, None, findings, heat)


def likely_attributes(
    probabilities: np.ndarray | None, least: float
) -> tuple[Finding, ...]:
    """List the attributes that a photo is likely to show.

    Args:
        probabilities: One for each of the 68 attributes; or None.
        least: Probability above which an attribute is a finding.

    Returns:
        The most sensitive first; none where the model knows no attributes.
    """
    if probabilities is None or probabilities.shape != (len(ATTRIBUTE_IDS),):
        return ()
    found = [
        Finding(name, float(p), f'{p:.0%} likely')
        for name, p in zip(ATTRIBUTE_IDS, probabilities)
        if p > least and name != _SAFE
    ]
    weight = {f.name: -ATTRIBUTES[f.name].mean_305 * f.score for f in found}
    return tuple(sorted(found, key=lambda f: weight[f.name]))
