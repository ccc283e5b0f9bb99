"""A decoded photo with all that is needed to write it again.

Convention:
    Pictures are **RGB**; native pixels are described in
    :mod:`mmprivacy.advisor.native`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mmprivacy.advisor.contracts import Photo
from mmprivacy.advisor.native import paste, to_colour


@dataclass(frozen=True, eq=False)
class PhotoFile:
    """A decoded file, with all that is needed to write it again.

    Attributes:
        photo: What the parts see.
        native: Upright native pixels.
        icc: Colour profile, cleaned, or None.
        lossless: Whether the format keeps every pixel.
        tables: Quantisation tables and chroma subsampling of a JPEG file, so that it
            is written in the quality that it had.
        removed: What was in the file besides its picture.
    """

    photo: Photo
    native: np.ndarray
    icc: bytes | None = None
    lossless: bool = True
    tables: tuple[dict[int, list[int]], int] | None = None
    removed: tuple[str, ...] = ()

    def protected(self, picture: np.ndarray, where: np.ndarray) -> PhotoFile:
        """Replace pixels.

        Args:
            picture: The protected picture (H, W, 3) RGB uint8.
            where: Which pixels to take from it, (H, W) bool. All others stay as they
                are, whatever the picture says.

        Returns:
            The changed file.
        """
        native = paste(self.native, self.photo.mode, picture, where)
        pixels = to_colour(native, self.photo.mode)
        return replace(self, native=native, photo=replace(self.photo, pixels=pixels))
