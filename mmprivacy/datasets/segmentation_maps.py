"""Segmentation maps as files: PNG, a label a pixel, in VOC's colours."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.errors import DataError


@cache
def voc_palette(num: int = 256) -> tuple[tuple[int, int, int], ...]:
    """Return RGB colours as VOC chooses them: the bits of the label, spread out.

    Args:
        num: Number of labels.

    Returns:
        A colour for each: black, maroon, green, ...
    """
    index = np.arange(num)
    colours = np.zeros((num, 3), int)
    for place in range(8):
        for channel in range(3):
            bit = index >> (3 * place + channel) & 1
            colours[:, channel] |= bit << (7 - place)
    return tuple(map(tuple, colours.tolist()))


def write_segmentation_map(path: Path, labels: np.ndarray) -> None:
    """Write a segmentation map, atomically.

    Args:
        path: The PNG file; its folder is made.
        labels: (h, w), 0 = background, 255 = does not count.
    """
    picture = Image.fromarray(np.asarray(labels, np.uint8))
    picture.putpalette([value for colour in voc_palette() for value in colour])
    buffer = io.BytesIO()
    picture.save(buffer, 'PNG')
    write_bytes(path, buffer.getvalue())


def read_segmentation_map(path: str | Path) -> np.ndarray:
    """Read a segmentation map.

    Args:
        path: A PNG file with palette or gray.

    Returns:
        Labels (h, w) uint8.

    Raises:
        DataError: If the file is missing, broken, or has colours instead of labels.
    """
    try:
        with Image.open(path) as image:
            mode, labels = image.mode, np.array(image)
    except (OSError, SyntaxError, ValueError) as e:
        raise DataError.explain(
            path,
            expected='a segmentation map',
            got='no such file' if isinstance(e, FileNotFoundError) else e,
            fix='check the folder of the maps',
        ) from e
    if mode not in ('L', 'P') or labels.ndim != 2:
        raise DataError.explain(
            path,
            expected='a label a pixel (PNG with palette or gray)',
            got=f'a picture of mode {mode}',
            fix='write labels, not colours',
        )
    return labels
