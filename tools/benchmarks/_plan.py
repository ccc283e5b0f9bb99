"""Training runs and dumb baselines as jobs, for the benchmarks of all methods.

The folder of a job has a digest of what its result depends on. Records stay valid only
as long as these digests stay the same.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import ROOT, digest, read_json, without_path
from _features import find_weights
from _jobs import Job

from mmprivacy.datasets.sample import FORMATS
from mmprivacy.datasets.sample.decks import DECKS
from mmprivacy.errors import ConfigError


@dataclass(frozen=True)
class Study:
    """What a benchmark trains, and on which data.

    Attributes:
        args: The command line.
        tool: Name of the benchmark.
        configs: Loaded configs by the stem of their files, in the order of the
            command line.
        common: ``options`` and ``sample`` as for ``load_config``.
        data: Description of the data.
    """

    args: Namespace
    tool: str
    configs: dict[str, Any]
    common: dict[str, Any]
    data: dict[str, Any]

    def path(self, name: str) -> str:
        """Return the file of a config."""
        return next(p for p in self.args.configs if Path(p).stem == name)

    def training_jobs(self, target: str) -> list[Job]:
        """List the runs, all configs of a seed first: a partial table compares."""
        return [
            self.training_job(name, seed, target)
            for seed in self.args.seeds
            for name in self.configs
        ]

    def training_job(
        self,
        config: str,
        seed: int,
        target: str,
        title: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Job:
        """Describe a run.

        Args:
            config: Name of the config.
            seed: Random seed.
            target: ``module:function``.
            title: Name of the run; that of the config if None.
            more: Further overrides of the config.
        """
        path, sample = self.path(config), self.common['sample']
        more = dict(more or {})
        options = {**self.common['options'], **more, 'randomness.seed': seed}
        settings = self.configs[config].to_dict()
        settings.pop('work_dir', None)
        stamp, changed = self.data['stamp'], [more] if more else []
        place = f'{title or config}/seed{seed}'
        folder = folder_of(self.args, place, settings, stamp, seed, *changed)
        shown = [without_path(f'{k}={v}') for k, v in options.items()]
        words = ['python', 'tools/train.py', inside(path)]
        words += ['--sample', '--test'] if sample else ['--test']
        return Job(
            part='accuracy',
            name=title or config,
            seed=seed,
            target=target,
            payload={
                'config': path,
                'options': options,
                'sample': sample,
                'work_dir': str(folder),
            },
            folder=folder,
            command=shlex.join([*words, '--cfg-options', *shown]),
            data=self.data['label'],
        )

    def baseline_job(
        self, config: str, name: str, target: str, seed: int | None = None, **more: Any
    ) -> Job:
        """Describe a dumb baseline on the photos of a config.

        Args:
            config: Name of the config.
            name: Title.
            target: ``module:function``.
            seed: Random seed, or None.
            **more: Further values of the payload.
        """
        cfg, path = self.configs[config], self.path(config)
        loaders = [cfg[f'{s}_dataloader'].to_dict() for s in ('train', 'test')]
        stamp, place = self.data['stamp'], f'baselines/{name}'
        command = f'python tools/benchmarks/{self.tool}.py --only accuracy --configs '
        return Job(
            part='accuracy',
            name=name,
            seed=seed,
            target=target,
            payload={'config': path, **self.common, **more, 'seed': seed or 0},
            folder=folder_of(self.args, place, loaders, stamp, seed, more),
            command=command + inside(path),
            data=self.data['label'],
        )

    def frozen_jobs(self, config: str, target: str, suffix: str = '') -> list[Job]:
        """List the baselines on features of a ResNet-50 that is not trained.

        It has random weights, once a seed, on drawn data. On real data it has those of
        ImageNet, and there is no job if they are not on this machine.
        """
        title = f'ResNet-50{suffix}'
        if self.common['sample']:
            name = f'random {title}'
            return [self.baseline_job(config, name, target, s) for s in self.args.seeds]
        found = [w for c in self.configs.values() if (w := find_weights(c))]
        name = f'ImageNet {title}'
        return [
            self.baseline_job(config, name, target, weights=str(path))
            for path in found[:1]
        ]


def find_study(
    args: Namespace, tool: str, count: Callable[[Any, str], dict[str, int]]
) -> Study | None:
    """Load the configs and describe their data.

    Args:
        args: The command line.
        tool: Name of the benchmark.
        count: Takes a config and the name of a split, returns numbers of photos by what
            they show.

    Returns:
        The study. None if no accuracy is to be measured and the data are not there:
        nothing is drawn for a cost or a report.

    Raises:
        ConfigError: If two configs draw different sample data.
        DataError: If the data are needed and not there.
    """
    needed = 'accuracy' in args.only and not args.report
    if not needed and not _is_data_there(args):
        return None
    sample = args.data_root is None
    options = dict(args.cfg_options)
    if not sample:
        options['data_root'] = args.data_root
    common = {'options': options, 'sample': sample}
    configs = {Path(c).stem: _load(c, common) for c in args.configs}
    if sample:
        _require_same_data(configs)
    first = next(iter(configs.values()))
    data: dict[str, Any] = {
        'splits': {split: count(first, split) for split in ('train', 'val', 'test')},
        'sample': _drawn(first) if sample else None,
    }
    data['label'] = 'drawn sample data' if sample else 'real data, given by --data-root'
    data['stamp'] = _stamp(first) if sample else None
    data['options'] = [
        without_path(f'{k}={v}') for k, v in options.items() if k != 'data_root'
    ]
    return Study(args, tool, configs, common, data)


def folder_of(args: Namespace, name: str, *depends_on: Any) -> Path:
    """Return the folder of a measurement."""
    return Path(args.work_dir, f'{name}-{digest(depends_on)}')


def inside(path: str) -> str:
    """Return a path below the repository, or the bare file name."""
    full = Path(path).resolve()
    return str(full.relative_to(ROOT)) if full.is_relative_to(ROOT) else full.name


def _is_data_there(args: Namespace) -> bool:
    from mmprivacy.apis import load_config

    if args.data_root is not None:
        return Path(args.data_root).is_dir()
    cfg = load_config(args.configs[0], args.cfg_options, sample=True, draw=False)
    data = cfg.sample.data.to_dict()
    wanted = {k: data.get(k, 0) for k in ('format', 'num', 'seed')}
    wanted['version'] = DECKS[FORMATS[data['format']].deck].version
    note = read_json(Path(data['root'], 'sample.json')) or {}
    return all(note.get(k) == v for k, v in wanted.items())


def _load(config: str, common: dict) -> Any:
    from mmprivacy.apis import load_config

    return load_config(config, common['options'], common['sample'])


def _drawn(cfg: Any) -> dict:
    """Describe the drawn data without their folder."""
    data = cfg.sample.data.to_dict()
    return {k: data.get(k, 0) for k in ('format', 'num', 'seed')}


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
