"""The command ``mmprivacy``: from a folder of photos to one that may be published."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from mmprivacy.apis.cli import OptionsAction, run_tool
from mmprivacy.version import __version__

_EPILOG = """\
examples:
  mmprivacy protect photos --out safe        publish what is in safe/photos
  mmprivacy report safe                      see it in a browser: safe/report/index.html
  mmprivacy verify safe                      later: is it still what was certified?

  mmprivacy assess photos --out plans        look at the plans and edit them, then
  mmprivacy protect photos --plan plans --out safe

exit status: 0 all photos passed, 1 some were refused or could not be read,
2 wrong arguments or config. Nothing is downloaded, and inputs are never changed.
"""
_PHOTOS = 'a photo (JPEG, PNG, WebP, TIFF, BMP, HEIC), or a folder of photos'


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments, without the program's name.

    Returns:
        The exit status.
    """
    args = _parser().parse_args(argv)
    return args.run(args)


def run() -> None:
    """Run the command with the arguments of this process, and exit."""
    run_tool(main)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='mmprivacy',
        description='Find what is private in photos, make it unreadable, and prove it '
        'on the files that were written.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=__version__)
    commands = parser.add_subparsers(required=True, metavar='COMMAND', title='commands')

    assess = commands.add_parser(
        'assess',
        help='write plans: what is private, and what is to be done',
        description='Write one plan a photo (JSON): boxes, masks, scores, reasons and '
        'methods. Edit them, then run protect --plan. Plans that are there stay.',
    )
    assess.add_argument('photos', help=_PHOTOS)
    assess.add_argument('--out', required=True, help='folder for the plans')
    assess.set_defaults(run=_assess)

    protect = commands.add_parser(
        'protect',
        help='write protected photos, verified and certified',
        description='Write protected photos without metadata. Each is closed, read '
        'again and verified; OUT/photos holds what passed, OUT/quarantine what did '
        'not, OUT/certificates what was proved. An interrupted run goes on.',
    )
    protect.add_argument('photos', help=_PHOTOS)
    protect.add_argument('--out', required=True, help='output folder')
    protect.add_argument('--plan', metavar='PLANS', help='carry out these plans')
    protect.set_defaults(run=_protect)

    verify = commands.add_parser(
        'verify',
        help='look again at what protect wrote',
        description='Notice changed, swapped, added and missing files in OUT/photos, '
        'and run all verifiers on what is there.',
    )
    verify.add_argument('out', metavar='OUT', help='output folder of protect')
    verify.set_defaults(run=_verify)

    report = commands.add_parser(
        'report',
        help='write what protect found and did as pages for a browser',
        description='Write OUT/report/index.html: what was found, decided, proved, and '
        'what not, with small pictures. The pages load nothing, and describe private '
        'things: they are not for publishing.',
    )
    report.add_argument('out', metavar='OUT', help='output folder of protect')
    report.add_argument('--before', metavar='PHOTOS', help='show the originals, too')
    report.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    report.set_defaults(run=_write_report)

    for command in (assess, protect, verify):
        _add_common(command, 'default' if command is not verify else None)
    return parser


def _add_common(parser: argparse.ArgumentParser, config: str | None) -> None:
    shown = f'(default: {config})' if config else '(default: the one of the run)'
    parser.add_argument(
        '--config',
        default=config,
        help=f'config file, or name of one in configs/advisor/ {shown}',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=OptionsAction,
        default={},
        metavar='KEY=VALUE',
        help='override config values by dotted key, such as '
        'advisor.policy.rules.face.margin=0.3',
    )
    parser.add_argument(
        '--workers', type=int, default=1, metavar='N', help='processes (default: 1)'
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes of a run on several machines were started',
    )
    parser.add_argument('--quiet', action='store_true', help='no progress bar')
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )


def _assess(args: argparse.Namespace) -> int:
    from mmprivacy.apis.advising import assess_photos

    return _report(assess_photos(args.photos, args.out, **_common(args)), 'assessed')


def _protect(args: argparse.Namespace) -> int:
    from mmprivacy.apis.advising import protect_photos

    result = protect_photos(args.photos, args.out, args.plan, **_common(args))
    return _report(result, 'protected and verified')


def _verify(args: argparse.Namespace) -> int:
    from mmprivacy.apis.advising import verify_photos

    return _report(verify_photos(args.out, **_common(args)), 'as certified')


def _write_report(args: argparse.Namespace) -> int:
    from mmprivacy.advisor.report import write_report

    sys.stdout.write(f'{write_report(args.out, args.before)}\n')
    return 0


def _common(args: argparse.Namespace) -> dict[str, Any]:
    return dict(
        config=args.config,
        options=args.cfg_options,
        workers=args.workers,
        launcher=args.launcher,
        progress=not args.quiet,
        debug=args.debug,
    )


def _report(result: Any, done: str) -> int:
    """Print what came of a run; give the exit status."""
    counts = result.counts
    for outcome in result.problems:
        sys.stderr.write(f'{outcome.status}: {outcome.photo}: {outcome.message}\n')
    hidden = counts['refused'] + counts['failed'] - len(result.problems)
    if hidden > 0:
        sys.stderr.write(f'... and {hidden} more, see results.jsonl\n')
    line = f'{counts["passed"]} {done}'
    line += f', {counts["refused"]} refused' if counts['refused'] else ''
    line += f', {counts["failed"]} failed' if counts['failed'] else ''
    line += f', {counts["unpublished"]} not published' if counts['unpublished'] else ''
    line += f' ({result.resumed} from an earlier run)' if result.resumed else ''
    sys.stdout.write(line + '\n')
    return 0 if result.ok else 1
