"""Show many scenes at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.datasets.sample.annotation import to_jpeg
from mmprivacy.datasets.sample.generator import SceneGenerator

PRIVATE, PUBLIC = (190, 40, 40), (40, 110, 60)


def contact_sheet(
    path: str | Path | None = None,
    seed: int = 0,
    split: str = 'train',
    indices: Iterable[int] = range(24),
    columns: int = 6,
    cell: tuple[int, int] = (260, 200),
    quality: int = 82,
) -> np.ndarray:
    """Draw scenes side by side, each with its label and the pair that decided it.

    Args:
        path: JPEG file to write; None to write nothing.
        seed: Seed of the data set.
        split: ``'train'``, ``'val'`` or ``'test'``.
        indices: Numbers of the scenes.
        columns: Scenes in a row.
        cell: Width and height of a picture in pixels.
        quality: JPEG quality.

    Returns:
        The sheet, RGB uint8 ``(H, W, 3)``.
    """
    generator, numbers = SceneGenerator(seed, split), list(indices)
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
        if scene.private:
            draw.text((x + 4, y + h), f'private: {scene.pairs[0].name}', PRIVATE, font)
        else:
            setting = scene.setting.replace('_', ' ')
            draw.text((x + 4, y + h), f'public: {setting}', PUBLIC, font)
    image = np.asarray(sheet)
    if path is not None:
        write_bytes(Path(path), to_jpeg(image, quality))
    return image
