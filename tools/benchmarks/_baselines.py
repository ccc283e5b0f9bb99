"""Dumb baselines of a private / public classifier, and the data they are measured on.

Runs in a child process. All figures come from the metric that the models get.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope
from mmpretrain.registry import DATASETS, MODELS

from mmprivacy.apis import load_config
from mmprivacy.compat import safe_load
from mmprivacy.evaluation import PrivacyClassificationMetric

BINS = 8
"""Bins of each colour channel: 512 in the joint histogram."""


def describe_data(payload: dict) -> dict:
    """Count the photos of every split.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``.

    Returns:
        ``splits``: name to ``private`` and ``public`` counts; ``sample``: the
        description of the drawn data without its folder, or None.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    splits = {s: _labels(cfg, s) for s in ('train', 'val', 'test')}
    drawn = {}
    if payload['sample']:
        data = cfg.sample.data.to_dict()
        drawn = {k: data.get(k, 0) for k in ('format', 'num', 'seed')}
    return {
        'splits': {
            s: {'private': int((v == 0).sum()), 'public': int((v == 1).sum())}
            for s, v in splits.items()
        },
        'sample': drawn or None,
    }


def label_baselines(payload: dict) -> dict:
    """Score the two classifiers that see no photo.

    Returns:
        ``majority`` (the commoner class of the training split, with its share as
        confidence) and ``all_private``: metrics without prefix.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    train, test = _labels(cfg, 'train'), _labels(cfg, 'test')
    share = float((train == 0).mean())
    return {
        'majority': score(test, np.tile([share, 1 - share], (len(test), 1))),
        'all_private': score(test, np.tile([1.0, 0.0], (len(test), 1))),
    }


def histogram_baseline(payload: dict) -> dict:
    """Score logistic regression on joint colour histograms.

    Returns:
        ``histogram``: metrics without prefix.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    return {'histogram': _fit_and_score(cfg, _colour_histogram)}


def frozen_baseline(payload: dict) -> dict:
    """Score logistic regression on pooled features of a ResNet-50 that is not trained.

    Args:
        payload: As above, with ``seed`` of the random weights, or ``weights``, a file.

    Returns:
        ``frozen``: metrics without prefix.
    """
    import torch

    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    init_default_scope('mmpretrain')
    MMLogger.get_current_instance().setLevel('WARNING')
    torch.manual_seed(payload['seed'])
    backbone = MODELS.build(dict(type='ResNet', depth=50, out_indices=(3,)))
    backbone.init_weights()
    if payload.get('weights'):
        state = safe_load(payload['weights'])
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

    return {'frozen': _fit_and_score(cfg, features)}


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


def score(labels: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Compute all metrics of labels (n,) and scores (n, 2) for private, public."""
    rows = [(int(y), *map(float, s)) for y, s in zip(labels, scores, strict=True)]
    return PrivacyClassificationMetric().compute_metrics(rows)


def _dataset(cfg: Any, split: str) -> Any:
    init_default_scope('mmpretrain')
    node = dict(cfg[f'{split}_dataloader'].dataset)
    # No augmentation: the photos as the model is tested on them.
    node['pipeline'] = cfg.test_dataloader.dataset.pipeline
    return DATASETS.build(node)


def _labels(cfg: Any, split: str) -> np.ndarray:
    return np.asarray(_dataset(cfg, split).get_gt_labels(), np.int64)


def _colour_histogram(photos: Any) -> np.ndarray:
    """Count the joint colours of photos (B, 3, H, W) uint8, as shares (B, 512)."""
    levels = photos.numpy().astype(np.int64) * BINS // 256
    cells = (levels[:, 0] * BINS + levels[:, 1]) * BINS + levels[:, 2]
    counts = [np.bincount(c.ravel(), minlength=BINS**3) for c in cells]
    return np.stack(counts) / cells[0].size


def _describe(cfg: Any, split: str, features: Any) -> tuple[np.ndarray, np.ndarray]:
    import torch
    from mmengine.runner import Runner

    loader = dict(cfg.test_dataloader)
    loader.update(dataset=_dataset(cfg, split), persistent_workers=False)
    rows, labels = [], []
    for batch in Runner.build_dataloader(loader):
        rows.append(features(torch.stack(list(batch['inputs']))))
        labels += [int(sample.gt_label) for sample in batch['data_samples']]
    return np.concatenate(rows), np.asarray(labels)


def _fit_and_score(cfg: Any, features: Any) -> dict[str, float]:
    """Fit standardised features to the training split, score the test split."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train, labels = _describe(cfg, 'train', features)
    test, truth = _describe(cfg, 'test', features)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(train, labels)
    return score(truth, model.predict_proba(test))
