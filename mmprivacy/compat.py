"""The two dependency lanes, and what differs between them.

The same code runs on the maintained line of OpenMMLab (``onedl``) and on existing
installations (``upstream``). Everything that has to know which one it is lives here.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmprivacy.errors import CheckpointError, MissingDependencyError

LANES: dict[str, dict[str, tuple[str, str]]] = {
    'onedl': {
        'torch': ('torch', '2.11.0'),
        'torchvision': ('torchvision', '0.26.0'),
        'mmengine': ('onedl-mmengine', '0.10.12'),
        'mmcv': ('onedl-mmcv', '2.3.6'),
        'mmdet': ('onedl-mmdetection', '3.5.1'),
        'mmseg': ('onedl-mmsegmentation', '1.4.2'),
        'mmpretrain': ('onedl-mmpretrain', '1.3.6'),
    },
    'upstream': {
        'torch': ('torch', '2.1.2'),
        'torchvision': ('torchvision', '0.16.2'),
        'mmengine': ('mmengine', '0.10.7'),
        'mmcv': ('mmcv', '2.1.0'),
        'mmdet': ('mmdet', '3.3.0'),
        'mmseg': ('mmsegmentation', '1.2.2'),
        'mmpretrain': ('mmpretrain', '1.2.0'),
    },
}
"""Tested stacks: import name to (distribution, version), for each lane."""


def require(package: str, feature: str, fix: str | None = None) -> Any:
    """Import a package that a feature needs.

    Args:
        package: Import name, such as ``'mmpretrain'``.
        feature: What needs it, for the error message.
        fix: What to do if it is missing; by default, set the lane up.

    Returns:
        The imported module.

    Raises:
        MissingDependencyError: If the package itself is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as e:
        if (e.name or '').partition('.')[0] != package.partition('.')[0]:
            raise
        raise MissingDependencyError.explain(
            feature,
            expected=f'the package {package!r}',
            got='none installed',
            fix=fix or 'run `make setup`, or `pip install -r requirements/onedl.txt`',
        ) from e


