"""The picture that maps belong to, and writing pictures.

Convention: pictures are **RGB** uint8 (H, W, 3).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.datasets.loading import load_photo


def shown_photo(sample: Any, image: Any) -> np.ndarray:
    """Choose the file if the model saw all of it, else what the model saw.

    Args:
        sample: Data sample with ``img_path``, and what :func:`was_only_resized` needs.
        image: What the model saw, BGR (3, H, W).

    Returns:
        The picture (H, W, 3).
    """
    path = sample.get('img_path')
    if path and was_only_resized(sample) and Path(path).is_file():
        return load_photo(path)[..., ::-1]
    return as_picture(image)


def was_only_resized(sample: Any) -> bool:
    """Tell whether the model saw the whole photo, not cropped and not flipped.

    Args:
        sample: Data sample with ``ori_shape``, ``scale_factor`` and ``img_shape``.
    """
    before, scale = sample.get('ori_shape'), sample.get('scale_factor')
    after = sample.get('img_shape')
    if not (before and scale and after) or sample.get('flip', False):
        return False
    resized = (before[0] * scale[1], before[1] * scale[0])
    return all(abs(a - b) <= 1.5 for a, b in zip(resized, after[:2], strict=True))


def as_picture(image: Any) -> np.ndarray:
    """Turn a model's input, BGR (3, H, W) in [0, 255], into a picture (H, W, 3)."""
    seen = image.detach().float().cpu().numpy()
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8).transpose(1, 2, 0)[..., ::-1]


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write a picture under a temporary name and rename it.

    Args:
        path: The file; its folder is made.
        picture: The picture (H, W, 3).
    """
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format='PNG')
    write_bytes(path, buffer.getvalue())
