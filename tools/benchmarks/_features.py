"""What dumb baselines see of a photo, and the ImageNet weights on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmpretrain.registry import DATASETS, MODELS

from mmprivacy.compat import safe_load
from mmprivacy.datasets.vispr import SAFE

BINS = 8
"""Bins of each colour channel: 512 in the joint histogram."""


def load_split(cfg: Any, split: str) -> Any:
    """Build the data set of a split, with the photos as the model is tested on them."""
    init_default_scope('mmpretrain')
    node = dict(cfg[f'{split}_dataloader'].dataset)
    node['pipeline'] = cfg.test_dataloader.dataset.pipeline  # no augmentation
    return DATASETS.build(node)


def colour_histogram(photos: Any) -> np.ndarray:
    """Count the joint colours of photos (B, 3, H, W) uint8, as shares (B, 512)."""
    levels = photos.numpy().astype(np.int64) * BINS // 256
    cells = (levels[:, 0] * BINS + levels[:, 1]) * BINS + levels[:, 2]
    counts = [np.bincount(c.ravel(), minlength=BINS**3) for c in cells]
    return np.stack(counts) / cells[0].size


def frozen_features(cfg: Any, seed: int, weights: str | None = None) -> Callable:
    """Build a ResNet-50 that is not trained.

    Args:
        cfg: The config, for mean and spread of the colours.
        seed: Seed of random weights.
        weights: A file of weights instead.

    Returns:
        A function from photos (B, 3, H, W) uint8 BGR to pooled features (B, 2048).
    """
    import torch

    init_default_scope('mmpretrain')
    MMLogger.get_current_instance().setLevel('WARNING')
    torch.manual_seed(seed)
    backbone = MODELS.build(dict(type='ResNet', depth=50, out_indices=(3,)))
    backbone.init_weights()
    if weights:
        state = safe_load(weights)
        state = state.get('state_dict', state)
        state = {k.removeprefix('backbone.'): v for k, v in state.items()}
        backbone.load_state_dict({k: v for k, v in state.items() if k[:2] != 'fc'})
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    backbone.to(device).eval()
    normalise = cfg.data_preprocessor
    mean = torch.tensor(normalise['mean']).view(3, 1, 1)
    std = torch.tensor(normalise['std']).view(3, 1, 1)

    @torch.no_grad()
    def features(photos: torch.Tensor) -> np.ndarray:
        rgb = (photos.flip(1).float() - mean) / std
        return backbone(rgb.to(device))[-1].mean((2, 3)).cpu().numpy()

    return features


def read_split(
    cfg: Any, split: str, features: Callable, target: Callable
) -> tuple[np.ndarray, np.ndarray]:
    """Read the photos of a split.

    Args:
        cfg: The config.
        split: ``'train'``, ``'val'`` or ``'test'``.
        features: From photos (B, 3, H, W) uint8 to rows.
        target: From a data sample to what is to be predicted.

    Returns:
        Features and targets, a row each a photo.
    """
    import torch
    from mmengine.runner import Runner

    loader = dict(cfg.test_dataloader)
    loader.update(dataset=load_split(cfg, split), persistent_workers=False)
    rows, targets = [], []
    for batch in Runner.build_dataloader(loader):
        rows.append(features(torch.stack(list(batch['inputs']))))
        targets += [target(sample) for sample in batch['data_samples']]
    return np.concatenate(rows), np.asarray(targets)


def find_weights(cfg: Any) -> Path | None:
    """Find the ImageNet weights of a config's ResNet-50 on this machine.

    Only files that are here count: a config's own file, or one in torch's cache.
    """
    import torch
    from mmengine.runner.checkpoint import get_torchvision_models

    backbone = cfg.model.get('backbone', {})
    if backbone.get('type') != 'ResNet' or backbone.get('depth') != 50:
        return None
    name = (backbone.get('init_cfg') or {}).get('checkpoint') or ''
    if name.startswith('torchvision://'):
        name = get_torchvision_models().get(name.partition('://')[2], '')
    cached = Path(torch.hub.get_dir(), 'checkpoints', name.rpartition('/')[2])
    found = [p for p in (Path(name), cached) if name and p.is_file()]
    return found[0] if found else None


def count_unsafe(labels: np.ndarray) -> dict[str, int]:
    """Count photos that show nothing private, and the others.

    Args:
        labels: Attributes of VISPR (N, 68), 0 or 1.
    """
    unsafe = int(np.delete(labels, SAFE, axis=1).any(1).sum())
    return {'safe': len(labels) - unsafe, 'unsafe': unsafe}
