"""Finding out that a data set is missing before anything is built or written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mmprivacy.apis.config import on_sample
from mmprivacy.errors import DataError

_PREPARE = {
    'image-privacy': 'python tools/prepare_data.py image-privacy --private DIR '
    '--public DIR --out data/image_privacy',
    'vispr': 'python tools/prepare_data.py vispr --root data/vispr',
}
"""Command that prepares the real data, for configs without a ``prepare`` key."""


def check_data(cfg: Any, splits: Iterable[str] = ('train', 'val', 'test')) -> None:
    """Refuse a config whose files are not there.

    Looks at ``data_root``, ``ann_file`` and ``data_prefix`` of the data sets of the
    given splits. A config may name the command that prepares its data in a top-level
    string ``prepare``.

    Args:
        cfg: The config.
        splits: Which data loaders are going to be used.

    Raises:
        DataError: If a file or folder is missing.
    """
    missing = next(missing_paths(cfg, splits), None)
    if missing is None:
        return
    key, path = missing
    raise DataError.explain(
        path,
        expected=f'the data that {key} names',
        got='no such file or folder',
        fix=how_to_get_data(cfg),
    )


def how_to_get_data(cfg: Any) -> str:
    """Phrase what to do about missing data."""
    if on_sample(cfg):
        return f'remove {cfg.sample.data.root}, so that --sample draws it again'
    form = (cfg.get('sample') or {}).get('data', {}).get('format')
    command = cfg.get('prepare') or _PREPARE.get(form)
    real = f'prepare the data set (`{command}`)' if command else 'set data_root'
    return real + (', or add --sample to run on drawn pictures' if form else '')


def missing_paths(cfg: Any, splits: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the config key and the path of everything that is not there."""
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if isinstance(loader, dict) and isinstance(loader.get('dataset'), dict):
            place = f'{split}_dataloader.dataset'
            yield from _missing_of(loader['dataset'], place)


def _missing_of(dataset: dict, place: str) -> Iterator[tuple[str, Path]]:
    if isinstance(dataset.get('dataset'), dict):
        yield from _missing_of(dataset['dataset'], f'{place}.dataset')
    for n, child in enumerate(dataset.get('datasets') or []):
        yield from _missing_of(child, f'{place}.datasets.{n}')
    root = Path(dataset.get('data_root') or '')
    named = {'data_root': dataset.get('data_root'), 'ann_file': dataset.get('ann_file')}
    prefixes = dataset.get('data_prefix')
    if isinstance(prefixes, dict):
        named |= {f'data_prefix.{k}': v for k, v in prefixes.items()}
    elif isinstance(prefixes, str):
        named['data_prefix'] = prefixes
    for key, value in named.items():
        if not isinstance(value, str) or not value or '://' in value:
            continue
        path = Path(value) if key == 'data_root' else root / value
        if not path.expanduser().exists():
            yield f'{place}.{key}', path
            return
