"""Checking a config without running it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mmprivacy.apis.cli import find_own_error, one_line
from mmprivacy.apis.config import drop_pretrained, on_sample
from mmprivacy.apis.data_check import how_to_get_data, missing_paths
from mmprivacy.apis.types import kind_of, known_keys, resolve
from mmprivacy.errors import ConfigError, nearest

_SKIPPED = ('sample', 'custom_imports', 'tta_model')
_SPLITS = ('train', 'val', 'test')


class Finding(NamedTuple):
    """One line of a report.

    Attributes:
        level: ``'error'``, or ``'note'`` for what is no mistake of the config.
        text: What was expected, what came, what to do.
    """

    level: str
    text: str


def check_config(cfg: Any, build: bool = True) -> list[Finding]:
    """Check a config: types, keys, files, and that its parts can be built.

    Everything is built on the CPU, without loading or downloading weights.

    Args:
        cfg: A config of :func:`~mmprivacy.apis.config.load_config`; not changed.
        build: Also build model, optimizer, hooks, metrics, and the data sets that are
            there.

    Returns:
        The findings; a config without an ``'error'`` among them is fine.
    """
    found = [Finding('error', text) for text in check_keys(cfg)]
    missing = list(missing_paths(cfg, _SPLITS))
    for path, key in {path: key for key, path in reversed(missing)}.items():
        text = f'{key}: {path} is not there. To fix: {how_to_get_data(cfg)}.'
        found.append(Finding('error' if on_sample(cfg) else 'note', text))
    if build and not any(f.level == 'error' for f in found):
        absent = {key.partition('_')[0] for key, _ in missing}
        found += _check_builds(copy.deepcopy(cfg), absent)
    return found


def check_keys(cfg: Any) -> list[str]:
    """Check every ``dict(type=...)`` of a config against what it stands for.

    Args:
        cfg: The config.

    Returns:
        One message for each unknown type, and each key that its type does not take.
    """
    from mmprivacy.apis.runner import unknown_type

    scope = cfg.get('default_scope') or 'mmengine'
    problems = []
    for path, node in _typed_dicts(cfg._cfg_dict):
        kind = kind_of(path)
        target = resolve(node, path, scope)
        if target is None:
            if 'type' in node and kind:
                error = unknown_type(cfg, str(node['type']), kind, f'{path}: ')
                problems.append(str(error))
            continue
        bare = {k: node[k] for k in node if k == 'type'}
        keys, open_ended = known_keys(bare or _skeleton(node), path, scope)
        for key in () if open_ended else sorted(set(node) - keys):
            name = getattr(target, '__name__', target)
            error = ConfigError.explain(
                f'{path}.{key}',
                expected=f'an argument of {name}',
                got=repr(key),
                fix=nearest(key, keys),
            )
            problems.append(str(error))
    return problems


def _skeleton(node: dict) -> dict:
    """Keep what decides the type of a dict without one."""
    kept = ('by_epoch', 'max_iters', 'constructor')
    return {k: node[k] for k in kept if k in node}


def _typed_dicts(node: Any, path: str = '') -> Iterator[tuple[str, dict]]:
    if isinstance(node, dict):
        pairs = [(str(k), v) for k, v in node.items()]
        if path and ('type' in node or kind_of(path) in ('LOOPS', 'OPTIM_WRAPPERS')):
            yield path, node
    else:
        pairs = [(str(n), v) for n, v in enumerate(node)]
    for key, value in pairs:
        skipped = not path and (key in _SKIPPED or key.startswith('_'))
        if isinstance(value, (dict, list, tuple)) and not skipped:
            yield from _typed_dicts(value, f'{path}.{key}' if path else key)


def _check_builds(cfg: Any, absent: set[str]) -> Iterator[Finding]:
    """Build the parts one by one and report those that fail."""
    from mmengine.registry import DefaultScope, init_default_scope

    drop_pretrained(cfg)
    before = DefaultScope.get_current_instance()
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    try:
        for name, build in _parts(cfg, absent):
            yield from _attempt(cfg, name, build)
    finally:
        if before is not None:
            init_default_scope(before.scope_name)


def _attempt(cfg: Any, name: str, build: Callable[[], Any]) -> Iterator[Finding]:
    from mmprivacy.apis.runner import explain_registry_errors

    try:
        with explain_registry_errors(cfg):
            build()
    except Exception as e:
        own = find_own_error(e)
        text = one_line(own) if own else f'{type(e).__name__}: {one_line(e)}'
        yield Finding('error', f'{name}: {text}')


def _parts(cfg: Any, absent: set[str]) -> Iterator[tuple[str, Callable[[], Any]]]:
    from mmengine.registry import DATASETS, HOOKS, METRICS, PARAM_SCHEDULERS, TRANSFORMS

    yield 'model and optimizer', lambda: _build_model(cfg, PARAM_SCHEDULERS)
    yield 'visualizer', lambda: _build_visualizer(cfg)  # hooks ask for it
    for name, hook in _hooks(cfg):
        yield name, lambda hook=hook: HOOKS.build(_without(hook, 'priority'))
    for split in _SPLITS:
        evaluator = cfg.get(f'{split}_evaluator')
        listed = evaluator if isinstance(evaluator, (list, tuple)) else [evaluator]
        for metric in filter(None, listed):
            yield f'{split}_evaluator', lambda metric=metric: METRICS.build(metric)
        dataset = (cfg.get(f'{split}_dataloader') or {}).get('dataset')
        if not dataset:
            continue
        name = f'{split}_dataloader.dataset'
        if split in absent:
            for n, step in enumerate(dataset.get('pipeline') or []):
                yield f'{name}.pipeline.{n}', lambda s=step: TRANSFORMS.build(s)
        else:
            yield name, lambda dataset=dataset: DATASETS.build(dataset)[0]


def _hooks(cfg: Any) -> Iterator[tuple[str, dict]]:
    for key, hook in (cfg.get('default_hooks') or {}).items():
        if hook:
            yield f'default_hooks.{key}', hook
    for n, hook in enumerate(cfg.get('custom_hooks') or []):
        yield f'custom_hooks.{n}', hook


def _without(node: dict, *keys: str) -> dict:
    return {k: v for k, v in node.items() if k not in keys}


def _build_visualizer(cfg: Any) -> None:
    from mmengine.registry import VISUALIZERS

    node = {'type': 'Visualizer', **(cfg.get('visualizer') or {})}
    VISUALIZERS.build({'name': 'check_config', **_without(node, 'vis_backends')})


def _build_model(cfg: Any, schedulers: Any) -> None:
    from mmengine.optim import OptimWrapperDict, build_optim_wrapper
    from mmengine.registry import MODELS

    node = copy.deepcopy(cfg.model)
    if cfg.get('data_preprocessor') is not None:
        node.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(node)
    if not cfg.get('optim_wrapper'):
        return
    wrapper = build_optim_wrapper(model, copy.deepcopy(cfg.optim_wrapper))
    wrappers = [wrapper]
    if isinstance(wrapper, OptimWrapperDict):
        wrappers = list(wrapper.values())
    listed = cfg.get('param_scheduler') or []
    for scheduler in [listed] if isinstance(listed, dict) else listed:
        extra = {'epoch_length': 1} if scheduler.get('convert_to_iter_based') else {}
        for one in wrappers:
            schedulers.build(dict(scheduler), default_args=dict(optimizer=one, **extra))
