"""Hide regions from object detectors, and not from people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered

WARNING = "against machines, and only today's: people see everything"


@TASK_UTILS.register_module()
class AdversarialProtector:
    """Change regions so that a detector finds nothing in them.

    People see what they saw before; detectors that were not aimed at, or are trained
    later, may see it, too (Radiya-Dixit et al. 2022). It is meant for what may be seen
    and should not be collected by programs.

    Args:
        config: Config file of the detector.
        checkpoint: Its checkpoint file.
        attack: Options of :class:`mmprivacy.disappearance.ObjectDisappearance`, such as
            ``dict(preset='jpeg')`` for photos that are written as JPEG.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

    Raises:
        ConfigError: If the config or an option is wrong.
        CheckpointError: If the checkpoint cannot be loaded.
        MissingDependencyError: If mmdet is not installed.
    """

    can_be_undone = True
    warning = WARNING

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        attack: Mapping[str, Any] | None = None,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
    ) -> None:
        from mmprivacy.apis import ProtectionInferencer

        self._inferencer = ProtectionInferencer(
            config,
            checkpoint,
            {**(attack or {}), 'region': 'mask'},
            device,
            cfg_options,
            sample,
            trust_checkpoint,
        )

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Change the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: Where it may be changed.

        Returns:
            A new picture; as close as it got, if the detector could not be fooled.
        """
        mask = covered(regions, image.shape[:2])
        if not mask.any():
            return image.copy()
        bgr = np.ascontiguousarray(image[..., ::-1])
        (result,) = self._inferencer.attack(self._inferencer.views, [bgr], [mask])
        return np.ascontiguousarray(result.image[..., ::-1])
