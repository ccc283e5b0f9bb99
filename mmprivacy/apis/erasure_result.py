"""A photo before and after something was removed from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mmprivacy.visualization.mask_panels import draw_obfuscation


@dataclass(frozen=True, eq=False)
class ErasureResult:
    """A photo, the mask, and the photo without what the mask covers.

    Convention:
        ``photo`` and ``image`` are BGR uint8 (H, W, 3); ``mask`` is bool (H, W).

    Attributes:
        image: The photo after removal; as before outside the mask, bit by bit.
        mask: What was removed.
        photo: The photo as it was.
        img_path: The file; None for an array.
        out_file: Where it was written; None if it was not.
    """

    image: np.ndarray = field(repr=False)
    mask: np.ndarray = field(repr=False)
    photo: np.ndarray = field(repr=False)
    img_path: str | None = None
    out_file: str | None = None

    @property
    def removed(self) -> float:
        """Share of the photo that was removed."""
        return float(self.mask.mean())

    def draw(self, tile: int = 256) -> np.ndarray:
        """Draw the photo, the mask over it, and the photo afterwards.

        Args:
            tile: Height of each picture in pixels.

        Returns:
            The panel, RGB uint8 (H', W', 3).
        """
        return draw_obfuscation(
            np.ascontiguousarray(self.photo[..., ::-1]),
            [self.mask],
            [f'to be removed\n{100 * self.removed:.0f} % of the photo'],
            np.ascontiguousarray(self.image[..., ::-1]),
            tile=tile,
        )
