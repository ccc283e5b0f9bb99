"""The picture grids of Figures 1, 3 and 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _eraser_methods import Method
from _eraser_priors import sample_both
from PIL import Image

from mmprivacy.evaluation.edits import to_tensor
from mmprivacy.visualization.panels import draw_grid, fit

COLUMNS, TILE = 8, 176
REMOVALS, PRIORS = 'removals.png', 'priors.png'


def draw_removals(
    folder: str | Path, data: Any, methods: Mapping[str, Method]
) -> str | None:
    """Draw what methods make of some pictures, a row each, as in Figures 1 and 4.

    Args:
        folder: Where to write.
        data: The pictures.
        methods: The methods by name.

    Returns:
        Name of the file, None without pictures.
    """
    rows: dict[str, list[np.ndarray]] = {}
    for image, mask, background in _choose(data):
        shown = {'original': image, 'to be removed': _black(image, mask)}
        shown |= {name: method(image, mask) for name, method in methods.items()}
        if background is not None:
            shown['true background'] = background
        for name, picture in shown.items():
            rows.setdefault(name, []).append(picture)
    return _write(Path(folder), REMOVALS, rows)


def draw_priors(folder: str | Path, data: Any, model: Any) -> str | None:
    """Draw both priors of some pictures, as in Figure 3.

    The region prior is drawn even if the model does without it.

    Args:
        folder: Where to write.
        data: The pictures.
        model: ERASER.

    Returns:
        Name of the file, None without pictures or priors.
    """
    if model.prior is None:
        return None
    rows: dict[str, list[np.ndarray]] = {}
    device = next(model.parameters()).device
    for image, mask, _ in _choose(data):
        with torch.no_grad():
            pair = to_tensor(image, device), to_tensor(mask, device)
            tokens, _ = sample_both(model, *pair, model.prior.sampler)
            priors = model.prior.prior.net.paint(tokens, image.shape[:2])
        shown = {'original': image, 'to be removed': _black(image, mask)}
        for name, prior in zip(('global prior', 'region prior'), priors):
            planes = prior.permute(1, 2, 0).cpu().numpy()
            shown[name] = np.rint(255 * planes.clip(0, 1)).astype(np.uint8)
        for name, picture in shown.items():
            rows.setdefault(name, []).append(picture)
    return _write(Path(folder), PRIORS, rows)


def _choose(data: Any) -> list[tuple]:
    """Take pictures at even distances: image, mask, background or None."""
    chosen = np.unique(np.linspace(0, len(data) - 1, COLUMNS).round().astype(int))
    found = []
    for k in chosen:
        item = data[int(k)]
        background = item['data_samples'].get('gt_background')
        found.append(
            (
                _array(item['inputs']['img']),
                item['inputs']['mask'][0].numpy().astype(bool),
                None if background is None else _array(background),
            )
        )
    return found


def _array(planes: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(planes.numpy().transpose(1, 2, 0))


def _black(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.where(mask[..., None], np.uint8(0), image)


def _write(
    folder: Path, name: str, rows: Mapping[str, Sequence[np.ndarray]]
) -> str | None:
    """Lay the rows out, with their names under the first picture of each."""
    if not rows:
        return None
    tiles, captions = [], []
    for title, pictures in rows.items():
        tiles += [fit(picture, TILE) for picture in pictures]
        captions += [title] + [''] * (len(pictures) - 1)
    columns = len(next(iter(rows.values())))
    sheet = draw_grid(tiles, captions, columns=columns)
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).save(folder / name)
    return name