def installed_as(distribution: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.lru_cache(maxsize=1)
def check_stack() -> str:
    """Tell which lane this environment is, once.

    Warns, and never refuses, when the versions were not tested together: a guessed
    maximum turns into a wall when a project stops being maintained.

    Returns:
        ``'onedl'`` or ``'upstream'``.

    Raises:
        MissingDependencyError: If mmengine is not installed, or both lanes are.
    """
    require('mmengine', feature='mmprivacy')
    lane = 'upstream' if installed_as('mmengine') else 'onedl'
    stack = dict(LANES[lane].values())
    others = {d for other in LANES.values() for d, _ in other.values()} - set(stack)
    foreign = sorted(d for d in others if installed_as(d))
    if foreign:
        raise MissingDependencyError.explain(
            'installed packages',
            expected=f'one line of OpenMMLab ({lane})',
            got=f'also {", ".join(foreign)}, which overwrites its files',
            fix='use one virtual environment a lane (`make setup LANE=onedl`)',
        )
    found = {d: installed_as(d) for d in stack}
    untested = [
        f'{d} {version} (tested: {stack[d]})'
        for d, version in found.items()
        if version and version.partition('+')[0] != stack[d]
    ]
    if untested:
        warnings.warn(
            f'mmprivacy was not tested with {", ".join(untested)}', stacklevel=2
        )
    return lane


def safe_load(
    path: str | Path, map_location: Any = 'cpu', trust: bool = False
) -> dict[str, Any]:
    """Load a checkpoint without running code that is hidden in it.

    Only tensors, containers, NumPy arrays and MMEngine's log buffers may be in the
    file. mmengine itself falls back to unrestricted pickle; this function refuses.

    Args:
        path: A file written by ``torch.save``.
        map_location: As for :func:`torch.load`.
        trust: Allow arbitrary pickled objects. Only for files of your own.

    Returns:
        The checkpoint.

    Raises:
        CheckpointError: If the file is missing, broken, or needs ``trust``.
    """
    import torch

    with _explain_failures(path, 'if you trust its origin, add --trust-checkpoint'):
        path = _existing(path)
        if trust:
            return torch.load(path, map_location=map_location, weights_only=False)
        if hasattr(torch.serialization, 'safe_globals'):
            with torch.serialization.safe_globals(_allowed_globals()):
                return torch.load(path, map_location=map_location, weights_only=True)
        return _load_with(_RestrictedPickle, path, map_location)


def load_tensors(path: str | Path) -> dict[str, Any]:
    """Load the tensors of a checkpoint that another library wrote.

    Other libraries pickle objects of their own beside the weights: callbacks, configs,
    optimizers. Here no class but those that :func:`safe_load` allows is imported; an
    object of any other becomes a placeholder without content, and is left out. So the
    file can run no code, and needs no library.

    Args:
        path: A file written by ``torch.save``, in its present or its older form.

    Returns:
        The dicts of the file, with tensors alone in them.

    Raises:
        CheckpointError: If the file is missing or broken, or holds no tensors.
    """
    with _explain_failures(path, 'use another file'):
        content = _load_with(_TensorPickle, _existing(path), 'cpu')
    tensors = _keep_tensors(content)
    if not tensors:
        raise CheckpointError.explain(
            path,
            expected='a dict of tensors',
            got='none in the file',
            fix='use the file of the weights, as its authors publish it',
        )
    return tensors


def _existing(path: str | Path) -> Path:
    path = Path(path).expanduser()
    if not path.is_file():
        raise CheckpointError.explain(
            path,
            expected='a checkpoint file',
            got='no such file',
            fix='check the path, or train first',
        )
    return path


@contextlib.contextmanager
def _explain_failures(path: str | Path, trust_fix: str) -> Iterator[None]:
    """Turn what loading raises on broken files into an error that names the file."""
    try:
        yield
    except CheckpointError:
        raise
    except pickle.UnpicklingError as e:
        reason = str(e).strip().partition('\n')[0]
        raise CheckpointError.explain(
            path,
            expected='tensors and plain containers only',
            got=f'a file that needs unrestricted pickle, or is broken ({reason})',
            fix=trust_fix,
        ) from e
    except (RuntimeError, EOFError, OSError, KeyError, ValueError) as e:
        reason = str(e).strip().partition('\n')[0]
        raise CheckpointError.explain(
            path,
            expected='a complete checkpoint',
            got=f'a broken file ({reason})',
            fix='use another checkpoint, for example the one before it',
        ) from e


def _load_with(pickle_module: Any, path: Path, map_location: Any) -> Any:
    import torch

    return torch.load(
        path,
        map_location=map_location,
        weights_only=False,
        pickle_module=pickle_module,
    )


def _keep_tensors(value: Any) -> Any:
    """Keep the tensors of nested dicts; None for everything else."""
    import torch

    if isinstance(value, torch.Tensor):
        return value.detach()
    if not isinstance(value, dict):
        return None
    kept = {str(key): _keep_tensors(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner is not None} or None


def forget_best_checkpoint(runner: Any) -> None:
    """Start the search for the best checkpoint of a run anew.

    For runs whose later part is scored like the first, but means something else. The
    best checkpoint so far stays on disk.

    Args:
        runner: A runner of MMEngine.
    """
    from mmengine.hooks import CheckpointHook

    for key in list(runner.message_hub.runtime_info):
        if key.startswith(('best_score', 'best_ckpt')):
            runner.message_hub.pop_info(key)
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook) and hook.save_best:
            if hasattr(hook, 'best_ckpt_path'):
                hook.best_ckpt_path = None
            else:
                hook.best_ckpt_path_dict = dict.fromkeys(hook.key_indicators)


def _history_method(owner: Any, name: str) -> Any:
    """Stand in for ``getattr`` in pickles of MMEngine's log buffers."""
    from mmengine.logging import HistoryBuffer

    if owner is HistoryBuffer and name in ('min', 'max', 'current', 'mean'):
        return getattr(HistoryBuffer, name)
    raise pickle.UnpicklingError(f'getattr of {name!r} is not allowed')


def _allowed_globals() -> list[Any]:
    """List what a training checkpoint of MMEngine holds besides tensors."""
    import numpy as np
    from mmengine.logging import HistoryBuffer

    # NumPy 1.26 has a numpy._core, too, without what is needed here.
    core = np.core if np.__version__.startswith('1.') else np._core
    reconstruct = core.multiarray._reconstruct
    scalar = core.multiarray.scalar
    dtypes = [
        type(np.dtype(t))
        for t in ('f8', 'f4', 'f2', 'i8', 'i4', 'i2', 'i1', 'u8', 'u4', 'u1', '?')
    ]
    return [
        HistoryBuffer,
        (_history_method, 'builtins.getattr'),
        np.ndarray,
        np.dtype,
        *dtypes,
        *(
            (f, f'numpy.{c}.multiarray.{n}')
            for c in ('core', '_core')
            for f, n in ((reconstruct, '_reconstruct'), (scalar, 'scalar'))
        ),
    ]


_PLAIN_GLOBALS = {
    'collections': {'Counter', 'OrderedDict', 'defaultdict', 'deque'},
    'builtins': {'set', 'int', 'float', 'bool', 'str', 'list', 'dict'},
    '_codecs': {'encode'},
    'torch._utils': {'_rebuild_tensor_v2', '_rebuild_parameter'},
    'torch': {
        'Size',
        'device',
        'float16',
        'float32',
        'float64',
        'bfloat16',
        'int64',
        'int32',
        'int16',
        'int8',
        'uint8',
        'bool',
    },
}


class _RestrictedUnpickler(pickle.Unpickler):
    """Unpickler with an allow-list, for a torch whose own one cannot be extended."""

    def find_class(self, module: str, name: str) -> Any:
        """Resolve an allowed global, refuse any other."""
        module = {'__builtin__': 'builtins'}.get(module, module)
        for entry in _allowed_globals():
            target, path = entry if isinstance(entry, tuple) else (entry, None)
            if f'{module}.{name}' == (path or f'{target.__module__}.{target.__name__}'):
                return target
        storage = module in ('torch', 'torch.storage') and name.endswith('Storage')
        if storage or name in _PLAIN_GLOBALS.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f'global {module}.{name} is not allowed')


