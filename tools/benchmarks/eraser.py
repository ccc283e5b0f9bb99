"""Regenerate docs/results/eraser.md: quality, difference and privacy of ERASER.

``python tools/benchmarks/eraser.py`` trains ``configs/eraser/eraser_ffc18.py`` on the
drawn sample data, with its prior and both stages, and measures what it removes beside
what black masks, blur, pixelation and OpenCV's inpainting do, all by the same code.
Finished measurements are kept in the work folder and not repeated; a killed benchmark
goes on where it stopped. The results are written after each of them.

Networks that compare pictures need files: ``--vgg``, ``--lpips`` and others. Without
them, their columns stay empty (VGG19 has random weights on the sample data).
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
CONFIG = 'configs/eraser/eraser_ffc18.py'


def add_networks(parser: argparse.ArgumentParser) -> None:
    """Add the files of networks that compare or recognise."""
    add = parser.add_argument
    add('--vgg', metavar='FILE', help='VGG19 of torchvision, for PL-V')
    add('--resnet', metavar='FILE', help='converted ADE20k encoder, for PL-R')
    add('--lpips', nargs=2, metavar='FILE', help='VGG16 and its weights of LPIPS')
    add('--inception', metavar='FILE', help='InceptionV3 of torch-fidelity, for FID')
    for name in ('detector', 'classifier'):
        add(
            f'--{name}',
            nargs=2,
            metavar=('CONFIG', 'CHECKPOINT'),
            help=f'a {name} that tries to recognise what was removed',
        )


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    about = __doc__.split('\n')[0]
    return _cli.parse_args(
        argv, 'eraser', about, PARTS, 'Places2', [CONFIG], add_networks
    )


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for and write the results."""
    args = parse_args(argv)
    from _eraser_plan import plan
    from _eraser_report import write_report

    return _cli.measure(args, argv, 'eraser', plan, write_report)


if __name__ == '__main__':
    run_tool(main)
