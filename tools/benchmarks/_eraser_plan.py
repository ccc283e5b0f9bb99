"""Which measurements the ERASER benchmark consists of."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from pathlib import Path

from _common import provenance
from _eraser_methods import count_photos
from _jobs import Job
from _plan import Study, find_study, folder_of

SIDES = (512,)


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, and the description of the data (see
        :func:`_plan.find_study`); without data, only the cost and None.
    """
    jobs = _cost_jobs(args)
    study = find_study(args, 'eraser', count_photos)
    if study is None:
        return jobs, None
    study.data['frozen_baseline'] = True
    return jobs + _training_jobs(study), study.data


def _training_jobs(study: Study) -> list[Job]:
    """List the runs; each also measures the methods that need no training."""
    networks = _networks(study.args)
    jobs = study.training_jobs('_eraser_training:train_and_test')
    return [
        dataclasses.replace(
            job,
            payload={**job.payload, 'networks': networks},
            folder=folder_of(
                study.args, f'{job.name}/seed{job.seed}', job.folder.name, networks
            ),
        )
        for job in jobs
    ]


def _networks(args: Namespace) -> dict[str, list[str]]:
    """List the files of networks that are given, as absolute paths."""
    names = ('vgg', 'resnet', 'lpips', 'inception', 'detector', 'classifier')
    found = {}
    for name in names:
        given = getattr(args, name)
        if given:
            files = [given] if isinstance(given, str) else given
            found[name] = [str(Path(file).resolve()) for file in files]
    return found


def _cost_jobs(args: Namespace) -> list[Job]:
    """List the measurements of time."""
    where = provenance()['machine']
    command = 'python tools/benchmarks/eraser.py --only cost'
    jobs = []
    for side in SIDES:
        payload = {'side': side, 'steps': args.steps}
        jobs.append(
            Job(
                part='cost',
                name=f'forward pass, {side} px',
                target='_eraser_cost:forward_time',
                payload=payload,
                folder=folder_of(args, 'cost/forward', payload, where),
                command=f'{command} --steps {args.steps}',
                data='random pictures',
                seed=0,
            )
        )
    return jobs
