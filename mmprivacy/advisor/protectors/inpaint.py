"""Erase: continue the surroundings over the regions, with OpenCV."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered
from mmprivacy.errors import ConfigError
from mmprivacy.obfuscation import fill

GRAY = (128, 128, 128)


@TASK_UTILS.register_module()
class InpaintProtector:
    """Replace regions by what is around them (Telea 2004).

    Good for small things on plain ground. What was inside is not looked at; but the
    shape of a region shows where something was. A picture that is all private becomes
    gray.

    Args:
        radius: How far around a pixel its surroundings are looked at, in pixels.

    Raises:
        ConfigError: If the radius is not above 0.
    """

    can_be_undone = False

    def __init__(self, radius: float = 5) -> None:
        if radius <= 0:
            raise ConfigError.explain(
                'InpaintProtector.radius',
                expected='above 0',
                got=radius,
                fix='change it',
            )
        self.radius = radius

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Erase the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: What to erase.

        Returns:
            A new picture.
        """
        mask = covered(regions, image.shape[:2])
        # OpenCV never sees what is private, not even where it reads a pixel too many.
        result = fill(image, GRAY, mask)
        if not mask.any() or mask.all():
            return result
        margin = int(np.ceil(self.radius)) + 2
        rows, columns = (
            slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1)
            for at in (np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0)))
        )
        inner = mask[rows, columns]
        painted = cv2.inpaint(
            np.ascontiguousarray(result[rows, columns]),
            inner.astype(np.uint8),
            self.radius,
            cv2.INPAINT_TELEA,
        )
        result[rows, columns][inner] = painted[inner]
        return result
