"""One training run of ERASER, measured beside the methods that need none.

Runs in a child process.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from _eraser_methods import (
    BASELINES,
    Editor,
    TrainedDifferenceMetric,
    inpainting_data,
    measure,
    removal_data,
)
from _eraser_pictures import draw_priors, draw_removals
from _eraser_priors import compare_samplers
from _training import train

from mmprivacy.apis import adversaries, load_config  # noqa: F401  registers
from mmprivacy.apis.checkpoints import best_or_last
from mmprivacy.evaluation import (
    DifferenceMetric,
    FIDMetric,
    InpaintingMetric,
    LPIPSMetric,
    RegionRecallMetric,
)

STAGES = {'quality': 'ERASER, stage 1', 'difference': 'ERASER'}
PRIVACY_SIDE = 160
"""Shorter side of the drawn pictures that adversaries look at, in pixels."""
RESNET = dict(
    type='mmseg.ResNetV1c',
    depth=50,
    stem_channels=128,
    strides=(1, 2, 1, 1),
    dilations=(1, 1, 2, 4),
    contract_dilation=True,
    norm_eval=True,
)


def train_and_test(payload: dict) -> dict:
    """Train, or go on with an interrupted training, and measure all methods.

    Args:
        payload: ``config``, ``options``, ``sample`` as for ``load_config``, the
            ``work_dir``, and the files of ``networks`` by name.

    Returns:
        ``inpainting``, ``removal`` and ``privacy``: figures by method, empty without
        data for them; ``side`` of the first two in pixels; ``priors``: what the
        samplers cost; ``pictures``: names of files in the work folder.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    cfg.work_dir = payload['work_dir']
    train(cfg)
    files = stage_checkpoints(cfg)
    editors = {STAGES[stage]: Editor(cfg, file) for stage, file in files.items()}
    methods = {**BASELINES, **editors}
    networks, drawn = payload['networks'], payload['sample']
    result: dict[str, Any] = {
        'removal': {},
        'privacy': {},
        'priors': {},
        'pictures': [],
    }
    data = inpainting_data(cfg)
    result['side'] = data[0]['inputs']['img'].shape[-1]
    quality = [InpaintingMetric(), *_perceptual(networks)]
    result['inpainting'] = measure(data, methods, quality, 'inpainting')
    data = removal_data(cfg)
    if data is not None:
        last = list(editors.values())[-1]
        metrics = [
            *quality,
            _difference(cfg, networks, drawn, list(files.values())[-1]),
        ]
        if cfg.model.get('loss_difference'):
            loss = cfg.model.loss_difference.to_dict()
            metrics.append(TrainedDifferenceMetric(loss))
        result['removal'] = measure(data, methods, metrics, 'removal')
        result['pictures'] = [
            draw_removals(cfg.work_dir, data, {'Telea': BASELINES['Telea'], **editors}),
            draw_priors(cfg.work_dir, data, last.model),
        ]
        result['pictures'] = [name for name in result['pictures'] if name]
        if last.model.prior is not None:
            result['priors'] = compare_samplers(last.model, data)
    recalls = _adversaries(networks, drawn)
    if recalls and data is not None:
        data = removal_data(cfg, PRIVACY_SIDE if drawn else None)
        result['privacy'] = measure(data, methods, recalls, 'privacy')
    return result


def stage_checkpoints(cfg: Any) -> dict[str, Path]:
    """Find the best checkpoint of each stage.

    Args:
        cfg: The config of a finished run.

    Returns:
        File by stage, those of ``EraserStageHook``; the last one is what
        ``tools/train.py --test`` scores.
    """
    last = best_or_last(cfg.work_dir)
    hooks = [h for h in cfg.get('custom_hooks', []) if h['type'] == 'EraserStageHook']
    stages = hooks[0]['stages'] if hooks else [dict(name='quality', epochs=0)]
    found, end = {}, 0
    numbered = {
        int(m[1]): path
        for path in sorted(Path(cfg.work_dir).glob('*.pth'))
        if (m := re.search(r'epoch_(\d+)$', path.stem)) and path.stem.startswith('best')
    }
    for stage in stages:
        start, end = end, end + stage['epochs']
        inside = [n for n in numbered if start < n <= end]
        if inside:
            found[stage['name']] = numbered[max(inside)]
    return {**found, stages[-1]['name']: last}


def _perceptual(networks: dict) -> list:
    """Build LPIPS and FID if their files are given."""
    metrics = []
    if 'lpips' in networks:
        metrics.append(LPIPSMetric(*networks['lpips']))
    if 'inception' in networks:
        metrics.append(FIDMetric(networks['inception'][0]))
    return metrics


def _difference(
    cfg: Any, networks: dict, drawn: bool, checkpoint: Path
) -> DifferenceMetric:
    """Build the measures of Table 3; on drawn data, VGG19 may have random weights."""
    vgg = networks.get('vgg', ['random' if drawn else None])[0]
    resnet = networks.get('resnet', [None])[0]
    return DifferenceMetric(
        vgg=vgg,
        resnet=RESNET if resnet else None,
        resnet_weights=resnet,
        discriminator=cfg.model.discriminator.to_dict(),
        discriminator_weights=str(checkpoint),
    )


def _adversaries(networks: dict, drawn: bool) -> list[RegionRecallMetric]:
    """Build the adversaries whose files are given."""
    kinds = {
        'detector': ('DetectorAdversary', 'category', 0.3),
        'classifier': ('ClassifierAdversary', 'kind' if drawn else 'category', 0.0),
    }
    metrics = []
    for name, (kind, field, threshold) in kinds.items():
        if name in networks:
            config, checkpoint = networks[name]
            adversary = dict(
                type=kind, config=config, checkpoint=checkpoint, sample=drawn
            )
            remembering = dict(type='RememberingAdversary', adversary=adversary)
            metrics.append(
                RegionRecallMetric(
                    remembering, field=field, score_thr=threshold, prefix=name
                )
            )
    return metrics
