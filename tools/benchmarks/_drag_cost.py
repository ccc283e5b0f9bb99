"""What a training step of DRAG and its grouping cost. Runs in child processes."""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch
from _common import peak_rss
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmprivacy.apis import load_config
from mmprivacy.apis.config import drop_pretrained
from mmprivacy.drag import DRAGPhaseHook
from mmprivacy.drag.grouping import cluster_channels, peak_matrix

VARIANTS = ('drag', 'baseline')
MIB = 1024**2


class TrainingStep:
    """One optimizer step on random photos, as the runner would do it.

    Args:
        variant: ``'drag'``: the config's head as in the last joint epoch, with what
            :class:`DRAGPhaseHook` trains and freezes there. ``'baseline'``: the same
            backbone with global average pooling and ``LinearClsHead``.
        payload: ``config``, ``batch_size``, ``amp``.
    """

    def __init__(self, variant: str, payload: dict) -> None:
        cfg = load_config(payload['config'], payload.get('options'))
        drop_pretrained(cfg)
        init_default_scope('mmpretrain')
        MMLogger.get_current_instance().setLevel('WARNING')
        torch.manual_seed(0)
        hook, phase = _joint_phase(cfg)
        model_cfg = {**cfg.model, 'data_preprocessor': cfg.data_preprocessor}
        if variant == 'baseline':
            model_cfg['neck'] = dict(type='GlobalAveragePooling')
            model_cfg['head'] = dict(
                type='LinearClsHead',
                num_classes=2,
                in_channels=cfg.model.head.in_channels,
            )
        self.device = 'cuda' if torch.cuda.is_available() else 'cpu'
        self.model = MODELS.build(model_cfg)
        self.model.init_weights()
        self.model.to(self.device).train()
        wrapper = dict(phase.optim_wrapper or cfg.optim_wrapper)
        if payload.get('amp'):
            wrapper['type'] = 'AmpOptimWrapper'
        self.optim = build_optim_wrapper(self.model, wrapper)
        if variant == 'drag':
            self._enter(hook, phase)
        size = cfg.train_dataloader.dataset.pipeline[1].scale
        batch = payload['batch_size']
        photos = torch.randint(0, 256, (batch, 3, *size), dtype=torch.uint8)
        samples = [DataSample().set_gt_label(i % 2) for i in range(batch)]
        self.batch = {'inputs': photos, 'data_samples': samples}

    def _enter(self, hook: DRAGPhaseHook, phase: Any) -> None:
        """Train and freeze what the hook does in the last joint epoch."""
        self.model.head.phase = phase.name
        learning, resting = hook._parts(self.model, phase, phase.end - 1)
        chosen = {id(p) for module in learning for p in module.parameters()}
        for parameter in self.model.parameters():
            parameter.requires_grad_(id(parameter) in chosen)
        for module in resting:
            module.eval()

    def __call__(self) -> float:
        """Do a step and return its seconds."""
        self._wait()
        start = time.perf_counter()
        self.model.train_step(self.batch, self.optim)
        self._wait()
        return time.perf_counter() - start

    def _wait(self) -> None:
        if self.device == 'cuda':
            torch.cuda.synchronize()


def _joint_phase(cfg: Any) -> tuple[DRAGPhaseHook, Any]:
    nodes = [h for h in cfg.custom_hooks if h.type == 'DRAGPhaseHook']
    hook = DRAGPhaseHook(nodes[0].phases)
    return hook, hook.plan.phases[-1]


def step_time(payload: dict) -> dict:
    """Time both variants side by side, in turns, in this process.

    Args:
        payload: ``config``, ``batch_size``, ``steps``, ``amp``.

    Returns:
        ``ratio``: median over the pairs of DRAG's seconds by the baseline's;
        ``quartiles`` of the same; all ``seconds`` by variant; ``batch_size``.
    """
    steps = {v: TrainingStep(v, payload) for v in VARIANTS}
    seconds: dict[str, list[float]] = {v: [] for v in VARIANTS}
    for i in range(payload['steps'] + payload['warm_up']):
        for variant in VARIANTS if i % 2 else VARIANTS[::-1]:
            taken = steps[variant]()
            if i >= payload['warm_up']:
                seconds[variant].append(taken)
    ratios = [a / b for a, b in zip(seconds['drag'], seconds['baseline'], strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method='inclusive')
    return {
        'ratio': middle,
        'quartiles': [low, high],
        'seconds': seconds,
        'batch_size': payload['batch_size'],
    }


def step_memory(payload: dict) -> dict:
    """Measure the peak memory of one variant; this process does nothing else.

    Returns:
        ``peak_mib`` of the process on a CPU, of torch's allocator on CUDA;
        ``before_mib``, of the process with all libraries and no model yet.
    """
    before = peak_rss()
    step = TrainingStep(payload['variant'], payload)
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
