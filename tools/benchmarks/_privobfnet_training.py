"""One training run of PrivObfNet: scores, attributes and masks of the test split.

Runs in a child process.
"""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT, peak_rss
from _features import count_unsafe
from _privobfnet_pictures import draw_pictures
from _score_figures import score_figures, target_name
from _training import score, train
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmprivacy.apis import load_config
from mmprivacy.apis.checkpoints import best_or_last
from mmprivacy.evaluation.functional.multilabel import average_precision
from mmprivacy.privobfnet.dataset import VISPRDataset

MASKS_CONFIG = ROOT / 'configs/privobfnet/privobfnet_r38d_redactions.py'
THRESHOLDS = (0.01, 0.02, 0.03, *(k / 20 for k in range(1, 20)))
_TABLES = {'attributes': 'AttributeMetric', 'masks': 'AttributeMaskMetric'}


@DATASETS.register_module()
class PermutedVISPRDataset(VISPRDataset):
    """Photos with the labels and scores of other photos: what cannot be learned."""

    def load_data_list(self) -> list[dict]:
        """Exchange labels and scores among the photos; masks stay."""
        found = super().load_data_list()
        order = np.random.default_rng(0).permutation(len(found))
        fields = ('gt_label', 'gt_score', 'gt_privacy_score')
        return [
            info | {field: found[other][field] for field in fields}
            for info, other in zip(found, order)
        ]


def count_photos(cfg: Any, split: str) -> dict[str, int]:
    """Count the safe and the unsafe photos of a split."""
    return count_unsafe(_load_split(cfg, split).get_gt_labels())


def label_baselines(payload: dict) -> dict:
    """Score predictors that see no photo.

    Returns:
        ``scores``: those of the mean of the training scores; ``attributes``: mean
        average precision and accuracy of saying "absent", and of the prevalence.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    train_set, test_set = (_load_split(cfg, split) for split in ('train', 'test'))
    truth = test_set.get_privacy_scores()
    mean = train_set.get_privacy_scores().mean(0)
    shown = test_set.get_gt_labels()
    occurs = shown.any(0)
    frequent = train_set.get_gt_labels().mean(0) > 0.5
    ap = np.mean([average_precision(p, np.zeros(len(p))) for p in shown[:, occurs].T])
    return {
        'target': target_name(cfg),
        'scores': score_figures(np.broadcast_to(mean, truth.shape), truth),
        'attributes': {
            'all absent': {'map': ap, 'accuracy': 1 - shown[:, occurs].mean()},
            'prevalence of the training photos': {
                'map': ap,
                'accuracy': (shown == frequent)[:, occurs].mean(),
            },
        },
    }


def train_and_test(payload: dict) -> dict:
    """Train, or go on with an interrupted training, and score the test split.

    What is scored is what ``tools/train.py --test`` scores, the best checkpoint on the
    validation split, with the evaluators of ``privobfnet_r38d_redactions.py``. The
    threshold of each attribute's masks is the one that is best on the validation split;
    so is the one for all of them, ``one_threshold``.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``, the
            ``work_dir``, and ``draw``: whether to draw pictures.

    Returns:
        ``metrics`` of the test, with prefixes; ``thresholds`` of the masks and
        ``one_threshold`` for all;
        ``attributes`` and ``masks``: tables, a row an attribute; ``pictures``: names
        of files in the work folder; ``seconds`` of the training, if it was in one go;
        ``peak_memory`` in bytes; ``epochs``.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    cfg.work_dir = payload['work_dir']
    start = time.perf_counter()
    whole = not list(Path(cfg.work_dir).glob('*.pth'))
    train(cfg)
    seconds = time.perf_counter() - start
    checkpoint = best_or_last(cfg.work_dir)
    masks = load_config(MASKS_CONFIG, payload['options'], payload['sample'], draw=False)
    cfg.model.test_cfg = dict(masks.model.test_cfg, cams=cfg.model.test_cfg.cams)
    thresholds, threshold = choose_thresholds(cfg, masks, checkpoint)
    cfg.test_evaluator = copy.deepcopy(masks.test_evaluator)
    for node in list(cfg.test_evaluator):
        for name, kind in _TABLES.items():
            if node['type'] == kind:
                node['out_file'] = str(Path(cfg.work_dir, f'{name}.json'))
        if node['type'] == 'AttributeMaskMetric':
            node.update(thr=thresholds, thrs=())
            one = dict(node, thr=threshold, out_file=None, prefix='one_threshold')
            cfg.test_evaluator.append(one)
    metrics = score(cfg, checkpoint, '')
    tables = {
        name: json.loads(Path(cfg.work_dir, f'{name}.json').read_text())
        for name in _TABLES
    }
    pictures = []
    if payload.get('draw'):
        pictures = draw_pictures(cfg, payload, checkpoint)
    return {
        'metrics': metrics,
        'thresholds': thresholds,
        'one_threshold': threshold,
        **tables,
        'pictures': pictures,
        'seconds': seconds if whole else None,
        'peak_memory': peak_rss(),
        'epochs': cfg.train_cfg.max_epochs,
    }


def choose_thresholds(
    cfg: Any, masks: Any, checkpoint: Path
) -> tuple[dict[str, float], float]:
    """Find the thresholds of masks that are best on the validation split.

    Returns:
        Those of the attributes that it shows, and the best one for all.
    """
    cfg = copy.deepcopy(cfg)
    (node,) = (n for n in masks.test_evaluator if n['type'] == 'AttributeMaskMetric')
    out = Path(cfg.work_dir, 'thresholds.json')
    node = dict(node, thr=THRESHOLDS[0], thrs=THRESHOLDS[1:], out_file=str(out))
    node['ann_file'] = str(Path(node['ann_file']).with_name('val2017.json'))
    cfg.test_evaluator = [node]
    cfg.test_dataloader = cfg.val_dataloader
    one = score(cfg, checkpoint, 'masks/')['best_thr']
    rows = json.loads(out.read_text())
    return {r['id']: r['best_thr'] for r in rows if r['n']}, one


def _load_split(cfg: Any, split: str) -> VISPRDataset:
    """Build the data set of a split, without masks."""
    init_default_scope('mmseg')
    node = dict(cfg[f'{split}_dataloader'].dataset, masks=(), pipeline=[])
    return DATASETS.build(node)
