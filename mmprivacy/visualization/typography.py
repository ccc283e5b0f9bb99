"""Letters and shapes with smooth edges, the same on every platform."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

PAPER, INK, MUTED = '#ffffff', '#1c2024', '#6b737c'
CLASS_COLORS = {'private': '#b3261e', 'public': '#1b6e53'}
RADIUS = 6


@functools.lru_cache(maxsize=32)
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Load DejaVu Sans, which comes with Matplotlib on every platform."""
    import matplotlib

    name = 'DejaVuSans-Bold.ttf' if bold else 'DejaVuSans.ttf'
    path = Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / name
    return ImageFont.truetype(str(path), size)


def blend(colors: Sequence[str], position: float) -> str:
    """Mix neighbouring colours of a scale.

    Args:
        colors: At least two colours ``#rrggbb``, evenly spaced.
        position: From 0, the first colour, to 1, the last; clipped.

    Returns:
        The colour ``#rrggbb``.
    """
    table = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colors]
    steps = np.linspace(0, 1, len(colors))
    mixed = [np.interp(position, steps, channel) for channel in zip(*table)]
    return '#' + ''.join(f'{round(v):02x}' for v in mixed)


def shorten(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """Cut a text in its middle to a width in pixels, so that both ends show."""
    if face.getlength(text) <= width:
        return text
    keep = len(text)
    while keep > 2:
        keep -= 1
        cut = f'{text[: (keep + 1) // 2]}\u2026{text[len(text) - keep // 2 :]}'
        if face.getlength(cut) <= width:
            return cut
    return '\u2026'


def paste(sheet: Image.Image, picture: np.ndarray, x: int, y: int) -> None:
    """Paste a picture with rounded corners, smooth at any zoom."""
    sheet.paste(
        Image.fromarray(picture), (x, y), _rounded_mask(*picture.shape[1::-1], RADIUS)
    )


def rounded(sheet: Image.Image, box: Sequence[float], radius: int, color: str) -> None:
    """Fill a rounded rectangle with smooth edges."""
    left, top, right, bottom = (round(v) for v in box)
    sheet.paste(
        color,
        (left, top, right, bottom),
        _rounded_mask(right - left, bottom - top, radius),
    )


@functools.lru_cache(maxsize=32)
def _rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    """Draw a rounded rectangle at four times the size and shrink it."""
    mask = Image.new('L', (4 * width, 4 * height), 0)
    box = (0, 0, 4 * width - 1, 4 * height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, 4 * radius, fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)
