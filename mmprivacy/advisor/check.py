"""Does a part keep its contract? Run it on difficult photos and look.

``python -m mmprivacy.advisor.check my_module.MyLocaliser`` prints what holds and what
not, and exits with 1 if something does not.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmprivacy.advisor.contract_checks import promises_of
from mmprivacy.advisor.contract_tools import Broken
from mmprivacy.advisor.contracts import CONTRACTS
from mmprivacy.errors import ConfigError


@dataclass(frozen=True)
class Check:
    """One thing that a contract promises.

    Attributes:
        promise: What it is.
        broken: How it is not kept; empty if it is.
    """

    promise: str
    broken: str = ''

    @property
    def ok(self) -> bool:
        """Whether the promise is kept."""
        return not self.broken


def check_part(
    make: Callable[..., Any], arguments: Mapping[str, Any] | None = None
) -> list[Check]:
    """Put a part through the contract test.

    Args:
        make: A class, or a function that builds the part.
        arguments: Its arguments.

    Returns:
        One entry for each promise.

    Raises:
        ConfigError: If it is no part at all.

    Examples:
        >>> from mmprivacy.advisor.protectors import FillProtector
        >>> all(check.ok for check in check_part(FillProtector))
        True
    """
    arguments = dict(arguments or {})
    part = make(**arguments)
    contracts = [m for m in CONTRACTS if callable(getattr(part, m, None))]
    if not contracts:
        raise ConfigError.explain(
            getattr(make, '__name__', 'part'),
            expected=f'one of the methods {", ".join(CONTRACTS)}',
            got='none of them',
            fix='see mmprivacy.advisor.contracts',
        )
    checks = []
    for method in contracts:
        for promise, test in promises_of(method, part, lambda: make(**arguments)):
            checks.append(Check(promise, _run(test)))
    return checks


def _run(test: Callable[[], None]) -> str:
    """Run a test; say what is wrong."""
    try:
        test()
    except Broken as e:
        return str(e)
    except Exception as e:  # a part is somebody else's code
        read_only = 'read-only' in str(e) or 'readonly' in str(e)
        hint = ' (it writes into the photo: copy it first)' if read_only else ''
        return f'raises {type(e).__name__}: {e}{hint}'
    return ''


def load(name: str) -> Callable[..., Any]:
    """Import a class by its dotted name.

    Args:
        name: Such as ``'my_module.MyLocaliser'``.

    Returns:
        The class.

    Raises:
        ConfigError: If there is none of the name.
    """
    module, _, attribute = name.rpartition('.')
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as e:
        raise ConfigError.explain(
            name,
            expected='a class in a module, such as my_module.MyLocaliser',
            got=e,
            fix='check the name, and start from the folder of the module',
        ) from e
    if not callable(found):
        raise ConfigError.explain(
            name, expected='a class', got=type(found).__name__, fix='check the name'
        )
    return found


def main(argv: Sequence[str]) -> int:
    """Check the part that is named on the command line.

    Args:
        argv: The arguments.

    Returns:
        0 if it keeps its contract, 1 if not.
    """
    parser = argparse.ArgumentParser(
        prog='python -m mmprivacy.advisor.check',
        description='Put a localiser, protector, verifier or assessor through the '
        'contract test. Exit code: 0 it fits, 1 it does not, 2 it cannot be built.',
    )
    parser.add_argument('part', help='its class, such as my_module.MyLocaliser')
    parser.add_argument(
        'arguments',
        nargs='*',
        metavar='KEY=VALUE',
        help="arguments of the class, values as in Python: radius=3 color='(0, 0, 0)'",
    )
    parser.add_argument(
        '--debug', action='store_true', help='show the traceback of an error'
    )
    args = parser.parse_args(argv)
    checks = check_part(load(args.part), dict(_arguments(args.arguments)))
    for check in checks:
        mark = 'ok  ' if check.ok else 'FAIL'
        more = '' if check.ok else f'\n       {check.broken}'
        sys.stdout.write(f'{mark}  {check.promise}{more}\n')
    failed = sum(not check.ok for check in checks)
    verdict = f'breaks {failed} of' if failed else 'keeps all'
    sys.stdout.write(f'{args.part} {verdict} {len(checks)} promises\n')
    return 1 if failed else 0


def _arguments(items: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for item in items:
        key, equals, value = item.partition('=')
        if not equals or not key.isidentifier():
            raise ConfigError.explain(
                'arguments', expected='KEY=VALUE', got=repr(item), fix='correct it'
            )
        try:
            yield key, ast.literal_eval(value)
        except (ValueError, SyntaxError):
            yield key, value


if __name__ == '__main__':
    from mmprivacy.apis.cli import run_tool

    run_tool(main)
