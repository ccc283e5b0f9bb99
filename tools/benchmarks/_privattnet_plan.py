"""Which measurements the PrivAttNet benchmark consists of."""

from __future__ import annotations

from argparse import Namespace

from _common import ROOT, provenance
from _jobs import Job
from _plan import Study, find_study, folder_of
from _privattnet_baselines import count_photos
from _score_figures import target_name

COST_CONFIG = 'configs/privattnet/privattnet_r50.py'
BASELINES = '_privattnet_baselines'
INFERENCE_BATCH = 16


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, and the description of the data (see
        :func:`_plan.find_study`); without data, no scores and None.
    """
    jobs = _cost_jobs(args)
    study = find_study(args, 'privattnet', count_photos)
    if study is None:
        return jobs, None
    baselines = _baseline_jobs(study)
    study.data['frozen_baseline'] = any('frozen' in job.target for job in baselines)
    trainings = study.training_jobs('_privattnet_training:train_and_test')
    return jobs + baselines + trainings, study.data


def _baseline_jobs(study: Study) -> list[Job]:
    """List the dumb baselines, for each target with the first config that has it."""
    first = {}
    for name, cfg in study.configs.items():
        first.setdefault(target_name(cfg), name)
    jobs = []
    if study.common['sample']:
        name, target = next(iter(study.configs)), f'{BASELINES}:pointing_baselines'
        jobs.append(study.baseline_job(name, 'pointing without a model', target))
    for target, config in first.items():
        suffix = f', {target}'
        kinds = {'labels': 'label_baselines', 'colour histogram': 'histogram_baseline'}
        jobs += [
            study.baseline_job(config, title + suffix, f'{BASELINES}:{kind}')
            for title, kind in kinds.items()
        ]
        jobs += study.frozen_jobs(config, f'{BASELINES}:frozen_baseline', suffix)
    return jobs


def _cost_jobs(args: Namespace) -> list[Job]:
    """List the measurements of time, of training with mixed precision on CUDA too."""
    where = provenance()['machine']
    cuda = where['gpu'] is not None
    batch = args.batch_size or (64 if cuda else 16)
    base = {'config': str(ROOT / COST_CONFIG), 'steps': args.steps, 'warm_up': 2}
    kinds = []
    for amp in (False, True) if cuda else (False,):
        name = 'training step, mixed precision' if amp else 'training step'
        kinds.append((name, 'step_time', {'batch_size': batch, 'amp': amp}))
    for sample, size in ((False, 'full size'), (True, 'sample size')):
        for of in ('files', 'arrays', 'model'):
            more = {'batch_size': INFERENCE_BATCH, 'of': of, 'sample': sample}
            kinds.append((f'inference, {size}, {of}', 'inference_time', more))
    command = 'python tools/benchmarks/privattnet.py --only cost'
    return [
        Job(
            part='cost',
            name=name,
            target=f'_privattnet_cost:{target}',
            payload={**base, **more},
            folder=folder_of(args, f'cost/{target}', {**base, **more}, where),
            command=f'{command} --batch-size {batch} --steps {args.steps}',
            data='random photos',
            seed=0,
        )
        for name, target, more in kinds
    ]
