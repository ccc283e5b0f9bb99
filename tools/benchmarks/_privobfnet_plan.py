"""Which measurements the PrivObfNet benchmark consists of."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from typing import Any, NamedTuple

from _common import ROOT, provenance
from _jobs import Job
from _plan import Study, find_study, folder_of
from _privobfnet_training import count_photos

FULL, CAM = 'privobfnet_r38d_vispr', 'privobfnet_r38d_image-cam_vispr'
CONFIG = f'configs/privobfnet/{FULL}.py'
TRAIN = '_privobfnet_training:train_and_test'
STAGES = '_privobfnet_stages:both_stages'
STAGE_CONFIGS = (
    'configs/privobfnet/privobfnet_r38d_voc12.py',
    'configs/privobfnet/deeplabv2_r101_voc12.py',
)
SECOND = 'second stage'
PERMUTED = {'train_dataloader.dataset.type': 'PermutedVISPRDataset'}


class Row(NamedTuple):
    """One kind of run: a config and what is changed in it."""

    title: str
    config: str
    more: dict[str, Any] = {}


#: What decides comes first, and then the ablations, as time allows.
ROWS = (
    Row('full model', FULL),
    Row('image-only CAM', CAM),
    Row('full model, labels permuted', FULL, PERMUTED),
    Row(SECOND, ''),
    Row('Image + Priv', 'privobfnet_r38d_image-priv_vispr'),
    Row('Image + Attr', 'privobfnet_r38d_image-attr_vispr'),
    Row('Image + Priv + Attr', 'privobfnet_r38d_image-priv-attr_vispr'),
    Row('full model without masks', FULL, {'model.mask_types': 'none'}),
    Row('each cell to one attribute', FULL, {'model.target_assign': 'argmax'}),
    Row('masks on both maps (the paper)', FULL, {'model.weight_global': True}),
)


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, and the description of the data (see
        :func:`_plan.find_study`); without data, only the cost and None.
    """
    jobs = _cost_jobs(args)
    study = find_study(args, 'privobfnet', count_photos)
    if study is None:
        return jobs, None
    study.data['frozen_baseline'] = True
    target = '_privobfnet_training:label_baselines'
    jobs.append(study.baseline_job(FULL, 'without a look at the photo', target))
    for seed in args.seeds:
        for row in ROWS:
            known = row.title == SECOND or row.config in study.configs
            if known and _wanted(args, row.title):
                jobs.append(_row_job(study, row, seed))
    return jobs, study.data


def _wanted(args: Namespace, title: str) -> bool:
    return not args.rows or any(word in title for word in args.rows)


def _row_job(study: Study, row: Row, seed: int) -> Job:
    """Describe a run; the first one of the full model draws the pictures."""
    if row.title == SECOND:
        return _stages_job(study, seed)
    job = study.training_job(row.config, seed, TRAIN, row.title, row.more)
    draw = row.title == ROWS[0].title and seed == study.args.seeds[0]
    return dataclasses.replace(job, payload={**job.payload, 'draw': draw})


def _stages_job(study: Study, seed: int) -> Job:
    """Describe a run of both stages, on data of their own."""
    payload = {
        'configs': [str(ROOT / c) for c in STAGE_CONFIGS],
        'options': {'randomness.seed': seed},
        'sample': study.common['sample'],
    }
    texts = [(ROOT / c).read_text(encoding='utf-8') for c in STAGE_CONFIGS]
    folder = folder_of(study.args, f'{SECOND}/seed{seed}', payload, texts)
    return Job(
        part='accuracy',
        name=SECOND,
        target=STAGES,
        payload={**payload, 'work_dir': str(folder)},
        folder=folder,
        command=f'docs/pseudo_labels.md, with randomness.seed={seed}',
        data='drawn sample data',
        seed=seed,
    )


def _cost_jobs(args: Namespace) -> list[Job]:
    """List the measurements of time and memory."""
    where = provenance()['machine']
    cuda = where['gpu'] is not None
    base = {'config': str(ROOT / CONFIG)}
    timing = {'steps': args.steps, 'warm_up': 1}
    thin = {} if cuda else {'model.backbone.base_channels': 8}
    thin |= {} if cuda else {'model.cam_head.in_channels': 512}
    width = 'full width' if cuda else 'an eighth of the width'
    kinds = [
        (
            f'step, 448 px, {width}',
            'step_time',
            {
                'side': 448,
                'batch_size': args.batch_size or (4 if cuda else 1),
                'options': thin,
                **timing,
            },
        ),
        (
            'step, sample size',
            'step_time',
            {'side': 96, 'batch_size': 16, 'sample': True, **timing},
        ),
        ('parameters, full width', 'inference_parameters', {}),
        ('parameters, sample size', 'inference_parameters', {'sample': True}),
    ]
    return [
        Job(
            part='cost',
            name=name,
            target=f'_privobfnet_cost:{target}',
            payload={**base, **more},
            folder=folder_of(args, f'cost/{target}', {**base, **more}, where),
            command='python tools/benchmarks/privobfnet.py --only cost',
            data='random photos',
            seed=0,
        )
        for name, target, more in kinds
    ]
