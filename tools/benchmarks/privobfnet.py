"""Regenerate docs/results/privobfnet.md: scores, attributes, masks, cost of PrivObfNet.

``python tools/benchmarks/privobfnet.py`` trains PrivObfNet and every row of its
ablations on the drawn sample data, with the schedule of the config's own ``sample``
block, and the second stage on what the first one finds. A row differs from the full
model by its config, or by overrides that the page names. Finished measurements are kept
in the work folder and not repeated; a killed benchmark goes on where it stopped. The
results are written after each of them. What decides comes first: of each seed, the full
model, the baseline, the permuted labels, the second stage.
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
CONFIGS = tuple(
    f'configs/privobfnet/privobfnet_r38d_{name}.py'
    for name in (
        'vispr',
        'image-cam_vispr',
        'image-priv_vispr',
        'image-attr_vispr',
        'image-priv-attr_vispr',
    )
)


def add_rows(parser: argparse.ArgumentParser) -> None:
    """Add the choice of rows."""
    parser.add_argument(
        '--rows',
        nargs='+',
        metavar='WORD',
        help='train only the rows whose name contains one of these words',
    )


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    about = __doc__.split('\n')[0]
    return _cli.parse_args(argv, 'privobfnet', about, PARTS, 'VISPR', CONFIGS, add_rows)


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for and write the results."""
    args = parse_args(argv)
    from _privobfnet_plan import plan
    from _privobfnet_report import write_report

    return _cli.measure(args, argv, 'privobfnet', plan, write_report)


if __name__ == '__main__':
    run_tool(main)
