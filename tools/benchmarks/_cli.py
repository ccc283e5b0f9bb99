"""The command line of a benchmark, and the loop over its measurements."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from _common import ROOT, RunFailedError, command_line

from mmprivacy.apis.cli import OptionsAction

SEEDS = (9, 10, 11)  # 9 is the seed of DRAG's authors


def parse_args(
    argv: Sequence[str],
    tool: str,
    about: str,
    parts: Sequence[str],
    data: str,
    configs: Sequence[str] | None = None,
    extend: Callable[[argparse.ArgumentParser], None] | None = None,
) -> argparse.Namespace:
    """Parse the command line of a benchmark.

    Args:
        argv: The arguments.
        tool: Name of the benchmark, its configs and its results.
        about: What it does, in a line.
        parts: What can be measured.
        data: Name of the real data set.
        configs: Its configs, relative to the repository; all in its folder by default.
        extend: Adds further arguments.

    Returns:
        The arguments; ``configs`` is a list of files.
    """
    parser = argparse.ArgumentParser(prog=f'{tool}.py', description=about)
    add = parser.add_argument
    default = ' '.join(configs or [f'all of configs/{tool}'])
    add('--configs', nargs='+', help=f'config files (default: {default})')
    add('--seeds', nargs='+', type=int, default=list(SEEDS), help='one run for each')
    add(
        '--data-root',
        help=f'folder of the real {data} data; without it, sample data are drawn',
    )
    add(
        '--work-dir',
        default=f'work_dirs/benchmarks/{tool}',
        help='records, runs and logs',
    )
    add('--out', default='docs/results', help=f'folder of {tool}.md, .json and .png')
    add(
        '--only',
        type=lambda text: text.split(','),
        default=list(parts),
        help=f'parts to measure, out of {",".join(parts)}; the report has all recorded',
    )
    add('--batch-size', type=int, help='photos of a cost step (default: by the device)')
    add('--steps', type=int, default=9, help='timed pairs of cost steps')
    add('--fresh', action='store_true', help='repeat measurements that are recorded')
    add('--keep-checkpoints', action='store_true', help='keep the weights of each run')
    add('--report', action='store_true', help='write the report of what is recorded')
    add(
        '--cfg-options',
        nargs='+',
        action=OptionsAction,
        default={},
        metavar='KEY=VALUE',
        help='overrides for every training run, as in tools/train.py',
    )
    add('--debug', action='store_true', help='show the traceback of an error')
    if extend is not None:
        extend(parser)
    args = parser.parse_args(argv)
    wrong = [part for part in args.only if part not in parts]
    if wrong:
        parser.error(f'--only: {wrong[0]!r} is none of {", ".join(parts)}')
    if args.configs is None and configs:
        args.configs = [str(ROOT / config) for config in configs]
    elif args.configs is None:
        args.configs = sorted(map(str, (ROOT / 'configs' / tool).glob('*.py')))
    return args


def measure(
    args: argparse.Namespace,
    argv: Sequence[str],
    tool: str,
    plan: Callable,
    write_report: Callable,
) -> int:
    """Measure what is asked for, and write the results after each measurement.

    Args:
        args: The command line.
        argv: The arguments it was parsed from.
        tool: Name of the benchmark.
        plan: Takes ``args``, returns the jobs and the description of the data.
        write_report: Takes ``args``, jobs, data, command line and failed jobs.

    Returns:
        The exit status.
    """
    jobs, data = plan(args)
    command = command_line(argv, tool)
    todo = [j for j in jobs if j.part in args.only and not args.report]
    failed: list[str] = []
    write_report(args, jobs, data, command, failed)
    clock = Clock(todo, args.fresh)
    for job in todo:
        clock.announce(job)
        try:
            job.run(args.fresh)
        except RunFailedError as e:
            failed.append(job.title)
            print(f'[benchmark] {job.title} failed: {e}', file=sys.stderr)
        else:
            clean_up(job, args.keep_checkpoints)
        write_report(args, jobs, data, command, failed)
    print(f'[benchmark] written: {Path(args.out, f"{tool}.md")} and {tool}.json')
    return 1 if failed else 0


def clean_up(job: Any, keep: bool) -> None:
    """Delete the weights of a finished training run."""
    from _jobs import remove_checkpoints

    if job.part == 'accuracy' and not keep:
        remove_checkpoints(job.run_folder)


class Clock:
    """Say which measurement comes next, and when the last one will be done."""

    def __init__(self, jobs: Sequence[Any], fresh: bool) -> None:
        self.open = [j.title for j in jobs if fresh or j.record() is None]
        self.total = len(self.open)
        self.start = time.monotonic()

    def announce(self, job: Any) -> None:
        """Print a line, unless the measurement is recorded already."""
        if job.title not in self.open:
            return
        done = self.total - len(self.open)
        self.open.remove(job.title)
        line = f'[benchmark] {done + 1} of {self.total}: {job.title}'
        if done:
            left = (time.monotonic() - self.start) / done * (self.total - done) / 60
            line += f' (about {left:.0f} min left at the present pace)'
        print(line, flush=True)
