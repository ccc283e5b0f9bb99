"""Test a checkpoint: python tools/test.py CONFIG CHECKPOINT [--sample]."""

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
    parser = argparse.ArgumentParser(prog='test.py', description='Test a checkpoint.')
    parser.add_argument('config', help='config file')
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help="checkpoint file (default: the config's load_from)",
    )
    parser.add_argument(
        '--out', metavar='FILE.json', help='write the prediction for each image'
    )
    parser.add_argument(
        '--show-dir',
        metavar='DIR',
        help='write a picture with heat maps for each image',
    )
    add_common_arguments(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Test as the command line says."""
    args = parse_args(argv)
    from mmprivacy.apis.run import run_test

    return run_test(args)


if __name__ == '__main__':
    run_tool(main)
