"""One training run of a config for privacy scores, scored on the test split.

Runs in a child process.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _pointing import target_masks
from _score_figures import score_figures, target_name
from _training import score, train
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last
from mmprivacy.datasets.file_writing import write_bytes
from mmprivacy.evaluation.functional import pointing_hit
from mmprivacy.evaluation.samples import read_scores, to_numpy
from mmprivacy.visualization.pictures import was_only_resized

PREDICTIONS = 'predictions.npz'


@METRICS.register_module()
class KeepPredictions(BaseMetric):
    """Write scores and maps of the test photos to a NumPy file.

    It has ``names`` (N,), the stems of the files, ``scores`` and ``truth`` (N, U), and
    ``maps`` (N, h, w) if every photo has one that shows the whole of it.

    Args:
        out_file: The file.
    """

    def __init__(self, out_file: str) -> None:
        super().__init__(collect_device='cpu')
        self.out_file = Path(out_file)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Keep what is needed of a batch."""
        del data_batch
        for sample in data_samples:
            heat = to_numpy(sample.get('privacy_map'))
            self.results.append(
                {
                    'names': Path(sample['img_path']).stem,
                    'scores': read_scores(sample, 'pred_privacy_score', 'see above'),
                    'truth': read_scores(sample, 'gt_privacy_score', 'see above'),
                    'maps': None
                    if heat is None or not was_only_resized(sample)
                    else heat[0],
                }
            )

    def compute_metrics(self, results: list) -> dict:
        """Write the file; there is nothing to report."""
        columns = {key: [row[key] for row in results] for key in results[0]}
        if any(heat is None for heat in columns['maps']):
            del columns['maps']
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{k: np.asarray(v) for k, v in columns.items()})
        write_bytes(self.out_file, buffer.getvalue())
        return {}


def train_and_test(payload: dict) -> dict:
    """Train, or go on with an interrupted training, and score the test split.

    What is scored is what ``tools/train.py --test`` scores: the best checkpoint on the
    validation split.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``, and the
            ``work_dir``, which gets the predictions.

    Returns:
        ``metrics`` without prefix, and ``l1_mean``; ``target``; ``attends``: whether it
        is PrivAttNet with its attention; ``pointing``: see :func:`point`, None without
        masks; ``epochs``.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    cfg.work_dir = payload['work_dir']
    train(cfg)
    file = Path(cfg.work_dir, PREDICTIONS)
    evaluators = cfg.test_evaluator
    evaluators = evaluators if isinstance(evaluators, (list, tuple)) else [evaluators]
    keep = dict(type='KeepPredictions', out_file=str(file))
    cfg.test_evaluator = [*evaluators, keep]
    metrics = score(cfg, best_or_last(cfg.work_dir), 'score/')
    with np.load(file) as found:
        metrics['l1_mean'] = score_figures(found['scores'], found['truth'])['l1_mean']
        root = cfg.sample.data.root if payload['sample'] else None
        pointing = point(found, root) if root else None
    head = cfg.model.head
    attends = head.type == 'PrivAttNetHead' and head.get('use_attention', True)
    return {
        'metrics': metrics,
        'target': target_name(cfg),
        'attends': attends,
        'pointing': pointing,
        'epochs': cfg.train_cfg.max_epochs,
    }


def point(found: Mapping, root: str | Path) -> dict | None:
    """Play the pointing game with predicted maps.

    Args:
        found: ``names`` and, if the model has any, ``maps``.
        root: Folder of the drawn data.

    Returns:
        Shares of the unsafe photos whose map points at the pixels that decide
        (``hit``) and at the elements that have them (``element``), and the number of
        ``photos``; None without maps.
    """
    if 'maps' not in found:
        return None
    shares = {}
    for key, whole in (('hit', False), ('element', True)):
        masks = target_masks(root, whole=whole)
        pairs = zip(found['names'], found['maps'], strict=True)
        hits = [
            pointing_hit(heat, masks[name]) for name, heat in pairs if name in masks
        ]
        shares[key] = float(np.mean(hits)) if hits else None
    return {**shares, 'photos': len(hits)} if hits else None
