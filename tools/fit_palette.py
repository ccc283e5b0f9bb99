"""Fit the palette of a prior: python tools/fit_palette.py FOLDER palette.npy.

Training fits one by itself (PaletteHook); this is for a palette that several runs
share.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

try:
    from mmprivacy.apis.cli import run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog='fit_palette.py', description=__doc__)
    parser.add_argument('folder', type=Path, help='photos, also in folders below it')
    parser.add_argument('out', type=Path, help='the palette, .npy')
    parser.add_argument('--colors', type=int, default=512, help='size (default: 512)')
    parser.add_argument('--side', type=int, default=32, help='cells a side')
    parser.add_argument('--photos', type=int, default=2000, help='photos to look at')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Fit and write a palette."""
    args = parse_args(argv)
    import numpy as np

    from mmprivacy.apis.photo_inputs import list_photos
    from mmprivacy.datasets.file_writing import write_bytes
    from mmprivacy.datasets.image_checks import track
    from mmprivacy.eraser.palette_hook import palette_of
    from mmprivacy.errors import ConfigError

    if args.out.suffix != '.npy' or args.colors < 1 or args.photos < 1:
        raise ConfigError.explain(
            'fit_palette',
            expected='an output file *.npy, at least one colour and one photo',
            got=f'{args.out}, {args.colors} and {args.photos}',
            fix='correct them',
        )
    found = list_photos(args.folder)
    step = max(1, len(found) // args.photos)
    chosen = found[::step][: args.photos]
    shown = track(chosen, len(chosen), sys.stderr.isatty(), 'Reading photos')
    palette = palette_of(shown, args.colors, args.side, args.seed)
    buffer = io.BytesIO()
    np.save(buffer, palette.numpy())
    write_bytes(args.out, buffer.getvalue())
    print(f'{args.out}: {args.colors} colours of {len(chosen)} photos')
    return 0


if __name__ == '__main__':
    run_tool(main)
