"""Regenerate docs/results/privattnet.md: scores, pointing and cost of PrivAttNet.

``python tools/benchmarks/privattnet.py`` trains every config of ``configs/privattnet``
with three seeds on the drawn sample data, with the schedule of its own ``sample``
block. Finished measurements are kept in the work folder and not repeated; a killed
benchmark goes on where it stopped. The results are written after each of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

try:
    from mmprivacy.apis.cli import run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)

import _cli

PARTS = ('cost', 'accuracy')


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    about = __doc__.split('\n')[0]
    return _cli.parse_args(argv, 'privattnet', about, PARTS, 'VISPR')


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for and write the results."""
    args = parse_args(argv)
    from _privattnet_plan import plan
    from _privattnet_report import write_report

    return _cli.measure(args, argv, 'privattnet', plan, write_report)


if __name__ == '__main__':
    run_tool(main)
