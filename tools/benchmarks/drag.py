"""Regenerate docs/results/drag.md: accuracy, cost and memory of DRAG and its baselines.

``python tools/benchmarks/drag.py`` trains every config of ``configs/drag`` with three
seeds on the drawn sample data, with the schedule of its own ``sample`` block. Finished
measurements are kept in the work folder and not repeated; a killed benchmark goes on
where it stopped. The results are written after each of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from mmprivacy.apis.cli import OptionsAction, run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)

from _common import ROOT, RunFailedError, command_line

PARTS = ('cost', 'grouping', 'accuracy')
SEEDS = (9, 10, 11)  # 9 is the seed of the authors' implementation


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog='drag.py', description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--configs', nargs='+', help='config files (default: all of configs/drag)')
    add('--seeds', nargs='+', type=int, default=list(SEEDS), help='one run for each')
    add(
        '--data-root',
        help='folder of the real Image Privacy data; without it, sample data are drawn',
    )
    add(
        '--work-dir', default='work_dirs/benchmarks/drag', help='records, runs and logs'
    )
    add('--out', default='docs/results', help='folder of drag.md, drag.json, drag.png')
    add(
        '--only',
        type=lambda text: text.split(','),
        default=list(PARTS),
        help=f'parts to measure, out of {",".join(PARTS)}; the report has all recorded',
    )
    add('--batch-size', type=int, help='photos of a cost step (default: 4; 16 on CUDA)')
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
    args = parser.parse_args(argv)
    wrong = [part for part in args.only if part not in PARTS]
    if wrong:
        parser.error(f'--only: {wrong[0]!r} is none of {", ".join(PARTS)}')
    if args.configs is None:
        args.configs = sorted(map(str, (ROOT / 'configs/drag').glob('*.py')))
    return args


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for and write the results."""
    args = parse_args(argv)
    from _drag_plan import plan
    from _drag_report import write_report

    jobs, data = plan(args)
    command = command_line(argv, 'drag')
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
    print(f'[benchmark] written: {Path(args.out, "drag.md")} and drag.json')
    return 1 if failed else 0


def clean_up(job: Any, keep: bool) -> None:
    """Delete the weights of a finished training run."""
    from _jobs import remove_checkpoints

    if job.part == 'accuracy' and not keep:
        remove_checkpoints(job.folder)


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


if __name__ == '__main__':
    run_tool(main)
