"""What training and inference of PrivObfNet cost. Runs in child processes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from _common import peak_rss
from _cost import load, time_in_turns
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmprivacy.apis import ObfuscationInferencer


def step_time(payload: dict) -> dict:
    """Time the losses of a training step against the networks alone, in turns.

    The networks alone: Model-Image forward and backward on the images, Model-Cropped
    on as many windows, each with its attention maps, and nothing else.

    Args:
        payload: ``config``, ``options``, ``sample``; ``side`` of the images in pixels,
            ``batch_size``, ``steps``, ``warm_up``.

    Returns:
        What :func:`_cost.time_in_turns` does; ``batch_size``, ``side``, ``crop_size``
        and ``num_crops``; ``peak_memory`` of the process, or of the GPU, in bytes.
    """
    cfg = load(payload)
    init_default_scope('mmseg')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = MODELS.build(cfg.model).to(device).train()
    if device == 'cpu':
        model.to(memory_format=torch.channels_last)
    number, side = payload['batch_size'], payload['side']
    windows, crop = model.windows.num, model.windows.size
    images = _noise(number, side, device)
    crops = _noise(number * windows, crop, device)
    samples = [_sample(model, side, device) for _ in range(number)]

    def whole() -> None:
        model.zero_grad()
        losses = model.loss(images, samples)
        sum(v for k, v in losses.items() if 'loss' in k).backward()

    def parts() -> None:
        model.zero_grad()
        model.cam_head(model.backbone(images), images).mean().backward()
        model.local_cam_head(model.local_backbone(crops), crops).mean().backward()

    work: dict[str, Callable] = {'step': whole, 'parts': parts}
    timed = time_in_turns(work, payload['steps'], payload['warm_up'])
    memory = torch.cuda.max_memory_allocated() if device == 'cuda' else peak_rss()
    return timed | {
        'batch_size': number,
        'side': side,
        'crop_size': crop,
        'num_crops': windows,
        'peak_memory': memory,
    }


def inference_parameters(payload: dict) -> dict:
    """Count the parameters that training and predictions hold in memory.

    Args:
        payload: ``config``, ``options``, ``sample``.

    Returns:
        ``training`` and ``inference``, numbers of parameters; ``backbone``, those of
        one backbone; ``local``, those in memory at inference that belong to
        Model-Cropped.
    """
    cfg = load(payload)
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, 'weights.pth')
        torch.save({'state_dict': model.state_dict()}, file)
        hide = ObfuscationInferencer(
            payload['config'],
            file,
            device='cpu',
            cfg_options=payload.get('options'),
            sample=payload.get('sample', False),
        )
    loaded = dict(hide.model.named_parameters())
    return {
        'training': _count(model.parameters()),
        'inference': _count(loaded.values()),
        'backbone': _count(model.backbone.parameters()),
        'local': _count(v for k, v in loaded.items() if k.startswith('local_')),
    }


def _count(parameters: Any) -> int:
    return sum(p.numel() for p in parameters)


def _noise(number: int, side: int, device: str) -> torch.Tensor:
    noise = torch.randn(number, 3, side, side, device=device)
    return noise.to(memory_format=torch.channels_last) if device == 'cpu' else noise


def _sample(model: Any, side: int, device: str) -> SegDataSample:
    """Make a sample with some labels, scores and masks."""
    rng = np.random.default_rng(0)
    sample = SegDataSample()
    labels = rng.random(model.num_attributes) < 0.1
    sample.set_field(torch.tensor(labels, dtype=torch.float32), 'gt_score')
    scores = torch.rand(model.priv_head.num_scores)
    sample.set_field(scores, 'gt_privacy_score')
    masks = {n: torch.ones(1, side, side) for n in model.mask_names}
    sample.set_data({'priv_masks': PixelData(**masks)})
    return sample.to(device)
