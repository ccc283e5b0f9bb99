"""Paint over: the default, and the safest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered
from mmprivacy.obfuscation import fill


@TASK_UTILS.register_module()
class FillProtector:
    """Paint regions over with one colour. Nothing of what was there is left.

    Args:
        color: Three values in [0, 255], RGB.

    Raises:
        ConfigError: If it is no colour.
    """

    can_be_undone = False

    def __init__(self, color: Sequence[int] = (0, 0, 0)) -> None:
        self.color = tuple(color)
        fill(np.zeros((1, 1, 3), np.uint8), self.color)  # refuses what is no colour

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Fill the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: What to fill.

        Returns:
            A new picture.
        """
        return fill(image, self.color, covered(regions, image.shape[:2]))
