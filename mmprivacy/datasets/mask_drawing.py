"""Draw random masks: strokes and boxes, as LaMa is trained and tested with.

Lengths are those of pictures whose shorter side has 256 pixels, and grow with it.

Convention:
    Masks are uint8 (h, w) with the values 0 and 1; 1 = to be removed.

Reference:
    Suvorov et al., *Resolution-robust Large Mask Inpainting with Fourier Convolutions*,
    WACV 2022 (the settings); Yu et al., *Free-Form Image Inpainting with Gated
    Convolution*, ICCV 2019 (the strokes).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np

from mmprivacy.errors import ConfigError, nearest

Rng = np.random.Generator
BASE = 256
"""Shorter side of the pictures that the lengths are given for."""
_TRIES = 50


@dataclass(frozen=True)
class Strokes:
    """Brush strokes, each a chain of straight pieces.

    Attributes:
        times: Least and largest number of strokes, both included.
        length: Largest length of a piece in pixels; the least is 10.
        width: Largest width of the brush in pixels; the least is 5.
        angle: Largest turn of a piece in radians.
        pieces: Largest number of pieces of a stroke.
    """

    times: tuple[int, int]
    length: int
    width: int
    angle: float = 4.0
    pieces: int = 5

    def draw(self, rng: Rng, h: int, w: int) -> np.ndarray:
        """Draw the strokes of one mask."""
        mask = np.zeros((h, w), np.uint8)
        scale = min(h, w) / BASE
        for _ in range(rng.integers(self.times[0], self.times[1] + 1)):
            end = rng.uniform((0, 0), (w, h))
            for piece in range(rng.integers(1, self.pieces + 1)):
                # Turning to and fro keeps a stroke from closing to a circle.
                turn = rng.uniform(0, self.angle) * (-1 if piece % 2 else 1)
                length = scale * rng.uniform(10, 10 + self.length)
                width = scale * rng.uniform(5, 5 + self.width)
                start, step = end, length * np.array([np.cos(turn), np.sin(turn)])
                end = np.clip(start + step, 0, (w - 1, h - 1))
                ends = (
                    tuple(map(int, np.minimum(p, (w - 1, h - 1)))) for p in (start, end)
                )
                cv2.line(mask, *ends, 1, max(round(width), 1))
        return mask


@dataclass(frozen=True)
class Boxes:
    """Upright boxes.

    Attributes:
        times: Least and largest number of boxes, both included.
        sides: Shortest and longest side in pixels.
        margin: Distance to the edges of the picture in pixels.
    """

    times: tuple[int, int]
    sides: tuple[int, int]
    margin: int = 10

    def draw(self, rng: Rng, h: int, w: int) -> np.ndarray:
        """Draw the boxes of one mask."""
        mask = np.zeros((h, w), np.uint8)
        scale = min(h, w) / BASE
        for _ in range(rng.integers(self.times[0], self.times[1] + 1)):
            (y0, y1), (x0, x1) = (self._span(rng, n, scale) for n in (h, w))
            mask[y0:y1, x0:x1] = 1
        return mask

    def _span(self, rng: Rng, n: int, scale: float) -> tuple[int, int]:
        """Draw begin and end of a box along one side of n pixels."""
        margin = min(int(self.margin * scale), (n - 1) // 2)
        room = n - 2 * margin
        side = scale * rng.uniform(*self.sides)
        side = min(max(round(side), 1), room)
        start = margin + int(rng.integers(0, room - side + 1))
        return start, start + side


@dataclass(frozen=True)
class MaskStyle:
    """A family of masks; each mask has strokes or boxes.

    Attributes:
        strokes: The strokes.
        boxes: The boxes, or None.
        box_share: Share of the masks that have boxes.
        max_area: Largest share of the picture that may be covered.
    """

    strokes: Strokes
    boxes: Boxes | None = None
    box_share: float = 0.0
    max_area: float = 1.0

    def draw(self, rng: Rng, h: int, w: int) -> np.ndarray:
        """Draw a mask.

        Args:
            rng: Source of all randomness.
            h: Height of the picture in pixels.
            w: Width of the picture in pixels.

        Returns:
            Mask (h, w) uint8, at least one pixel of it 1; of pictures too small for
            ``max_area``, the smallest of many.
        """
        smallest = np.ones((h, w), np.uint8)
        for _ in range(_TRIES):
            boxes = self.boxes is not None and rng.random() < self.box_share
            mask = (self.boxes if boxes else self.strokes).draw(rng, h, w)
            if mask.any() and mask.mean() <= self.max_area:
                return mask
            if 0 < mask.sum() < smallest.sum():
                smallest = mask
        return smallest


# LaMa gives the shares of its test sets as weights 1 and 0.3.
_SOME = 0.3 / 1.3
STYLES: dict[str, MaskStyle] = {
    'train': MaskStyle(
        Strokes((1, 5), length=200, width=100), Boxes((1, 4), (30, 150)), 0.5
    ),
    'thin': MaskStyle(Strokes((4, 50), length=40, width=10), max_area=0.5),
    'medium': MaskStyle(
        Strokes((4, 5), length=100, width=50), Boxes((1, 4), (10, 50)), _SOME, 0.5
    ),
    'thick': MaskStyle(
        Strokes((1, 5), length=200, width=100), Boxes((1, 4), (30, 150)), _SOME, 0.5
    ),
}
"""LaMa's masks for training, and those of its three test sets."""


def find_style(name: str) -> MaskStyle:
    """Return a style by name.

    Args:
        name: A key of :data:`STYLES`.

    Returns:
        The style.

    Raises:
        ConfigError: If there is no such style.
    """
    if name not in STYLES:
        raise ConfigError.explain(
            'mask style',
            expected=f'one of {", ".join(STYLES)}',
            got=repr(name),
            fix=nearest(str(name), STYLES),
        )
    return STYLES[name]


def fixed_mask(style: str, h: int, w: int, name: str, seed: int = 0) -> np.ndarray:
    """Draw the mask that a picture always gets, in whatever order and process.

    Args:
        style: A key of :data:`STYLES`.
        h: Height of the picture in pixels.
        w: Width of the picture in pixels.
        name: Name of the picture; it should not contain the folder of the data set.
        seed: Seed of the set of masks.

    Returns:
        Mask (h, w) uint8.

    Raises:
        ConfigError: If there is no such style.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return find_style(style).draw(rng, h, w)
