"""Detectors from config and checkpoint, without a runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmdet.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmprivacy.compat import safe_load
from mmprivacy.disappearance.detection_pipeline import DetectionPipeline
from mmprivacy.disappearance.detector_views import view_of
from mmprivacy.disappearance.mmdet_view import MMDetView
from mmprivacy.errors import CheckpointError, ConfigError


def pipeline_of(cfg: Any) -> DetectionPipeline:
    """Build the test pipeline of a config.

    Args:
        cfg: A config with ``test_dataloader``.

    Raises:
        ConfigError: If it has none.
    """
    dataset = (cfg.get('test_dataloader') or {}).get('dataset') or {}
    while 'pipeline' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']
    return DetectionPipeline(dataset.get('pipeline') or [])


def classes_of(cfg: Any, state: Mapping[str, Any]) -> Sequence[str] | None:
    """Find the names of a detector's classes.

    Args:
        cfg: Its config.
        state: Its checkpoint.

    Returns:
        Those of the checkpoint, else those of the data set of the config, else None.
    """
    meta = state.get('meta') or {}
    known = (meta.get('dataset_meta') or {}).get('classes') or meta.get('CLASSES')
    if known:
        return known
    dataset = (cfg.get('test_dataloader') or {}).get('dataset') or {}
    while 'metainfo' not in dataset and 'dataset' in dataset:
        dataset = dataset['dataset']
    if dataset.get('metainfo'):
        return dataset['metainfo'].get('classes')
    if 'type' not in dataset:
        return None
    return getattr(DATASETS.get(dataset['type']), 'METAINFO', {}).get('classes')


def load_surrogates(
    listed: Sequence[Mapping[str, str]], device: torch.device
) -> list[MMDetView]:
    """Load further detectors of an ensemble.

    Args:
        listed: ``dict(config=..., checkpoint=...)`` each.
        device: Where to put them.

    Returns:
        Their views.

    Raises:
        ConfigError: If an entry has other keys, or a detector has no view.
        CheckpointError: If a checkpoint is missing, broken or of another model.
    """
    views = []
    for n, entry in enumerate(listed):
        if set(entry) != {'config', 'checkpoint'}:
            raise ConfigError.explain(
                f'surrogates.{n}',
                expected='the keys config and checkpoint',
                got=sorted(entry),
                fix='correct it',
            )
        cfg = Config.fromfile(entry['config'])
        with DefaultScope.overwrite_default_scope('mmdet'):
            model = MODELS.build(cfg.model)
        state = safe_load(entry['checkpoint'])
        try:
            model.load_state_dict(state.get('state_dict', state))
        except RuntimeError as e:
            raise CheckpointError.explain(
                entry['checkpoint'],
                expected=f'weights of {Path(entry["config"]).name}',
                got=str(e).splitlines()[-1].strip(),
                fix='check the pair of config and checkpoint',
            ) from e
        model.to(device)
        model.eval()
        views.append(view_of(model, pipeline_of(cfg), classes_of(cfg, state)))
    return views
