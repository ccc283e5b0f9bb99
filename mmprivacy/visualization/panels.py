"""Lay pictures out in a row or grid, with captions that can be read.

Convention: every picture is **RGB** uint8 (H, W, 3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from mmprivacy.errors import ConfigError
from mmprivacy.visualization.heat_maps import (
    colorize,
    normalize_maps,
    overlay_heat_map,
)
from mmprivacy.visualization.typography import (
    CLASS_COLORS,
    INK,
    MUTED,
    PAPER,
    font,
    paste,
    rounded,
    shorten,
)
from mmprivacy.visualization.verdicts import Headline

PAD, GAP = 20, 12


def draw_heat_maps(
    photo: np.ndarray,
    maps: np.ndarray,
    titles: Sequence[str] | None = None,
    title: str = '',
    verdict: Headline | None = None,
    normalize: str = 'image',
    tile: int = 256,
    columns: int = 6,
) -> np.ndarray:
    """Draw a photo and its maps side by side, with a colour bar.

    The layout of the bottom of Figure 2 of Yang et al. 2022: the photo, then one
    picture for each region.

    Args:
        photo: The photo (H, W, 3).
        maps: Maps (N, h, w) of any scale; see
            :func:`~mmprivacy.visualization.heat_maps.normalize_maps`.
        titles: Captions of the maps; ``Region 1`` and so on if not given.
        title: Headline, such as the file name.
        verdict: What the model said.
        normalize: ``'image'`` (one scale for all maps) or ``'map'``.
        tile: Height of a picture in pixels.
        columns: Pictures in a row at most.

    Returns:
        The panel (H', W', 3).

    Raises:
        ConfigError: If the number of titles is not N.
    """
    values = normalize_maps(maps, normalize)
    names = [f'Region {i + 1}' for i in range(len(values))]
    if titles is not None:
        names = list(titles)
    if len(names) != len(values):
        raise ConfigError.explain(
            'titles',
            expected=f'{len(values)}, one a map',
            got=len(names),
            fix='add them',
        )
    small = fit(photo, tile)
    tiles = [small, *(overlay_heat_map(small, v) for v in values)]
    raw = np.asarray(maps, np.float64)
    raw = raw[np.isfinite(raw)]
    ends = ('low', 'high')
    if normalize == 'image' and raw.size:
        low, high = float(raw.min()), float(raw.max())
        near_zero = abs(low) < 0.005 * (high - low)
        ends = ('0' if near_zero else f'{low:.2g}', f'{high:.2g}')
    return draw_grid(
        tiles,
        ['Photo', *names],
        columns=columns,
        title=title,
        verdict=verdict,
        bar=ends,
    )


def draw_grid(
    tiles: Sequence[np.ndarray],
    captions: Sequence[str],
    columns: int = 6,
    title: str = '',
    verdict: Headline | None = None,
    bar: tuple[str, str] | None = None,
    colors: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> np.ndarray:
    """Draw pictures in a grid, a caption under each.

    Args:
        tiles: Pictures, usually of one height; smaller ones are centred.
        captions: One for each picture; may have several lines.
        columns: Pictures in a row at most.
        title: Headline.
        verdict: What a model said, shown beside the headline.
        bar: Labels of the low and high end of a colour bar, if one is wanted.
        colors: Colour of each caption.
        notes: Lines below everything, over the whole width.

    Returns:
        The sheet (H', W', 3).
    """
    columns = max(1, min(columns, len(tiles)))
    widths = [max(t.shape[1] for t in tiles[c::columns]) for c in range(columns)]
    lefts = np.cumsum([PAD, *(w + GAP for w in widths)]).tolist()
    height = max(t.shape[0] for t in tiles)
    line = font(13).size + 5
    foot = max((c.count('\n') + 1 for c in captions), default=1) * line + 6
    head = 44 if title or verdict else 0
    rows = -(-len(tiles) // columns)
    side = 64 if bar else 0
    sheet_width = lefts[-1] - GAP + side + PAD
    sheet_height = 2 * PAD + head + rows * (height + foot) + (rows - 1) * GAP
    if head:
        sheet_width = max(sheet_width, _headline_width(title, verdict) + 2 * PAD)
    below = sheet_height - PAD + GAP
    if notes:
        sheet_height += GAP + len(notes) * line
    sheet = Image.new('RGB', (sheet_width, sheet_height), PAPER)
    pen = ImageDraw.Draw(sheet)
    for i, picture in enumerate(tiles):
        row, column = divmod(i, columns)
        left, width = lefts[column], widths[column]
        x = left + (width - picture.shape[1]) // 2
        y = PAD + head + row * (height + foot + GAP)
        paste(sheet, picture, x, y + (height - picture.shape[0]) // 2)
        for k, text in enumerate(captions[i].split('\n')):
            color = (colors[i] if colors else INK) if k == 0 else MUTED
            face = font(13, bold=k == 0)
            text = shorten(text, face, width)
            pen.text((left, y + height + 6 + k * line), text, color, face)
    for k, text in enumerate(notes):
        text = shorten(text, font(13), sheet_width - 2 * PAD)
        pen.text((PAD, below + k * line), text, MUTED, font(13))
    if head:
        _headline(sheet, title, verdict)
    if bar:
        _color_bar(sheet, pen, lefts[-1], PAD + head, height, bar)
    return np.asarray(sheet)


def fit(picture: np.ndarray, height: int, max_aspect: float = 2.0) -> np.ndarray:
    """Resize a picture to a height, panoramas to a width of ``max_aspect`` heights.

    Args:
        picture: The picture (H, W, 3).
        height: The height wanted, in pixels.
        max_aspect: Largest width, in heights.

    Returns:
        The picture, its aspect ratio kept.
    """
    scale = min(height / picture.shape[0], max_aspect * height / picture.shape[1])
    size = [max(1, round(s * scale)) for s in picture.shape[1::-1]]
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def _headline_width(title: str, verdict: Headline | None) -> int:
    """Measure the shortest headline that is worth showing."""
    width = min(font(17, True).getlength(title), 260.0)
    if verdict is not None:
        width += font(14, True).getlength(verdict.said) + 70
        width += font(14).getlength(verdict.remark)
    return int(width)


def _headline(sheet: Image.Image, title: str, verdict: Headline | None) -> None:
    """Write title and verdict on one line."""
    pen = ImageDraw.Draw(sheet)
    right = sheet.width - PAD
    if verdict is not None:
        if verdict.remark:
            face = font(14, verdict.wrong)
            color = CLASS_COLORS['private'] if verdict.wrong else MUTED
            right -= face.getlength(verdict.remark)
            pen.text((right, PAD + 13), verdict.remark, color, face, anchor='lm')
            right -= 14
        pill = font(14, True).getlength(verdict.said) + 24
        box = (right - pill, PAD - 1, right, PAD + 27)
        rounded(sheet, box, 14, verdict.color)
        middle = (right - pill / 2, PAD + 13)
        pen.text(middle, verdict.said, '#ffffff', font(14, True), anchor='mm')
        right -= pill + 16
    face = font(17, True)
    text = shorten(title, face, right - PAD)
    pen.text((PAD, PAD + 13), text, INK, face, anchor='lm')


def _color_bar(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    x: int,
    y: int,
    height: int,
    ends: tuple[str, str],
) -> None:
    """Draw the colour scale with its two ends labelled."""
    ramp = np.linspace(1, 0, height)[:, None].repeat(12, 1)
    paste(sheet, colorize(ramp), x + 2, y)
    face = font(11)
    pen.text((x + 20, y + 1), ends[1], MUTED, face, anchor='lt')
    pen.text((x + 20, y + height - 2), ends[0], MUTED, face, anchor='lb')
