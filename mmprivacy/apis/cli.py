"""Command lines: the arguments that several tools share, and how errors end them."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence

from mmprivacy.errors import MMPrivacyError

_WORKER_MESSAGE = re.compile(r'^(?:[\w.]*\.)?\w+Error: (.*)$', re.MULTILINE)


def run_tool(main: Callable[[Sequence[str]], int | None]) -> None:
    """Run the main function of a tool and exit with its status.

    An :class:`~mmprivacy.errors.MMPrivacyError` anywhere in the exception chain becomes
    one line on stderr and exit status 2; ``--debug`` shows the traceback instead. Any
    other exception is a bug and keeps its traceback.

    Args:
        main: Takes the arguments without the program's name, returns the exit status
            (None means 0).
    """
    argv = sys.argv[1:]
    try:
        status = main(argv) or 0
    except KeyboardInterrupt:
        sys.stderr.write('interrupted\n')
        status = 130
    except BrokenPipeError:
        # The reader of our output went away: nothing left to say, and to whom.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except Exception as e:
        error = find_own_error(e)
        if error is None or '--debug' in argv:
            raise
        sys.stderr.write(f'error: {one_line(error)}\n')
        status = 2
    sys.stdout.flush()
    sys.exit(status)


def find_own_error(error: BaseException) -> MMPrivacyError | None:
    """Find the error that mmprivacy raised on purpose behind an exception.

    The host wraps exceptions: a failed ``custom_imports`` turns our
    :class:`~mmprivacy.errors.MissingDependencyError` into a remark on ``PYTHONPATH``,
    and ours survives in the exception chain only.

    Args:
        error: The exception that arrived.

    Returns:
        The first error of ours in ``__cause__`` / ``__context__`` order, or None.
    """
    return next((e for e in _chain(error) if isinstance(e, MMPrivacyError)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo = [error]
    while todo:
        error = todo.pop(0)
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        todo += [error.__cause__, error.__context__]


def one_line(error: BaseException) -> str:
    """Return the message of an error as one line.

    An error of a data loading worker arrives with the worker's whole traceback as its
    message; the original message is the last line of it.
    """
    text = str(error).strip()
    if text.startswith('Caught '):
        found = _WORKER_MESSAGE.findall(text)
        text = found[-1] if found else text.rpartition('\n')[2]
    return ' '.join(text.split())


class OptionsAction(argparse.Action):
    """Collect ``KEY=VALUE`` arguments into one dict, in order.

    Values are numbers, ``true``/``false``, ``None``, strings, lists and tuples as
    MMEngine writes them (``a,b``, ``[1,2]``, ``"[(1,2),(3,4)]"``), or a Python dict.
    """

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        """Parse the arguments of one occurrence of the option."""
        options = dict(getattr(namespace, self.dest) or {})
        for item in values:
            key, equals, value = item.partition('=')
            if not equals or not key.strip('+'):
                parser.error(f'{option_string}: expected KEY=VALUE, got {item!r}')
            options[key] = value
        setattr(namespace, self.dest, options)


def add_common_arguments(parser: argparse.ArgumentParser, launch: bool = True) -> None:
    """Add the arguments that mean the same in every tool.

    Args:
        parser: The parser of the tool.
        launch: Also add what distributed runs need.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=OptionsAction,
        default={},
        metavar='KEY=VALUE',
        help='override config values by dotted key, list indices allowed '
        '(custom_hooks.0.phases.1.epochs=2); unknown keys are errors unless '
        'prefixed with +; data_root=DIR sets every data_root',
    )
    parser.add_argument(
        '--sample',
        action='store_true',
        help='run on a small drawn data set (written if it is not there), '
        'without pretrained weights',
    )
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    if not launch:
        return
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints '
        '(default: work_dirs/<config path>, work_dirs/sample/<config path>)',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes of a distributed run were started',
    )
    # torchrun sets LOCAL_RANK; older launchers pass it as an argument.
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS
    )
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='load checkpoints that need unrestricted pickle '
        '(they can run any code: only for files whose origin you trust)',
    )
