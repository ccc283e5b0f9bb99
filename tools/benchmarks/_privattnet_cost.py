"""What training and inference of PrivAttNet cost. Runs in child processes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from _cost import TrainingStep, load, seconds_of, time_in_turns
from mmengine.dataset import default_collate
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from mmprivacy.apis import PrivacyScoreInferencer

VARIANTS = ('privattnet', 'linear regressor')
LINEAR = dict(
    type='PrivacyRegressionHead', num_scores=1, attribute_dims=None, hidden_dims=()
)
FILE = (768, 1024)
"""Size of the photos in files."""


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
        payload: ``config``, ``batch_size``, ``steps``, ``warm_up``; ``sample``: whether
            to take the size of the sample data; and ``of``: ``'files'``, from JPEG
            files to results; ``'arrays'``, the same without reading files; ``'model'``,
            without the pipeline.

    Returns:
        What :func:`_cost.time_in_turns` does, single photos by batches; ``batch_size``;
        ``size`` of the photos for the model; ``gflop``: operations of the model on one
        photo; ``matmul``: how many of them a second a large matrix product does.
    """
    infer = _inferencer(payload)
    number, of = payload['batch_size'], payload['of']
    side = infer.pipeline.load.min_side  # so that photos are as LoadPhoto leaves them
    size = FILE if of == 'files' else (side, side * 4 // 3)
    photos = [_photo(i, size) for i in range(number)]
    packed = [infer.pipeline(photo) for photo in photos]
    single, batch = [default_collate([p]) for p in packed], default_collate(packed)
    step = torch.inference_mode()(infer.model.test_step)
    with tempfile.TemporaryDirectory() as folder:
        if of == 'files':
            for i, photo in enumerate(photos):
                Image.fromarray(photo).save(Path(folder, f'{i}.jpg'), quality=90)
            photos = sorted(map(str, Path(folder).iterdir()))
        work = {
            'single': lambda: [infer(photo) for photo in photos],
            'batch': lambda: infer(photos, number, show_progress=False),
        }
        if of == 'model':
            work = {
                'single': lambda: [step(photo) for photo in single],
                'batch': lambda: step(batch),
            }
        timed = time_in_turns(work, payload['steps'], payload['warm_up'])
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        infer.model.test_step(single[0])
    return timed | {
        'batch_size': number,
        'size': list(packed[0]['inputs'].shape[1:]),
        'gflop': counter.get_total_flops() / 1e9,
        'matmul': _matmul_rate(infer.model),
    }


def _photo(seed: int, size: tuple[int, int]) -> np.ndarray:
    """Draw a photo that is as smooth as photos are, uint8 (H, W, 3)."""
    noise = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    return np.asarray(Image.fromarray(noise).resize(size[::-1], Image.BICUBIC))


def _matmul_rate(model: torch.nn.Module, side: int = 2048) -> float:
    """Measure the operations of a large matrix product, in 10^9 a second."""
    square = torch.ones(side, side, device=next(model.parameters()).device)
    return 2e-9 * side**3 / min(seconds_of(lambda: square @ square) for _ in range(6))


def _inferencer(payload: dict) -> PrivacyScoreInferencer:
    """Build an inferencer with random weights."""
    cfg = load(payload)
    model = MODELS.build(cfg.model)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder, 'weights.pth')
        torch.save({'state_dict': model.state_dict()}, checkpoint)
        return PrivacyScoreInferencer(
            payload['config'],
            checkpoint,
            cfg_options=payload.get('options'),
            sample=payload.get('sample', False),
        )
