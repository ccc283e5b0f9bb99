"""Which measurements the DRAG benchmark consists of."""

from __future__ import annotations

from argparse import Namespace

from _common import ROOT, provenance
from _drag_baselines import count_photos
from _jobs import Job
from _plan import Study, find_study, folder_of

COST_CONFIG = 'configs/drag/drag_r50.py'
GROUPING = {'channels': 2048, 'images': 10_000, 'groups': 4, 'side': 14}


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, and the description of the data (see
        :func:`_plan.find_study`); without data, no accuracies and None.
    """
    jobs = _cost_jobs(args) + _grouping_jobs(args)
    study = find_study(args, 'drag', count_photos)
    if study is None:
        return jobs, None
    baselines = _baseline_jobs(study)
    study.data['frozen_baseline'] = any('frozen' in job.target for job in baselines)
    trainings = study.training_jobs('_drag_training:train_and_test')
    return jobs + baselines + trainings, study.data


def _baseline_jobs(study: Study) -> list[Job]:
    """List the dumb baselines; they take the photos of the first config."""
    first, module = next(iter(study.configs)), '_drag_baselines'
    jobs = [
        study.baseline_job(first, 'labels', f'{module}:label_baselines'),
        study.baseline_job(first, 'colour histogram', f'{module}:histogram_baseline'),
    ]
    return jobs + study.frozen_jobs(first, f'{module}:frozen_baseline')


def _cost_jobs(args: Namespace) -> list[Job]:
    """List the measurements of a training step, with mixed precision on CUDA."""
    where = provenance()
    cuda = where['machine']['gpu'] is not None
    batch = args.batch_size or (16 if cuda else 4)
    base = {'config': str(ROOT / COST_CONFIG), 'batch_size': batch}
    command = f'python tools/benchmarks/drag.py --only cost --batch-size {batch}'
    jobs = []
    for amp in (False, True) if cuda else (False,):
        name = 'cost, mixed precision' if amp else 'cost'
        timed = {**base, 'amp': amp, 'steps': args.steps, 'warm_up': 2}
        kinds = [('step_time', 'time', timed)]
        for variant in ('drag', 'baseline'):
            memory = {**base, 'amp': amp, 'variant': variant}
            kinds.append(('step_memory', f'memory of {variant}', memory))
        for target, title, payload in kinds:
            depends_on = (payload, where['machine'])
            jobs.append(
                Job(
                    part='cost',
                    name=f'{name}: {title}',
                    target=f'_drag_cost:{target}',
                    payload=payload,
                    folder=folder_of(args, f'cost/{target}', *depends_on),
                    command=f'{command} --steps {args.steps}',
                    data='random photos',
                    seed=0,
                )
            )
    return jobs


def _grouping_jobs(args: Namespace) -> list[Job]:
    return [
        Job(
            part='grouping',
            name='channel grouping',
            target='_drag_cost:grouping',
            payload=GROUPING,
            folder=folder_of(args, 'grouping', GROUPING),
            command='python tools/benchmarks/drag.py --only grouping',
            data='random peaks',
            seed=0,
        )
    ]
