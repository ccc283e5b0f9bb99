"""Checked overrides of config values by dotted key.

MMEngine merges whatever it is given, so a misspelled key changes nothing and says
nothing. Here a key has to exist, or to be an argument of the component it is given to.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from mmprivacy.apis.types import known_keys, top_level_keys
from mmprivacy.errors import ConfigError, nearest

_NEW = object()


def parse_value(text: Any) -> Any:
    """Turn the text of a ``KEY=VALUE`` argument into a value.

    Args:
        text: What stands behind the equals sign. Anything but a string is returned as
            is.

    Returns:
        A number, bool, None, list, tuple, dict or string.
    """
    from mmengine.config import DictAction

    if not isinstance(text, str):
        return text
    if text.lstrip().startswith(('{', 'dict(')):
        return _parse_dict(text)
    if text.lstrip().startswith(('[', '(')):
        with contextlib.suppress(ValueError, SyntaxError):
            return ast.literal_eval(text.strip())
    if not any(c in text for c in ',[]()'):
        # MMEngine drops the blanks of what it takes for a list.
        return DictAction._parse_int_float_bool(text.strip('\'"'))
    try:
        return DictAction._parse_iterable(text)
    except AssertionError as e:
        raise ConfigError.explain(
            f'override value {text!r}',
            expected='balanced brackets',
            got=str(e),
            fix='quote the value: KEY="[(1,2),(3,4)]"',
        ) from e


def _parse_dict(text: str) -> dict:
    body = text.strip()
    try:
        if body.startswith('{'):
            return ast.literal_eval(body)
        call = ast.parse(body, mode='eval').body
        return {k.arg: ast.literal_eval(k.value) for k in call.keywords}
    except (ValueError, SyntaxError, AttributeError) as e:
        raise ConfigError.explain(
            f'override value {text!r}',
            expected='a dict of plain values',
            got='something else',
            fix="write it as {'key': value} in quotes",
        ) from e


def apply_options(cfg: Any, options: Mapping[str, Any], origin: str) -> None:
    """Apply overrides to a config, in order, each one checked.

    Args:
        cfg: An :class:`mmengine.Config`, changed in place.
        options: Dotted key to value or text. A ``+`` before a key turns the check of
            the key and of the type of its value off. ``data_root`` stands for every
            ``data_root`` in the config.
        origin: Where the overrides come from, for error messages (``--cfg-options``).

    Raises:
        ConfigError: If a key is unknown or has no effect, an index is out of range, or
            the value is of another kind than the one it replaces.
    """
    for key, text in options.items():
        forced, key = key.startswith('+'), key.lstrip('+')
        value = parse_value(text)
        if key == 'data_root' and not forced:
            set_data_roots(cfg, value)
            continue
        parent, last = _descend(cfg, key, forced, origin)
        if not forced:
            _check_effect(cfg, key, origin)
            _check_value(_current(parent, last), value, f'{origin} {key}')
        _assign(parent, last, value)


def set_data_roots(cfg: Any, root: Any) -> None:
    """Set every ``data_root`` of a config, nested or not.

    Annotation files that metrics read follow, if they lie below the old ones.
    """
    replaced = set()
    for node in iter_dicts(cfg._cfg_dict):
        if 'data_root' in node:
            replaced.add(str(node['data_root']).rstrip('/') + '/')
            node['data_root'] = str(root)
    for split in ('val', 'test'):
        for node in iter_dicts(cfg._cfg_dict.get(f'{split}_evaluator') or {}):
            path = str(node.get('ann_file') or '')
            for old in replaced:
                if path.startswith(old):
                    node['ann_file'] = f'{root}/{path.removeprefix(old)}'


def iter_dicts(node: Any) -> Iterator[dict]:
    """Yield every dict of a config tree, parents first."""
    if isinstance(node, dict):
        yield node
        children = list(node.values())
    else:
        children = list(node) if isinstance(node, (list, tuple)) else []
    for child in children:
        yield from iter_dicts(child)


def _descend(cfg: Any, key: str, forced: bool, origin: str) -> tuple[Any, Any]:
    """Walk to the parent of a dotted key, checking and creating dicts on the way."""
    scope = cfg.get('default_scope', 'mmengine')
    node: Any = cfg._cfg_dict
    parts = key.split('.')
    fresh = False
    for depth, part in enumerate(parts):
        path = '.'.join(parts[:depth])
        if isinstance(node, list):
            part = _index(node, part, path, f'{origin} {key}')
        elif not isinstance(node, dict):
            raise ConfigError.explain(
                f'{origin} {key}',
                expected=f'a dict or list at {path!r}',
                got=repr(node),
                fix='override the whole value, or give a dict',
            )
        elif not (forced or fresh):
            _check_key(node, part, path, scope, f'{origin} {key}')
        if depth == len(parts) - 1:
            return node, part
        current = _current(node, part)
        if current is _NEW or current is None:
            _assign(node, part, {})
            fresh = True
        elif isinstance(current, tuple):
            node[part] = list(current)
        node = node[part]
    raise AssertionError('a split is never empty')


def _index(node: list, part: str, path: str, where: str) -> int:
    if not part.lstrip('-').isdigit() or not 0 <= int(part) < len(node):
        raise ConfigError.explain(
            where,
            expected=f'an index of {path!r}, which has {len(node)} entries '
            f'(0 to {len(node) - 1})',
            got=repr(part),
            fix='count from 0',
        )
    return int(part)


def _check_key(node: dict, part: str, path: str, scope: str, where: str) -> None:
    if part in node:
        return
    keys, open_ended = known_keys(node, path, scope)
    if open_ended or part in keys:
        return
    raise ConfigError.explain(
        where,
        expected=f'a known key of {path or "the config"}',
        got=repr(part),
        fix=f'{nearest(part, keys)} A + before the key forces it',
    )


def _check_effect(cfg: Any, key: str, origin: str) -> None:
    """Refuse to override a variable of the config file that nothing reads any more."""
    name = key.partition('.')[0]
    if name in top_level_keys() or name.startswith('_'):
        return
    value = cfg._cfg_dict.get(name)
    uses = [p for p, v in _walk(cfg._cfg_dict) if p != name and v == value and v]
    raise ConfigError.explain(
        f'{origin} {key}',
        expected='a key that the runner reads',
        got=f'{name!r}, a variable of the config file whose value is already in place',
        fix='override where it is used: '
        + (', '.join(uses[:3]) or 'nothing in this config uses it'),
    )


def _walk(node: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        here = f'{path}.{key}' if path else str(key)
        yield here, value
        if isinstance(value, (dict, list, tuple)):
            yield from _walk(value, here)


def _check_value(old: Any, new: Any, where: str) -> None:
    """Refuse values that can only be a mistake."""
    if old is _NEW or old is None or new is None:
        return
    number = isinstance(old, (int, float)) and not isinstance(old, bool)
    holds_dicts = isinstance(old, (list, tuple)) and any(
        isinstance(v, dict) for v in old
    )
    expected = None
    if isinstance(old, dict) and not isinstance(new, (dict, list, tuple)):
        expected = 'a dict, or one of its keys'
    elif holds_dicts and not isinstance(new, (dict, list, tuple)):
        expected = 'a list, or one of its indices'
    elif number and isinstance(new, str):
        expected = f'a number like {old!r}'
    elif isinstance(old, bool) and not isinstance(new, (bool, int, dict)):
        expected = 'true or false'
    if expected:
        raise ConfigError.explain(
            where,
            expected=expected,
            got=repr(new),
            fix='correct it, or put a + before the key to force it',
        )


def _current(parent: Any, key: Any) -> Any:
    if isinstance(parent, list):
        return parent[key]
    return dict.get(parent, key, _NEW)


def _assign(parent: Any, key: Any, value: Any) -> None:
    """Set a value; a dict is merged into a dict unless it says ``_delete_``."""
    from mmengine.config import ConfigDict

    old = _current(parent, key)
    if isinstance(value, dict):
        value = ConfigDict(value)
        if isinstance(old, dict) and not value.pop('_delete_', False):
            old.merge(value)
            return
    parent[key] = value
