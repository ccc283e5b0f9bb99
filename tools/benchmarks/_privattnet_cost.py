"""What training and inference of PrivAttNet cost. Runs in child processes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from _cost import TrainingStep, load, time_in_turns
from mmengine.dataset import default_collate
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmprivacy.apis import PrivacyScoreInferencer

VARIANTS = ('privattnet', 'linear regressor')
LINEAR = dict(
    type='PrivacyRegressionHead', num_scores=1, attribute_dims=None, hidden_dims=()
)
PHOTO = (448, 600)
"""Size of the photos of inference: what ``LoadPhoto`` makes of a large file."""


def training_step(variant: str, payload: dict) -> TrainingStep:
    """Build a training step.

    Args:
        variant: ``'privattnet'``: the config's head. ``'linear regressor'``: the same
            frozen encoder with a linear regressor on its pooled features.
        payload: ``config``, ``batch_size``, ``amp``.
    """
    cfg = load(payload)
    model = dict(cfg.model)
    if variant != 'privattnet':
        model['head'] = LINEAR | {'in_channels': cfg.model.head.in_channels}
    samples = [DataSample() for _ in range(payload['batch_size'])]
    for i, sample in enumerate(samples):
        sample.set_field(np.float32([i % 5]), 'gt_privacy_score')
    size = cfg.test_dataloader.dataset.pipeline[1].scale
    amp = payload.get('amp', False)
    return TrainingStep(cfg, model, samples, size, amp=amp, channels_last=True)


def step_time(payload: dict) -> dict:
    """Time both variants side by side.

    Args:
        payload: ``config``, ``batch_size``, ``steps``, ``warm_up``, ``amp``.

    Returns:
        What :func:`_cost.time_in_turns` does, PrivAttNet by the linear regressor, and
        ``batch_size``.
    """
    steps = {v: training_step(v, payload) for v in VARIANTS}
    timed = time_in_turns(steps, payload['steps'], payload['warm_up'])
    return timed | {'batch_size': payload['batch_size']}


def inference_time(payload: dict) -> dict:
    """Time photos one by one against the same photos in a batch.

    Args:
        payload: ``config``, ``batch_size``, ``steps``, ``warm_up``, and ``of``:
            ``'inferencer'``, from pictures to results; ``'model'``, without the
            pipeline.

    Returns:
        What :func:`_cost.time_in_turns` does, single photos by batches, and
        ``batch_size``.
    """
    infer = _inferencer(payload)
    draw = np.random.default_rng(0)
    number = payload['batch_size']
    photos = list(draw.integers(0, 256, (number, *PHOTO, 3), np.uint8))
    if payload['of'] == 'inferencer':
        work = {
            'single': lambda: [infer(photo) for photo in photos],
            'batch': lambda: infer(photos, number, show_progress=False),
        }
    else:
        packed = [infer.pipeline(photo) for photo in photos]
        single, batch = [default_collate([p]) for p in packed], default_collate(packed)
        step = torch.inference_mode()(infer.model.test_step)
        work = {
            'single': lambda: [step(photo) for photo in single],
            'batch': lambda: step(batch),
        }
    timed = time_in_turns(work, payload['steps'], payload['warm_up'])
    return timed | {'batch_size': number}


def _inferencer(payload: dict) -> PrivacyScoreInferencer:
    """Build an inferencer with random weights."""
    cfg = load(payload)
    model = MODELS.build(cfg.model)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder, 'weights.pth')
        torch.save({'state_dict': model.state_dict()}, checkpoint)
        return PrivacyScoreInferencer(
            payload['config'], checkpoint, cfg_options=payload.get('options')
        )
