"""Fonts for the drawn elements, and text as masks."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_FILES = {
    'sans': 'DejaVuSans.ttf',
    'bold': 'DejaVuSans-Bold.ttf',
    'italic': 'DejaVuSans-Oblique.ttf',
    'mono': 'DejaVuSansMono.ttf',
    'mono-bold': 'DejaVuSansMono-Bold.ttf',
    'serif': 'DejaVuSerif.ttf',
    'serif-bold': 'DejaVuSerif-Bold.ttf',
}


@lru_cache(maxsize=1)
def _font_folder() -> Path | None:
    spec = find_spec('matplotlib')  # located, not imported: importing takes a while
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / 'mpl-data' / 'fonts' / 'ttf'
    return folder if folder.is_dir() else None


@lru_cache(maxsize=256)
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load a font by role ('sans', 'bold', 'mono', 'serif', ...) and em size in px."""
    folder = _font_folder()
    if folder is None or not (folder / _FILES[name]).is_file():
        return ImageFont.load_default(size)
    return ImageFont.truetype(
        str(folder / _FILES[name]), size, layout_engine=ImageFont.Layout.BASIC
    )


def text_width(content: str, name: str, size: int) -> float:
    """Advance width of a line of text in pixels."""
    return load_font(name, size).getlength(content)


def text_mask(content: str, name: str, size: int) -> tuple[np.ndarray, int, int]:
    """Draw a line of text.

    Returns:
        The (h, w) uint8 mask and its left and top offset in pixels from the pen
        position, which is at the left end of the ascender line.
    """
    font = load_font(name, size)
    left, top, right, bottom = (int(v) for v in font.getbbox(content, anchor='la'))
    image = Image.new('L', (max(1, right - left + 1), max(1, bottom - top + 1)))
    ImageDraw.Draw(image).text((-left, -top), content, 255, font=font, anchor='la')
    return np.asarray(image), left, top
