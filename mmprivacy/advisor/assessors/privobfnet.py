"""Score, attributes and a map of where they are, by PrivObfNet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.assessors.score import likely_attributes
from mmprivacy.advisor.contracts import Assessment, Photo
from mmprivacy.advisor.packages import need_inferencer
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS


@TASK_UTILS.register_module()
class PrivObfNetAssessor:
    """Ask a trained PrivObfNet how private a photo is, and why.

    Args:
        config: Config file, such as ``configs/privobfnet/privobfnet_r38d_vispr.py``.
        checkpoint: Its checkpoint file.
        min_attribute: Probability from which an attribute is a finding.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.
        max_score: Highest score of the data the model learned from.

    Raises:
        ConfigError: If the config is wrong.
        CheckpointError: If the checkpoint cannot be loaded, or fits another model.
        MissingDependencyError: If this version has no PrivObfNet, or mmseg is missing.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        min_attribute: float = 0.5,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
        max_score: float = 1.0,
    ) -> None:
        make = need_inferencer('ObfuscationInferencer', 'PrivObfNetAssessor')
        self._inferencer = make(
            config, checkpoint, device, cfg_options, sample, trust_checkpoint
        )
        self.min_attribute = min_attribute
        self.max_score = max_score
        self.name = f'PrivObfNetAssessor {Path(config).stem}'

    def assess(self, photo: Photo) -> Assessment:
        """Judge a photo.

        Args:
            photo: The photo.

        Returns:
            Its score on the scale from 0 to 5, the likely attributes, and a map of how
            likely a pixel shows one of them.
        """
        pixels = np.ascontiguousarray(photo.pixels[..., ::-1])
        result = self._inferencer(
            pixels, method='fill', attr_thr=self.min_attribute, show_progress=False
        )
        score = result.score
        if score is not None:
            score = float(np.clip(5 * score / self.max_score, 0, 5))
        likely = np.array([result.probabilities[name] for name in ATTRIBUTE_IDS])
        findings = likely_attributes(likely, self.min_attribute)
        heat = np.zeros(photo.size, np.float32)
        for name, mask in result.masks.items():
            heat[mask] = np.maximum(heat[mask], result.probabilities[name])
        shown = heat if heat.any() else None
        return Assessment(self.name, score, None, findings, shown)
