"""Look at a data set: python tools/browse_dataset.py configs/drag/drag_r50.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

try:
    from mmprivacy.apis.cli import add_common_arguments, run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog='browse_dataset.py',
        description='Write pictures of what a model would be given: the files, what is '
        'left of them after the pipeline, their labels; for drawn sample data also '
        'boxes, masks, attributes and what makes the scene private.',
    )
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--split',
        choices=['train', 'val', 'test'],
        default='train',
        help='which photos',
    )
    parser.add_argument(
        '--num', type=int, default=24, help='how many, spread evenly (default: 24)'
    )
    parser.add_argument(
        '--out-dir', help='folder for the pictures (default: in the work folder)'
    )
    add_common_arguments(parser, launch=False)
    args = parser.parse_args(argv)
    if args.num < 1:
        parser.error('--num must be at least 1')
    return args


def main(argv: Sequence[str]) -> None:
    """Write the pictures and say where they are."""
    args = parse_args(argv)
    from mmprivacy.apis.browse import browse
    from mmprivacy.apis.config import load_config
    from mmprivacy.apis.data_check import check_data

    cfg = load_config(args.config, args.cfg_options, sample=args.sample)
    check_data(cfg, [args.split])
    files = browse(cfg, args.split, args.num, args.out_dir)
    print(f'{len(files) - 1} pictures in {files[0].parent}')
    print(f'contact sheet: {files[0]}')


if __name__ == '__main__':
    run_tool(main)
