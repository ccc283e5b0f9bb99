"""Blur and pixelate: what people ask for, and what can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.contracts import Region, covered, pixel_box
from mmprivacy.errors import ConfigError
from mmprivacy.obfuscation import blur, pixelate

CAN_BE_UNDONE = (
    'blurred and pixelated faces and text are recognised by programs made for it: '
    'for looks only, use fill or erase to protect'
)
"""McPherson, Shokri and Shmatikov, "Defeating Image Obfuscation with Deep Learning"."""


@TASK_UTILS.register_module()
class BlurProtector:
    """Blur regions, the more the larger they are.

    Args:
        strength: Standard deviation as a share of the shorter side of a region.
        min_sigma: Least standard deviation in pixels.

    Raises:
        ConfigError: If one is not above 0.
    """

    can_be_undone = True
    warning = CAN_BE_UNDONE

    def __init__(self, strength: float = 0.15, min_sigma: float = 4) -> None:
        _check('BlurProtector', strength, min_sigma)
        self.strength = strength
        self.min_sigma = min_sigma

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Blur the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: What to blur.

        Returns:
            A new picture.
        """

        def soften(part: np.ndarray, mask: np.ndarray, side: int) -> np.ndarray:
            return blur(part, max(self.min_sigma, self.strength * side), mask)

        return _each(image, regions, soften)


@TASK_UTILS.register_module()
class PixelateProtector:
    """Give regions large pixels, always about as many across.

    Args:
        cells: Cells across the shorter side of a region.
        min_cell: Least side of a cell in pixels.

    Raises:
        ConfigError: If one is not above 0.
    """

    can_be_undone = True
    warning = CAN_BE_UNDONE

    def __init__(self, cells: int = 6, min_cell: int = 4) -> None:
        _check('PixelateProtector', cells, min_cell)
        self.cells = cells
        self.min_cell = min_cell

    def protect(self, image: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
        """Pixelate the regions.

        Args:
            image: The picture (H, W, 3) RGB uint8.
            regions: What to pixelate.

        Returns:
            A new picture.
        """

        def coarsen(part: np.ndarray, mask: np.ndarray, side: int) -> np.ndarray:
            cell = max(self.min_cell, -(-side // self.cells))
            return pixelate(part, int(cell), mask)

        return _each(image, regions, coarsen)


def _each(
    image: np.ndarray,
    regions: Sequence[Region],
    change: Callable[[np.ndarray, np.ndarray, int], np.ndarray],
) -> np.ndarray:
    """Change region by region, each with what its size asks for.

    ``change`` gets the box of a region, its mask there, and the box's shorter side.
    """
    result = image.copy()
    for region in regions:
        x0, y0, x1, y1 = pixel_box(region.box, image.shape[:2])
        chosen = covered([region], image.shape[:2])
        if region.mask is not None and chosen.any():  # it may reach out of the box
            ys, xs = np.flatnonzero(chosen.any(1)), np.flatnonzero(chosen.any(0))
            x0, y0, x1, y1 = xs[0], ys[0], xs[-1] + 1, ys[-1] + 1
        if x1 > x0 and y1 > y0:
            part = np.ascontiguousarray(result[y0:y1, x0:x1])
            side = int(min(x1 - x0, y1 - y0))
            result[y0:y1, x0:x1] = change(part, chosen[y0:y1, x0:x1], side)
    return result


def _check(name: str, *values: float) -> None:
    if min(values) <= 0:
        raise ConfigError.explain(
            name, expected='strengths above 0', got=values, fix='change them'
        )