class _RestrictedPickle:
    """What ``torch.load(pickle_module=...)`` asks for."""

    __name__ = 'mmprivacy.compat._RestrictedPickle'
    Unpickler = _RestrictedUnpickler
    UnpicklingError = pickle.UnpicklingError

    @staticmethod
    def load(file: Any, **kwargs: Any) -> Any:
        """Load one pickled object under the allow-list."""
        return _RestrictedUnpickler(file, **kwargs).load()


class _Ignored:
    """Stands for an object of a class that is not imported: takes all, keeps nothing.

    It is called, filled and restored as the object would have been.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> _Ignored:  # noqa: ARG004
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        """Take an item of what was a list."""

    def extend(self, items: Any) -> None:
        """Take items of what was a list."""

    def add(self, item: Any) -> None:
        """Take an item of what was a set."""


class _TensorUnpickler(_RestrictedUnpickler):
    """Unpickler that ignores what the allow-list does not have."""

    def find_class(self, module: str, name: str) -> Any:
        """Resolve an allowed global; any other stands for nothing."""
        if name in ('getattr', '_history_method'):
            return _Ignored
        try:
            return super().find_class(module, name)
        except (pickle.UnpicklingError, ImportError, AttributeError):
            return _Ignored


class _TensorPickle(_RestrictedPickle):
    """As :class:`_RestrictedPickle`, for :func:`load_tensors`."""

    __name__ = 'mmprivacy.compat._TensorPickle'
    Unpickler = _TensorUnpickler

    @staticmethod
    def load(file: Any, **kwargs: Any) -> Any:
        """Load one pickled object, ignoring unknown classes."""
        return _TensorUnpickler(file, **kwargs).load()
