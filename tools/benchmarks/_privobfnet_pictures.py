"""The pictures of Figures 1 and 3: photos, masks of attributes, protected photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmprivacy.apis import ObfuscationInferencer
from mmprivacy.apis.obfuscation_result import ObfuscationResult
from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.redaction_attributes import redaction_id
from mmprivacy.datasets.vispr import read_vispr
from mmprivacy.visualization.mask_panels import overlay_mask
from mmprivacy.visualization.panels import draw_grid, fit
from mmprivacy.visualization.pictures import write_png

ROWS, TILE, MASKS = 6, 150, 4
WORKFLOW, CHOICE = 'workflow.png', 'choice.png'


def draw_pictures(cfg: Any, payload: dict, checkpoint: Path) -> list[str]:
    """Draw the figures with test photos at even distances.

    Args:
        cfg: The config of the run, with its ``work_dir``.
        payload: ``config``, ``options`` and ``sample`` as for ``load_config``.
        checkpoint: The weights.

    Returns:
        Names of files in the work folder: Figure 1, everything that is found is
        blurred; Figure 3, one attribute a photo is filled.
    """
    scales = {'model.test_cfg.scales': tuple(cfg.model.test_cfg.scales)}
    hide = ObfuscationInferencer(
        payload['config'],
        checkpoint,
        cfg_options={**payload['options'], **scales},
        sample=payload['sample'],
    )
    node = cfg.test_dataloader.dataset
    records = read_vispr(Path(node.data_root, node.ann_file), node.data_root)
    shown = [r for r in records if len(r.labels) > 1]
    chosen = np.linspace(0, len(shown) - 1, ROWS).round().astype(int)
    files = [str(shown[k].img_path) for k in chosen]
    folder = Path(cfg.work_dir)
    everything = hide(files, method='blur', show_progress=False)
    write_png(folder / WORKFLOW, _workflow(everything))
    names = [_different(result, 1) for result in everything]
    single = [
        hide(file, attributes=name, method='fill')
        for file, name in zip(files, names)
        if name
    ]
    write_png(folder / CHOICE, _choices(single))
    return [WORKFLOW, CHOICE]


def _workflow(results: Sequence[ObfuscationResult]) -> np.ndarray:
    """Draw a row a photo: photo, masks of some attributes, protected photo.

    There are as many columns of masks as the photo with most has.
    """
    tiles, captions = [], []
    shown = [_different(result, MASKS) for result in results]
    most = max(map(len, shown))
    for result, names in zip(results, shown):
        photo = _tile(result.photo)
        blank = np.full_like(photo, 255)
        score = '' if result.score is None else f'\nscore {result.score:.2f}'
        tiles += [photo, *(overlay_mask(photo, result.masks[n]) for n in names)]
        tiles += [blank] * (most - len(names)) + [_tile(result.image)]
        captions += [f'Photo{score}', *(_caption(result, n) for n in names)]
        captions += [''] * (most - len(names)) + ['Protected']
    return draw_grid(tiles, captions, most + 2)


def _choices(results: Sequence[ObfuscationResult]) -> np.ndarray:
    """Draw photos and the same photos without one attribute."""
    tiles, captions = [], []
    for result in results:
        tiles += [_tile(result.photo), _tile(result.image)]
        captions += ['Photo', ', '.join(_words(n) for n in result.masks)]
    return draw_grid(tiles, captions, 6)


def _different(result: ObfuscationResult, most: int) -> list[str]:
    """Choose attributes that are likely, one of those that Redactions has merged."""
    order = sorted(result.masks, key=lambda name: -result.probabilities[name])
    first: dict[str, str] = {}
    for name in order:
        merged = redaction_id(name)
        if merged is not None:
            first.setdefault(merged, name)
    return list(first.values())[:most]


def _tile(photo: np.ndarray) -> np.ndarray:
    return fit(np.ascontiguousarray(photo[..., ::-1]), TILE)


def _caption(result: ObfuscationResult, name: str) -> str:
    return f'{_words(name)}\n{100 * result.probabilities[name]:.0f} %'


def _words(name: str) -> str:
    return ATTRIBUTES[name].description
