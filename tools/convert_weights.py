"""Convert public weights for ERASER: python tools/convert_weights.py KIND SRC DST."""

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


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    from mmprivacy.eraser.weight_import import KINDS

    kinds = '\n'.join(
        f'  {name:16} {kind.source}\n{"":18} for {kind.use}'
        for name, kind in KINDS.items()
    )
    parser = argparse.ArgumentParser(
        prog='convert_weights.py',
        description='Turn a file of public weights into a checkpoint of this package. '
        'Nothing is downloaded, and no code in the file is run: only tensors are read. '
        'Exit status: 0 converted, 2 refused.',
        epilog=f'kinds:\n{kinds}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('kind', choices=list(KINDS), help='what the file is, see below')
    parser.add_argument('source', metavar='SRC', help='the file, as published')
    parser.add_argument('target', metavar='DST', help='the checkpoint to write')
    parser.add_argument(
        '--overwrite', action='store_true', help='replace DST if it is there'
    )
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Convert, and say what was written."""
    args = parse_args(argv)
    from mmprivacy.eraser.weight_import import KINDS, convert_weights

    done = convert_weights(args.kind, args.source, args.target, args.overwrite)
    print(
        f'{args.target}: {done["tensors"]} tensors, {done["parameters"]:,} parameters, '
        f'for {KINDS[args.kind].use}'
    )


if __name__ == '__main__':
    run_tool(main)
