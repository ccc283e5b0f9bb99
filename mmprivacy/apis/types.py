"""What a ``dict(type=...)`` of a config stands for, and which keys it may have."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

_KINDS = (
    (r'model\.(.*\.)?(train|test)_cfg', ''),
    (r'model\.(.*\.)?(nms|roi_layer)', 'OPS'),
    (r'model\.(.*\.)?(assigner|sampler|bbox_coder|\w+_generator)', 'TASK_UTILS'),
    (r'(model|backbone|neck|\w*head|data_preprocessor|loss\w*|cls|bbox)', 'MODELS'),
    (r'dataset(\.datasets\.\d+|\.dataset)*', 'DATASETS'),
    (r'(pipeline|\w+_pipeline|transforms|transform)\.\d+', 'TRANSFORMS'),
    (r'(sampler|batch_sampler)', 'DATA_SAMPLERS'),
    (r'collate_fn|worker_init_fn', 'FUNCTIONS'),
    (r'default_hooks\.\w+|custom_hooks\.\d+', 'HOOKS'),
    (r'optimizer', 'OPTIMIZERS'),
    (r'optim_wrapper(\.(generator|discriminator))?', 'OPTIM_WRAPPERS'),
    (r'param_scheduler(\.\d+)?', 'PARAM_SCHEDULERS'),
    (r'\w+_evaluator(\.\d+)?', 'METRICS'),
    (r'visualizer', 'VISUALIZERS'),
    (r'vis_backends\.\d+', 'VISBACKENDS'),
    (r'(train|val|test)_cfg', 'LOOPS'),
    (r'init_cfg(\.\d+)?', 'WEIGHT_INITIALIZERS'),
    (r'log_processor', 'LOG_PROCESSORS'),
    (r'custom_hooks\.\d+\.(attack|view)', 'TASK_UTILS'),
    (r'advisor\.(assessors|localisers|protectors|verifiers)\.\w+', 'TASK_UTILS'),
)
"""Config path (its end) to the registry that its ``type`` is looked up in.

``OPS`` is no registry: detectors take these from ``mmcv.ops`` by name.
"""

_UNTYPED = {
    'optim_wrapper': 'OptimWrapper',
    'val_cfg': 'ValLoop',
    'test_cfg': 'TestLoop',
    'visualizer': 'Visualizer',
    'log_processor': 'LogProcessor',
}
"""Types of the dicts whose ``type`` MMEngine fills in."""

_PREPROCESSORS = {
    'mmpretrain': 'ClsDataPreprocessor',
    'mmdet': 'DetDataPreprocessor',
    'mmseg': 'SegDataPreProcessor',
}

_TAKEN_BEFORE = {
    'HOOKS': {'priority'},
    'PARAM_SCHEDULERS': {'convert_to_iter_based'},
    'OPTIM_WRAPPERS': {'constructor', 'paramwise_cfg', 'optimizer'},
    'LOOPS': {'by_epoch'},
    'METRICS': set(),
    'OPS': {'class_agnostic', 'split_thr'},
}
"""Keys that are read from the dict before its type is called."""

_NORM_KEYS = {'requires_grad'}
"""Keys of a ``norm_cfg`` that no normalisation layer takes."""

_NAMED_BY_USERS = {'advisor.policy.rules', 'advisor.protectors', 'advisor.verifiers'}
"""Dicts whose keys anybody may choose."""

_SAMPLERS = {'dataset', 'sampler', 'batch_sampler', 'num_batch_per_epoch'}


def kind_of(path: str) -> str:
    """Name the registry of a config path, such as ``'MODELS'`` for ``model.head``."""
    for pattern, kind in _KINDS:
        if re.fullmatch(rf'(?:.*\.)?(?:{pattern})', path):
            return kind
    return 'MODELS' if path.startswith('model.') else ''


def resolve(node: dict, path: str, scope: str) -> Any:
    """Find the class or function behind a dict of a config.

    Args:
        node: The dict.
        path: Its dotted place in the config, which tells the registry.
        scope: The config's ``default_scope``.

    Returns:
        The class or function, or None if it is not registered (or the dict has no
        type).
    """
    name = node.get('type', _default_type(node, path, scope))
    if name is None or callable(name):
        return name
    kind = kind_of(path)
    if kind == 'OPS':
        return getattr(importlib.import_module('mmcv.ops'), str(name), None)
    for registry in _registries(kind):
        found = lookup(registry, str(name), scope)
        if found is not None:
            return found
    return None


def node_of(registry: Any, scope: str) -> Any:
    """Return the node of a scope below a root registry, else the root itself."""
    with contextlib.suppress(ImportError):
        importlib.import_module(f'{scope}.registry')
    return registry.children.get(scope, registry)


def lookup(registry: Any, name: str, scope: str) -> Any:
    """Look a name up as a build in this scope would, without any warning."""
    from mmengine.registry import DefaultScope

    with DefaultScope.overwrite_default_scope(scope):
        return node_of(registry, scope).get(name)


def names(kind: str, scope: str) -> dict[str, str]:
    """List what is registered for a kind: name to scope, host and root."""
    import mmengine.registry as registries

    if kind == 'OPS':
        return dict.fromkeys(importlib.import_module('mmcv.ops').__all__, 'mmcv.ops')
    registry = getattr(registries, kind)
    node = node_of(registry, scope)
    node.import_from_location()
    return {
        **dict.fromkeys(registry.module_dict, registry.scope),
        **dict.fromkeys(node.module_dict, node.scope),
    }


def accepts(target: Any, key: str) -> bool:
    """Tell whether a class or function takes a keyword argument.

    A ``**kwargs`` is followed to the next ``__init__`` of the inheritance order.
    """
    names_taken, open_ended = parameters(target)
    return open_ended or key in names_taken


def parameters(target: Any) -> tuple[set[str], bool]:
    """Collect the keyword arguments of a class or function.

    Args:
        target: A class or function.

    Returns:
        Their names, and whether any other name is accepted too.
    """
    taken: set[str] = set()
    for call in _calls(target):
        try:
            signature = inspect.signature(call)
        except (TypeError, ValueError):
            return taken, True
        kinds = {p.kind for p in signature.parameters.values()}
        taken |= {
            n
            for n, p in signature.parameters.items()
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and n != 'self'
        }
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            return taken, False
        if not _passes_on(call):
            return taken, True
    # torch.nn.Module takes **kwargs only to refuse them.
    return taken, not any(_is_nn_module(c) for c in getattr(target, '__mro__', ()))


def known_keys(node: dict, path: str, scope: str) -> tuple[set[str], bool]:
    """List the keys that a dict of a config may have.

    Args:
        node: The dict.
        path: Its dotted place in the config (``''`` is the config itself).
        scope: The config's ``default_scope``.

    Returns:
        The names, and whether any other name is accepted too.
    """
    keys = set(node)
    if path in _NAMED_BY_USERS:
        return keys, True
    fixed = _fixed_keys(path) or _advisor_keys(path)
    if fixed is not None:
        return keys | fixed, False
    if path == 'optim_wrapper' and 'constructor' in node:
        return keys, True  # it knows the names of the model's parts
    target = resolve(node, path, scope)
    if target is None:
        return keys, False
    taken, open_ended = parameters(target)
    extra = _TAKEN_BEFORE.get(kind_of(path), set())
    if path.endswith('norm_cfg'):
        extra = extra | _NORM_KEYS
    return keys | taken | extra | {'type', '_scope_', '_delete_'}, open_ended


def _default_type(node: dict, path: str, scope: str) -> str | None:
    if path == 'train_cfg':
        by_epoch = node.get('by_epoch', 'max_iters' not in node)
        return 'EpochBasedTrainLoop' if by_epoch else 'IterBasedTrainLoop'
    if path in ('data_preprocessor', 'model.data_preprocessor'):
        return _PREPROCESSORS.get(scope)
    return _UNTYPED.get(path)


def _registries(kind: str) -> Iterator[Any]:
    import mmengine.registry as registries

    if kind:
        yield getattr(registries, kind)
    else:
        kinds = dict.fromkeys(k for _, k in _KINDS if hasattr(registries, k))
        yield from (getattr(registries, k) for k in kinds)


def _calls(target: Any) -> Iterable[Any]:
    if not inspect.isclass(target):
        return [target]
    return [
        c.__dict__['__init__']
        for c in target.__mro__
        if '__init__' in c.__dict__ and c is not object and not _is_nn_module(c)
    ]


def _is_nn_module(cls: type) -> bool:
    return cls.__module__ == 'torch.nn.modules.module'


def _passes_on(call: Any) -> bool:
    """Tell whether an ``__init__`` hands its ``**kwargs`` to its base class."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(call)))
    except (OSError, TypeError, SyntaxError):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == '__init__'
        and any(k.arg is None for k in node.keywords)
        for node in ast.walk(tree)
    )


