"""Build the parts that a config names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmengine.registry import TASK_UTILS

from mmprivacy.errors import (
    ConfigError,
    MissingDependencyError,
    MMPrivacyError,
    nearest,
)


def build_part(cfg: Any, contract: type, where: str) -> Any:
    """Build a part.

    Args:
        cfg: ``dict(type=...)`` with the part's arguments; or a part, as it is.
            ``optional=True`` in it leaves the part out if a package is missing.
        contract: One of the four contracts.
        where: Its place in the config, for error messages.

    Returns:
        The part; the :class:`~mmprivacy.errors.MissingDependencyError` instead if it is
        optional and a package that it needs is not installed.

    Raises:
        ConfigError: If the type is unknown, its arguments are wrong, or it lacks the
            method of the contract.
        MissingDependencyError: If a package is missing and the part is not optional.
    """
    if not isinstance(cfg, Mapping):
        return _checked(cfg, contract, where)
    arguments = dict(cfg)
    optional = arguments.pop('optional', False)
    name = arguments.pop('type', None)
    # The registry's own look-up and build import torch, which few parts need.
    found = TASK_UTILS.module_dict.get(name, name)
    if isinstance(found, str):
        found = TASK_UTILS.get(found)
    if found is None:
        raise ConfigError.explain(
            f'{where}.type',
            expected='a part that is registered in TASK_UTILS',
            got=repr(name),
            fix=f'add its module to custom_imports, or {_suggest(name)}',
        )
    try:
        part = found(**arguments)
    except Exception as e:
        error = _own(e)
        if isinstance(error, MissingDependencyError) and optional:
            return error
        if error is not None:
            raise error from e
        if isinstance(e, (TypeError, ValueError)):
            raise ConfigError.explain(
                where, expected=f'arguments of {name}', got=e, fix='correct the config'
            ) from e
        raise
    return _checked(part, contract, where)


def _checked(part: Any, contract: type, where: str) -> Any:
    if not isinstance(part, contract):
        members = sorted(
            m
            for m in (*vars(contract), *getattr(contract, '__annotations__', ()))
            if not m.startswith('_') and not hasattr(part, m)
        )
        raise ConfigError.explain(
            where,
            expected=f'a {contract.__name__}',
            got=f'{type(part).__name__}, which has no {" and no ".join(members)}',
            fix='see mmprivacy.advisor.contracts',
        )
    return part


def _own(error: BaseException | None) -> MMPrivacyError | None:
    """Find an error of ours that the registry wrapped."""
    while error is not None:
        if isinstance(error, MMPrivacyError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _suggest(name: Any) -> str:
    parts = [
        n
        for n, cls in TASK_UTILS.module_dict.items()
        if any(hasattr(cls, m) for m in ('assess', 'localise', 'protect', 'verify'))
    ]
    return nearest(str(name), parts)
