"""What a training step of DRAG and its grouping cost. Runs in child processes."""

from __future__ import annotations

import time
from typing import Any

import torch
from _common import peak_rss
from _cost import TrainingStep, load, time_in_turns
from mmpretrain.structures import DataSample

from mmprivacy.drag import DRAGPhaseHook
from mmprivacy.drag.grouping import cluster_channels, peak_matrix

VARIANTS = ('drag', 'baseline')
MIB = 1024**2


def training_step(variant: str, payload: dict) -> TrainingStep:
    """Build a training step.

    Args:
        variant: ``'drag'``: the config's head as in the last joint epoch, with what
            :class:`DRAGPhaseHook` trains and freezes there. ``'baseline'``: the same
            backbone with global average pooling and ``LinearClsHead``.
        payload: ``config``, ``batch_size``, ``amp``.
    """
    cfg = load(payload)
    hook, phase = _joint_phase(cfg)
    model = dict(cfg.model)
    if variant == 'baseline':
        channels = cfg.model.head.in_channels
        head = dict(type='LinearClsHead', num_classes=2, in_channels=channels)
        model |= {'neck': dict(type='GlobalAveragePooling'), 'head': head}
    samples = [DataSample().set_gt_label(i % 2) for i in range(payload['batch_size'])]
    size = cfg.train_dataloader.dataset.pipeline[1].scale
    wrapper, amp = phase.optim_wrapper, payload.get('amp', False)
    step = TrainingStep(cfg, model, samples, size, wrapper, amp)
    if variant == 'drag':
        _enter(step.model, hook, phase)
    return step


def _enter(model: torch.nn.Module, hook: DRAGPhaseHook, phase: Any) -> None:
    """Train and freeze what the hook does in the last joint epoch."""
    model.head.phase = phase.name
    learning, resting = hook._parts(model, phase, phase.end - 1)
    chosen = {id(p) for module in learning for p in module.parameters()}
    for parameter in model.parameters():
        parameter.requires_grad_(id(parameter) in chosen)
    for module in resting:
        module.eval()


def _joint_phase(cfg: Any) -> tuple[DRAGPhaseHook, Any]:
    nodes = [h for h in cfg.custom_hooks if h.type == 'DRAGPhaseHook']
    hook = DRAGPhaseHook(nodes[0].phases)
    return hook, hook.plan.phases[-1]


def step_time(payload: dict) -> dict:
    """Time both variants side by side.

    Args:
        payload: ``config``, ``batch_size``, ``steps``, ``warm_up``, ``amp``.

    Returns:
        What :func:`_cost.time_in_turns` does, DRAG by the baseline, and ``batch_size``.
    """
    steps = {v: training_step(v, payload) for v in VARIANTS}
    timed = time_in_turns(steps, payload['steps'], payload['warm_up'])
    return timed | {'batch_size': payload['batch_size']}


def step_memory(payload: dict) -> dict:
    """Measure the peak memory of one variant; this process does nothing else.

    Returns:
        ``peak_mib`` of the process on a CPU, of torch's allocator on CUDA;
        ``before_mib``, of the process with all libraries and no model yet.
    """
    before = peak_rss()
    step = training_step(payload['variant'], payload)
    for _ in range(2):
        step()
    cuda = step.device == 'cuda'
    peak = torch.cuda.max_memory_allocated() if cuda else peak_rss()
    return {'peak_mib': peak / MIB, 'before_mib': 0.0 if cuda else before / MIB}


def grouping(payload: dict) -> dict:
    """Cluster channels by random peaks, as the grouping hook does with real ones.

    Args:
        payload: ``channels``, ``images``, ``groups``, ``side`` of the feature map.

    Returns:
        ``increase_mib`` of the peak memory over the process before, ``seconds``, and
        the ``sizes`` of the groups.
    """
    import sklearn.cluster  # noqa: F401  its memory is not that of the grouping

    cells, draw = payload['side'] ** 2, torch.Generator().manual_seed(0)
    before, start = peak_rss(), time.perf_counter()
    batches = torch.arange(payload['images']).split(16)
    shape = payload['channels']
    peaks = [
        torch.randint(0, cells, (len(b), shape), generator=draw, dtype=torch.int32)
        for b in batches
    ]
    matrix = peak_matrix(torch.cat(peaks), payload['side'])
    labels = cluster_channels(matrix, payload['groups'])
    return {
        'increase_mib': (peak_rss() - before) / MIB,
        'seconds': time.perf_counter() - start,
        'sizes': torch.bincount(labels, minlength=payload['groups']).tolist(),
    }
