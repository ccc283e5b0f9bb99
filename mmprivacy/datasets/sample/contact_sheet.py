"""Show many scenes at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.datasets.sample.annotation import to_jpeg
from mmprivacy.datasets.sample.generator import SceneGenerator
from mmprivacy.datasets.sample.scene import Scene

PRIVATE, PUBLIC = (190, 40, 40), (40, 110, 60)


def contact_sheet(
    path: str | Path | None = None,
    seed: int = 0,
    split: str = 'train',
    indices: Iterable[int] = range(24),
    columns: int = 6,
    cell: tuple[int, int] = (260, 200),
    quality: int = 82,
    deck: str = 'pairs',
) -> np.ndarray:
    """Draw scenes side by side, each with what decided its label or score.

    Args:
        path: JPEG file to write; None to write nothing.
        seed: Seed of the data set.
        split: ``'train'``, ``'val'`` or ``'test'``.
        indices: Numbers of the scenes.
        columns: Scenes in a row.
        cell: Width and height of a picture in pixels.
        quality: JPEG quality.
        deck: Kind of the scenes. Those of ``'pairs'`` show label and pair, the others
            the score and the highest rated attribute.

    Returns:
        The sheet, RGB uint8 ``(H, W, 3)``.
    """
    generator, numbers = SceneGenerator(seed, split, deck), list(indices)
    (w, h), line = cell, 20
    rows = -(-len(numbers) // columns)
    sheet = Image.new('RGB', (columns * w, rows * (h + line)), 'white')
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=12)
    for k, number in enumerate(numbers):
        scene = generator.scene(number)
        photo = Image.fromarray(scene.render())
        photo.thumbnail((w - 4, h - 2), Image.Resampling.LANCZOS)
        x, y = k % columns * w, k // columns * (h + line)
        sheet.paste(photo, (x + (w - photo.width) // 2, y + (h - photo.height) // 2))
        text, colour = _caption(scene, deck)
        draw.text((x + 4, y + h), text, colour, font)
    image = np.asarray(sheet)
    if path is not None:
        write_bytes(Path(path), to_jpeg(image, quality))
    return image


def _caption(scene: Scene, deck: str) -> tuple[str, tuple[int, int, int]]:
    if deck == 'pairs' and scene.private:
        return f'private: {scene.pairs[0].name}', PRIVATE
    if deck == 'pairs':
        return f'public: {scene.setting.replace("_", " ")}', PUBLIC
    if scene.score == 0:
        return '0: safe', PUBLIC
    best = max(scene.attributes, key=lambda name: ATTRIBUTES[name].mean_305)
    return f'{scene.score:.2f}: {ATTRIBUTES[best].description.lower()}', PRIVATE
