"""Private or public, by a trained classifier such as DRAG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Assessment, Finding, Photo
from mmprivacy.compat import require
from mmprivacy.errors import ConfigError

PRIVATE = 0
"""Index of the private class, as in :mod:`mmprivacy.datasets.image_privacy`."""


@TASK_UTILS.register_module()
class ClassifierAssessor:
    """Ask a classifier of mmpretrain whether a photo is private.

    With DRAG, the heat map says which regions of the photo it looked at.

    Args:
        config: Config file, such as ``configs/drag/drag_r50.py``.
        checkpoint: Its checkpoint file.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

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
    ) -> None:
        require('mmpretrain', feature='ClassifierAssessor')
        from mmprivacy.apis.config import load_config
        from mmprivacy.apis.model_loading import load_model
        from mmprivacy.apis.photo_inputs import PhotoPipeline

        cfg = load_config(config, cfg_options, sample, draw=False)
        self._pipeline = PhotoPipeline(cfg)
        self._classifier = load_model(cfg, checkpoint, device, trust_checkpoint)
        self.name = f'ClassifierAssessor {Path(config).stem}'

    def assess(self, photo: Photo) -> Assessment:
        """Judge a photo.

        Args:
            photo: The photo.

        Returns:
            The probability that it is private.

        Raises:
            ConfigError: If the model knows other than two classes.
        """
        import torch
        from mmengine.dataset import default_collate

        packed = self._pipeline(np.ascontiguousarray(photo.pixels[..., ::-1]))
        with torch.inference_mode():
            sample = self._classifier.test_step(default_collate([packed]))[0]
        scores = sample.pred_score.float().cpu().numpy()
        if scores.shape != (2,):
            raise ConfigError.explain(
                self.name,
                expected='a classifier with two classes, private and public',
                got=f'{scores.size} classes',
                fix='use a config for private photos',
            )
        probability = float(scores[PRIVATE])
        said = 'private' if probability >= 0.5 else 'public'
        sure = max(probability, 1 - probability)
        findings = (Finding(said, sure, f'the photo as a whole looks {said}'),)
        maps = sample.get('region_maps')
        heat = None if maps is None else unit(maps.float().cpu().numpy().mean(0))
        return Assessment(self.name, None, probability, findings, heat)


def unit(heat: np.ndarray) -> np.ndarray | None:
    """Scale a map (h, w) to [0, 1]; None if there is no contrast in it."""
    from mmprivacy.visualization import normalize_maps

    scaled = normalize_maps(heat[None])[0]
    return scaled if scaled.any() else None
