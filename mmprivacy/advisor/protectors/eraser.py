"""Erase with ERASER, which paints something natural and different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered
from mmprivacy.errors import MissingDependencyError


@TASK_UTILS.register_module()
class EraserProtector:
    """Replace regions by what a trained ERASER model paints there.

    Args:
        config: Config file of the model.
        checkpoint: Its checkpoint file.
        device: Where to compute; the first GPU if there is one, else the CPU.
        options: Further arguments of ``mmprivacy.apis.EraserInferencer``.

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
        device: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            from mmprivacy.apis import EraserInferencer
        except ImportError as e:
            raise MissingDependencyError.explain(
                'EraserProtector',
                expected='mmprivacy.apis.EraserInferencer',
                got='a version without it',
                fix="update mmprivacy, or use dict(type='InpaintProtector')",
            ) from e
        self._inferencer = EraserInferencer(
            config, checkpoint, device=device, **(options or {})
        )

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
        bgr = np.ascontiguousarray(image[..., ::-1])
        painted = self._inferencer(bgr, mask).image[..., ::-1]
        return np.where(mask[..., None], painted, image)
