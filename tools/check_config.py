"""Check configs: python tools/check_config.py configs/drag/*.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

try:
    from mmprivacy.apis.cli import add_common_arguments, one_line, run_tool
except ModuleNotFoundError as e:
    if (e.name or '').partition('.')[0] != 'mmprivacy':
        raise
    print('error: mmprivacy is not installed; run `pip install -e .`', file=sys.stderr)
    sys.exit(2)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog='check_config.py',
        description='Find unknown types and keys, missing files, and parts that cannot '
        'be built. Nothing is trained or downloaded. Exit status: 0 fine, 1 errors '
        'found, 2 a file cannot be read.',
    )
    parser.add_argument('configs', nargs='+', help='config files (not those in _base_)')
    parser.add_argument(
        '--no-build', action='store_true', help='check types, keys and files only'
    )
    add_common_arguments(parser, launch=False)
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Print one line for each finding."""
    args = parse_args(argv)
    import logging
    from pathlib import Path

    from mmprivacy.apis.check import check_config
    from mmprivacy.apis.config import load_config
    from mmprivacy.compat import check_stack
    from mmprivacy.errors import MMPrivacyError

    logging.disable(logging.WARNING)
    check_stack()
    status = 0
    for path in args.configs:
        if '_base_' in Path(path).parts:
            continue
        try:
            cfg = load_config(path, args.cfg_options, sample=args.sample)
        except MMPrivacyError as e:
            print(f'{path}: error: {one_line(e)}')
            status = 2
            continue
        found = check_config(cfg, build=not args.no_build)
        for level, text in found:
            print(f'{path}: {level}: {text}', flush=True)
        errors = sum(level == 'error' for level, _ in found)
        print(f'{path}: {f"{errors} errors" if errors else "ok"}', flush=True)
        status = max(status, int(errors > 0))
    return status


if __name__ == '__main__':
    run_tool(main)
