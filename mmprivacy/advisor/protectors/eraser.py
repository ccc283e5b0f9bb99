"""Erase with ERASER, which paints something natural and different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered
from mmprivacy.advisor.packages import need_inferencer
from mmprivacy.advisor.protectors.inpaint import GRAY
from mmprivacy.obfuscation import fill


@TASK_UTILS.register_module()
class EraserProtector:
    """Replace regions by what a trained ERASER model paints there.

    The model gets the photo with its regions filled with gray, so that nothing of what
    was there can come through.

    Args:
        config: Config file of the model.
        checkpoint: Its checkpoint file.
        max_side: Photos with a longer side are painted at this size, and the paint is
            enlarged. None paints at full size.
        device: Where to compute; the first GPU if there is one, else the CPU.
        cfg_options: Overrides of the config, dotted key to value.
        sample: Use the config as ``--sample`` does, for a model trained that way.
        trust_checkpoint: Load a checkpoint that needs unrestricted pickle.

    Raises:
        ConfigError: If the config or an option is wrong.
        CheckpointError: If the checkpoint cannot be loaded.
        MissingDependencyError: If this version has no ERASER.
    """

    can_be_undone = False

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        max_side: int | None = None,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        sample: bool = False,
        trust_checkpoint: bool = False,
    ) -> None:
        make = need_inferencer('EraserInferencer', 'EraserProtector')
        self._inferencer = make(
            config, checkpoint, device, cfg_options, sample, trust_checkpoint
        )
        self.max_side = max_side

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Erase the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: What to erase.

        Returns:
            A new picture; outside the regions it is the old one, to the last bit.
        """
        mask = covered(regions, image.shape[:2])
        if not mask.any():
            return image.copy()
        blank = np.ascontiguousarray(fill(image, GRAY, mask)[..., ::-1])
        result = self._inferencer(
            blank, masks=mask, max_side=self.max_side, show_progress=False
        )
        return np.where(mask[..., None], result.image[..., ::-1], image)
