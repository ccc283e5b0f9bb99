"""Masks of any Python function."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.errors import ConfigError
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider


@TASK_UTILS.register_module()
class CallableMask(BaseMaskProvider):
    """Call a function with the photo, BGR uint8 (h, w, 3); it returns the mask (h, w).

    Args:
        function: The function, or where it is: ``'package.module:name'``.

    Raises:
        ConfigError: If there is no such function.
    """

    def __init__(self, function: str | Callable[[np.ndarray], np.ndarray]) -> None:
        self.function = _find(function) if isinstance(function, str) else function
        if not callable(self.function):
            raise _no_function(function, f'a {type(self.function).__name__}')

    def __call__(self, image: np.ndarray, path: str) -> np.ndarray | None:
        """Make the mask of one photo; see the base class."""
        del path
        return self.function(image)


def _find(name: str) -> Callable:
    """Import ``'package.module:name'``."""
    module, colon, attribute = name.partition(':')
    if not (module and colon and attribute):
        raise _no_function(name, 'no colon in it')
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as e:
        raise _no_function(name, e) from e


def _no_function(name: object, got: object) -> ConfigError:
    return ConfigError.explain(
        f'CallableMask.function {name!r}',
        expected="a function 'package.module:name' that can be imported",
        got=got,
        fix='check the spelling; the folder of the module has to be in PYTHONPATH',
    )
