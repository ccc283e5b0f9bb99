"""Show what a model would be given: the photos after the pipeline, with labels."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mmprivacy.errors import ConfigError

SHEET = 'contact_sheet.png'
TINT = (230, 30, 60)
"""Colour of what is to be removed, RGB."""


def browse(
    cfg: Any, split: str = 'train', num: int = 24, out_dir: str | Path | None = None
) -> list[Path]:
    """Write pictures of a data set as its config loads it.

    One picture a photo shows the file and what the model sees; for drawn sample data
    also the boxes, masks, attributes and the pair that makes the scene private. A
    contact sheet shows all of them.

    Args:
        cfg: A config with ``<split>_dataloader``.
        split: ``'train'``, ``'val'`` or ``'test'``.
        num: Photos, spread evenly over the split.
        out_dir: Where to write; ``<work_dir>/browse_<split>`` if not given.

    Returns:
        The files, the contact sheet first.

    Raises:
        ConfigError: If the config has no such split.
        DataError: If a photo cannot be loaded.
    """
    from rich.console import Console
    from rich.progress import track

    from mmprivacy.visualization.file_names import unique_names
    from mmprivacy.visualization.panels import draw_grid
    from mmprivacy.visualization.pictures import write_png

    dataset = build_dataset(cfg, split)
    out = Path(out_dir or Path(cfg.get('work_dir') or 'work_dirs') / f'browse_{split}')
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(num, len(dataset))).round())
    paths = {i: dataset.get_data_info(i)['img_path'] for i in chosen.astype(int)}
    names = unique_names(paths.values())
    scenes = read_scenes(getattr(dataset, 'data_root', ''), paths.values())
    files, tiles, captions = [], [], []
    console = Console(stderr=True)
    for i, path in track(paths.items(), 'Drawing photos', console=console):
        panel, tile, caption = _draw(dataset, i, path, scenes.get(path))
        files.append(out / f'{names[path]}.png')
        write_png(files[-1], panel)
        tiles.append(tile)
        captions.append(caption)
    title = f'{split}: {len(tiles)} of {len(dataset)} photos'
    sheet = draw_grid(tiles, captions, title=title, colors=_caption_colors(captions))
    write_png(out / SHEET, sheet)
    return [out / SHEET, *files]


def build_dataset(cfg: Any, split: str) -> Any:
    """Build the data set of a split.

    Args:
        cfg: The config.
        split: ``'train'``, ``'val'`` or ``'test'``.

    Returns:
        The data set of the host that ``default_scope`` names.

    Raises:
        ConfigError: If the config has no such split, or no such type is registered.
    """
    from mmengine.registry import DATASETS, init_default_scope

    from mmprivacy.apis.runner import explain_registry_errors

    loader = cfg.get(f'{split}_dataloader')
    if not loader:
        raise ConfigError.explain(
            f'{split}_dataloader',
            expected='a data loader in the config',
            got='none',
            fix='choose another --split',
        )
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    with explain_registry_errors(cfg):
        return DATASETS.build(loader['dataset'])


def read_scenes(root: str | Path, paths: Iterable[str]) -> dict[str, dict]:
    """Read what is known about drawn scenes.

    Args:
        root: Folder that may hold ``scenes.jsonl``.
        paths: The pictures wanted.

    Returns:
        Path to line of the file; empty for other data.
    """
    file = Path(root or '.') / 'scenes.jsonl'
    if not root or not file.is_file():
        return {}
    wanted = {os.path.realpath(p): p for p in paths}
    found = {}
    with open(file, encoding='utf-8') as lines:
        for line in lines:
            scene = json.loads(line)
            path = wanted.get(os.path.realpath(Path(root) / scene['file']))
            if path is not None:
                found[path] = scene
    return found


def _draw(
    dataset: Any, index: int, path: str, scene: dict | None
) -> tuple[np.ndarray, np.ndarray, str]:
    """Draw one photo: panel, tile of the contact sheet, caption of it."""
    from mmprivacy.datasets.loading import load_photo
    from mmprivacy.visualization.panels import draw_grid, fit
    from mmprivacy.visualization.scene_truth import (
        describe_scene,
        draw_scene,
        explain_scene,
    )

    packed = dataset[index]
    seen = _seen(packed['inputs'])
    photo = load_photo(path)[..., ::-1]
    names, score = _labels(dataset, packed['data_samples'])
    target = 'label' if score is None else 'score'
    label = ', '.join(names) if score is None else f'score {score:.2f}'
    pictures = [fit(photo, 320), fit(np.ascontiguousarray(seen), 320)]
    height, width = photo.shape[:2]
    texts = [
        f'File\n{width} x {height} px',
        f'What the model sees\n{seen.shape[1]} x {seen.shape[0]} px',
    ]
    notes: list[str] = []
    if scene is not None:
        pictures.append(draw_scene(fit(photo, 320), scene, target))
        texts.append(f'What is known\nred: decides the {target}')
        notes = describe_scene(scene)
    elif score is not None:
        notes = names
    title = f'{Path(path).name}   {label}'
    panel = draw_grid(pictures, texts, title=title, notes=notes)
    why = Path(path).name
    if scene is not None:
        why = explain_scene(scene, target)
    return panel, fit(np.ascontiguousarray(seen), 190, 1.5), f'{label}\n{why}'


def _seen(inputs: Any) -> np.ndarray:
    """Return what the model sees, RGB; what an editor is to remove is tinted red."""
    if not isinstance(inputs, dict):
        return inputs.numpy().transpose(1, 2, 0)[..., ::-1]
    picture = inputs['img'].numpy().transpose(1, 2, 0)
    mask = inputs['mask'].numpy()[0] > 0
    tinted = (picture + 2 * np.array(TINT)) // 3
    return np.where(mask[..., None], tinted.astype(np.uint8), picture)


def _labels(dataset: Any, sample: Any) -> tuple[list[str], float | None]:
    """Name the labels of a sample, and its privacy score (a mean) if it has one."""
    classes = dict(enumerate(dataset.metainfo.get('classes') or ()))
    labels = sample.get('gt_label')
    labels = [] if labels is None else labels.reshape(-1).tolist()
    score = sample.get('gt_privacy_score')
    names = [classes.get(label, str(label)) for label in labels] or ['no label']
    return names, None if score is None else float(np.mean(np.asarray(score)))


def _caption_colors(captions: list[str]) -> list[str]:
    """Colour the captions by class."""
    from mmprivacy.visualization.typography import CLASS_COLORS, INK

    return [CLASS_COLORS.get(c.partition('\n')[0], INK) for c in captions]
