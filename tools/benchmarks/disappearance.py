"""Regenerate docs/results/disappearance.md: protection from detectors.

``python tools/benchmarks/disappearance.py`` trains the small detectors of
``configs/disappearance`` on the drawn sample data, protects test photos from them in
every way that the paper and its peers know, and looks at the files that were written.
Finished measurements are kept in the work folder and not repeated; a killed benchmark
goes on where it stopped. The results are written after each of them.
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

DETECTORS = 'accuracy'  # what all others need
CONFIGS = (  # the first one is attacked
    'configs/disappearance/faster-rcnn_r18_fpn_sample-detector.py',
    'configs/disappearance/retinanet_r18_fpn_sample-detector.py',
    'configs/disappearance/cascade-rcnn_r18_fpn_sample-detector.py',
)
PARTS = (DETECTORS, 'protection', 'peers', 'cost', 'sweep', 'classes', 'transfer')


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    about = __doc__.split('\n')[0]
    args = _cli.parse_args(
        argv,
        'disappearance',
        about,
        PARTS,
        'COCO',
        configs=CONFIGS,
        extend=_extend,
    )
    if not args.report:
        args.only = [DETECTORS, *(part for part in args.only if part != DETECTORS)]
    args.keep_checkpoints = True
    return args


def _extend(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(seeds=[0])
    parser.add_argument(
        '--photos', type=int, default=100, help='test photos to look at'
    )


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for and write the results."""
    args = parse_args(argv)
    from _disappearance_plan import plan
    from _disappearance_report import write_report

    return _cli.measure(args, argv, 'disappearance', plan, write_report)


if __name__ == '__main__':
    run_tool(main)