def _fixed_keys(path: str) -> set[str] | None:
    """List the keys of the dicts that stand for no type, or None."""
    if path == '':
        return top_level_keys()
    if re.fullmatch(r'(.*\.)?\w*dataloader(_cfg)?', path):
        from torch.utils.data import DataLoader

        return (parameters(DataLoader)[0] | _SAMPLERS) - {'self'}
    tables = {
        'sample': {'data', 'encoder', 'prior', 'cfg_options'},
        'sample.data': {'format', 'root', 'num', 'seed', 'workers'},
        'sample.data.num': {'train', 'val', 'test'},
        'env_cfg': {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'},
        'env_cfg.mp_cfg': {'mp_start_method', 'opencv_num_threads'},
        'env_cfg.dist_cfg': {'backend', 'timeout', 'init_backend', 'port'},
        'randomness': {'seed', 'deterministic', 'diff_rank_seed'},
        'auto_scale_lr': {'enable', 'base_batch_size'},
        'custom_imports': {'imports', 'allow_failed_imports'},
        'default_hooks': {
            'runtime_info',
            'timer',
            'sampler_seed',
            'logger',
            'param_scheduler',
            'checkpoint',
            'visualization',
        },
    }
    return tables.get(path)


def _advisor_keys(path: str) -> set[str] | None:
    """List the keys of the advisor's dicts that stand for no type, or None."""
    if path.partition('.')[0] != 'advisor':
        return None
    from mmprivacy.advisor import Advisor, Policy, Rule

    if re.fullmatch(r'advisor\.policy\.(default|rules\.\w+)', path):
        return parameters(Rule)[0]
    calls = {'advisor': Advisor, 'advisor.policy': Policy}
    return parameters(calls[path])[0] if path in calls else None


def top_level_keys() -> set[str]:
    """List the top-level keys that MMEngine's runner or the tools read."""
    from mmengine.runner import Runner

    runner = set(inspect.signature(Runner.__init__).parameters)
    return (runner - {'self', 'cfg'}) | {
        'advisor',
        'activation_checkpointing',
        'compile',
        'custom_imports',
        'efficient_conv_bn_eval',
        'find_unused_parameters',
        'model_wrapper_cfg',
        'prepare',
        'runner_type',
        'sample',
        'sync_bn',
    }
