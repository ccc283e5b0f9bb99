"""Which measurements the DRAG benchmark consists of."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path
from typing import Any

from _common import ROOT, digest, provenance, read_json, without_path
from _jobs import Job

from mmprivacy.datasets.sample import VERSION
from mmprivacy.errors import ConfigError

COST_CONFIG = 'configs/drag/drag_r50.py'
GROUPING = {'channels': 2048, 'images': 10_000, 'groups': 4, 'side': 14}


def plan(args: Namespace) -> tuple[list[Job], dict | None]:
    """List all measurements, recorded or not.

    Args:
        args: The command line.

    Returns:
        The jobs in the order they run in, and the description of the data (see
        :func:`_baselines.describe_data`). If no accuracy is to be measured and the
        data are not there, nothing is drawn: the jobs lack the accuracies, and the
        description is None.

    Raises:
        ConfigError: If two configs draw different sample data.
        DataError: If the data are needed and not there.
    """
    jobs = _cost_jobs(args) + _grouping_jobs(args)
    needed = 'accuracy' in args.only and not args.report
    if not needed and not _is_data_there(args):
        return jobs, None
    accuracies, data = _accuracy_jobs(args)
    return jobs + accuracies, data


def _is_data_there(args: Namespace) -> bool:
    from mmprivacy.apis import load_config

    if args.data_root is not None:
        return Path(args.data_root).is_dir()
    data = load_config(args.configs[0], args.cfg_options).sample.data.to_dict()
    wanted = {k: data.get(k, 0) for k in ('format', 'num', 'seed')}
    wanted['version'] = VERSION
    note = read_json(Path(data['root'], 'sample.json')) or {}
    return all(note.get(k) == v for k, v in wanted.items())


def _accuracy_jobs(args: Namespace) -> tuple[list[Job], dict]:
    from _baselines import describe_data

    sample = args.data_root is None
    options = dict(args.cfg_options)
    if not sample:
        options['data_root'] = args.data_root
    common = {'options': options, 'sample': sample}
    configs = {Path(c).stem: _load(c, common) for c in args.configs}
    data = describe_data({'config': args.configs[0], **common})
    if sample:
        _require_same_data(configs)
    data['label'] = 'drawn sample data' if sample else 'real data, given by --data-root'
    data['stamp'] = _stamp(next(iter(configs.values()))) if sample else None
    data['options'] = [
        without_path(f'{k}={v}') for k, v in options.items() if k != 'data_root'
    ]
    jobs = _baseline_jobs(args, configs, common, data)
    data['frozen_baseline'] = any('frozen' in job.target for job in jobs)
    for seed in args.seeds:  # all configs of a seed first: a partial table compares
        for path, (name, cfg) in zip(args.configs, configs.items(), strict=True):
            jobs.append(_training_job(args, path, name, cfg, common, data, seed))
    return jobs, data


def _load(config: str, common: dict) -> Any:
    from mmprivacy.apis import load_config

    return load_config(config, common['options'], common['sample'])


def _require_same_data(configs: dict[str, Any]) -> None:
    drawn = {name: cfg.sample.data.to_dict() for name, cfg in configs.items()}
    first = next(iter(drawn))
    for name, data in drawn.items():
        if data != drawn[first]:
            raise ConfigError.explain(
                f'{name}: sample.data',
                expected=f'the data of {first}: {drawn[first]}',
                got=data,
                fix='compare configs on the same data',
            )


def _stamp(cfg: Any) -> str:
    """Return a digest of the drawn files: their names, sizes and description."""
    root = Path(cfg.sample.data.root)
    files = sorted(p for p in root.rglob('*') if p.is_file())
    note = root / 'sample.json'
    text = note.read_text(encoding='utf-8') if note.is_file() else ''
    return digest([text, [(str(p.relative_to(root)), p.stat().st_size) for p in files]])


def _folder(args: Namespace, name: str, *depends_on: Any) -> Path:
    return Path(args.work_dir, f'{name}-{digest(depends_on)}')


def _training_job(args, path, name, cfg, common, data, seed) -> Job:
    options = {**common['options'], 'randomness.seed': seed}
    settings = {k: v for k, v in cfg.to_dict().items() if k != 'work_dir'}
    folder = _folder(args, f'{name}/seed{seed}', settings, data['stamp'], seed)
    shown = [without_path(f'{k}={v}') for k, v in options.items()]
    flags = ['--sample'] if common['sample'] else []
    words = ['python', 'tools/train.py', _inside(path), *flags, '--test']
    return Job(
        part='accuracy',
        name=name,
        seed=seed,
        target='_drag_training:train_and_test',
        payload={
            'config': path,
            'options': options,
            'sample': common['sample'],
            'work_dir': str(folder),
        },
        folder=folder,
        command=shlex.join([*words, '--cfg-options', *shown]),
        data=data['label'],
    )


def _inside(path: str) -> str:
    """Return a path below the repository, or the bare file name."""
    full = Path(path).resolve()
    return str(full.relative_to(ROOT)) if full.is_relative_to(ROOT) else full.name


def _baseline_jobs(args, configs, common, data) -> list[Job]:
    """List the dumb baselines; they take the photos of the first config."""
    from _baselines import find_weights

    cfg = next(iter(configs.values()))
    loaders = [cfg[f'{s}_dataloader'].to_dict() for s in ('train', 'test')]
    payload = {'config': args.configs[0], **common}
    own = 'python tools/benchmarks/drag.py --only accuracy --configs '
    own += _inside(args.configs[0])

    def job(name: str, target: str, seed: int | None = None, **more: Any) -> Job:
        folder = _folder(args, f'baselines/{name}', loaders, data['stamp'], seed, more)
        extra = {**more, 'seed': seed or 0}
        return Job(
            part='accuracy',
            name=name,
            seed=seed,
            target=f'_baselines:{target}',
            payload={**payload, **extra},
            folder=folder,
            command=own,
            data=data['label'],
        )

    jobs = [
        job('labels', 'label_baselines'),
        job('colour histogram', 'histogram_baseline'),
    ]
    if common['sample']:
        title = 'random ResNet-50'
        return jobs + [job(title, 'frozen_baseline', seed) for seed in args.seeds]
    weights = [w for c in configs.values() if (w := find_weights(c))]
    if weights:
        title = 'ImageNet ResNet-50'
        jobs.append(job(title, 'frozen_baseline', weights=str(weights[0])))
    return jobs


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
            jobs.append(
                Job(
                    part='cost',
                    name=f'{name}: {title}',
                    target=f'_drag_cost:{target}',
                    payload=payload,
                    folder=_folder(args, f'cost/{target}', payload, where['machine']),
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
            folder=_folder(args, 'grouping', GROUPING),
            command='python tools/benchmarks/drag.py --only grouping',
            data='random peaks',
            seed=0,
        )
    ]
