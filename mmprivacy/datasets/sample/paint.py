"""How a shape is filled: colour, light, noise, pattern."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from . import shading

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Paint:
    """How a shape is filled.

    Args:
        color: RGB, 0..255.
        relief: Strength of the light on the rounded rim; 0 is flat.
        reach: Width of that rim, as a fraction of the shape's shorter side.
        fade: Darkening from the top to the bottom (negative: from the bottom).
        slant: Darkening from the left to the right.
        grain: Strength of fine noise.
        mottle: Strength of cloudy noise.
        opacity: 0 to 1.
        blur: Softness of the outline, in units of the element.
        inside: Paint only where something has been painted before.
        over: Paint only where the topmost shape has this tag.
        pattern: '', 'stripes', 'pins', 'checks' or 'dots', in ``second``.
        second: Colour of the pattern.
        pitch: Period of the pattern in units.
    """

    color: Color
    relief: float = 0.25
    reach: float = 0.45
    fade: float = 0.0
    slant: float = 0.0
    grain: float = 0.012
    mottle: float = 0.03
    opacity: float = 1.0
    blur: float = 0.0
    inside: bool = False
    over: str = ''
    pattern: str = ''
    second: Color = (255, 255, 255)
    pitch: float = 0.05


def flat(color: Color, opacity: float = 1.0) -> Paint:
    """Ink: no light, no noise."""
    return Paint(color, relief=0, grain=0, mottle=0, opacity=opacity)


def shade(color: Color, opacity: float, blur: float, over: str = '') -> Paint:
    """A soft shadow or highlight that never leaves what is already painted."""
    return Paint(
        color, relief=0, grain=0, mottle=0, opacity=opacity, blur=blur, inside=True,
        over=over,
    )  # fmt: skip


def tint(color: Color, factor: float) -> Color:
    """Darken (< 1) or lighten (> 1, towards white) a colour."""
    if factor <= 1:
        return tuple(int(v * factor) for v in color)
    return tuple(int(255 - (255 - v) / factor) for v in color)


def colours(
    rng: np.random.Generator, mask: np.ndarray, paint: Paint, scale: float
) -> list[np.ndarray | np.float32]:
    """Red, green and blue over a shape.

    Args:
        rng: Chooses the window of the noise.
        mask: (h, w) uint8, the shape.
        paint: How it is filled.
        scale: Pixels of one unit.

    Returns:
        Three float32 values, each (h, w) or, where the paint is plain, one number.
        Highlights may exceed 255; they are cut off when the drawing is finished.
    """
    height, width = mask.shape
    base: list[np.ndarray | np.float32] = [np.float32(v) for v in paint.color]
    if paint.pattern:
        mix = shading.pattern(paint.pattern, height, width, paint.pitch * scale)
        base = [v + mix * np.float32(s - v) for v, s in zip(base, paint.second)]
    light = _light(rng, mask, paint)
    if paint.grain:
        grain = shading.noise_window(rng, height, width, 1) * np.float32(paint.grain)
        light = grain + 1 if light is None else light + grain
    return base if light is None else [v * light for v in base]


def _light(
    rng: np.random.Generator, mask: np.ndarray, paint: Paint
) -> np.ndarray | None:
    """Relief, ramps and clouds, computed small and enlarged; None if there are none."""
    height, width = mask.shape
    mottle = paint.mottle if min(height, width) > 8 else 0.0
    relief = paint.relief if min(height, width) > 3 else 0.0
    if not (mottle or relief or paint.fade or paint.slant):
        return None
    small = shading.coarse(mask)
    rows, cols = small.shape
    light = np.ones((rows, cols), np.float32)
    if relief:
        light += np.float32(relief) * shading.relief(small, paint.reach)
    if paint.fade:
        light -= _ramp(paint.fade, rows)[:, None]
    if paint.slant:
        light -= _ramp(paint.slant, cols)[None, :]
    if mottle:
        light += np.float32(mottle) * shading.noise_window(rng, rows, cols, 5)
    if (rows, cols) == (height, width):
        return light
    return cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)


def _ramp(strength: float, count: int) -> np.ndarray:
    """(count,) float32 from -strength / 2 to strength / 2."""
    return np.linspace(-strength / 2, strength / 2, count, dtype=np.float32)
