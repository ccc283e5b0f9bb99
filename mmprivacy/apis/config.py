"""Loading a config file for a tool: errors, overrides, sample data, work folder."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mmprivacy.apis.cli import find_own_error
from mmprivacy.apis.overrides import apply_options, iter_dicts, set_data_roots
from mmprivacy.errors import ConfigError, MissingDependencyError

SAMPLE_ORIGIN = 'sample.cfg_options'


def load_config(
    path: str | Path,
    options: Mapping[str, Any] | None = None,
    sample: bool = False,
    draw: bool = True,
) -> Any:
    """Load a config file, apply checked overrides, and turn it to the sample data.

    Args:
        path: An old-style MMEngine config file.
        options: Overrides, dotted key to value or text, as ``--cfg-options`` gives
            them. Those of ``sample.*`` are applied first, the others last, so that they
            win over the sample's own.
        sample: Run on the drawn sample data: every ``data_root`` points to it,
            pretrained weights are dropped, the overrides in the config's ``sample``
            apply. The pictures are drawn here unless another process of a distributed
            run will.
        draw: Whether to draw them; False for what needs the model alone.

    Returns:
        An :class:`mmengine.Config` with ``work_dir`` set.

    Raises:
        ConfigError: If the file is missing or wrong, or an override is.
        MissingDependencyError: If a package that the config imports is not installed.
    """
    path = Path(path)
    options = dict(options or {})
    cfg = _read(path)
    if cfg.get('work_dir') is None:
        cfg.work_dir = default_work_dir(path, sample)
    first = {k: v for k, v in options.items() if k.lstrip('+').startswith('sample.')}
    apply_options(cfg, first, '--cfg-options')
    if sample:
        apply_sample(cfg, path)
    rest = {k: v for k, v in options.items() if k not in first}
    apply_options(cfg, rest, '--cfg-options')
    if sample and cfg.sample.get('encoder'):
        from mmprivacy.apis.sample_encoder import use_encoder

        use_encoder(cfg)
    if sample and cfg.sample.get('prior'):
        from mmprivacy.apis.sample_prior import use_prior

        use_prior(cfg)
    if sample and draw and not is_multi_process():
        draw_sample(cfg)
    return cfg


def on_sample(cfg: Any) -> bool:
    """Tell whether a config was turned to the sample data."""
    return bool((cfg.get('sample') or {}).get('active'))


def _read(path: Path) -> Any:
    from mmengine.config import Config

    if not path.is_file():
        raise ConfigError.explain(
            path,
            expected='a config file',
            got='a folder' if path.is_dir() else 'no such file',
            fix=_near_configs(path),
        )
    # `custom_imports` may name a module that lies beside the config file.
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        return Config.fromfile(path)
    except Exception as e:
        own = find_own_error(e)
        if own is not None:
            raise own from e
        if isinstance(e, ImportError):
            raise _import_error(path, e) from e
        raise ConfigError.explain(
            path,
            expected='a config that can be read',
            got=_where(e),
            fix='correct the file',
        ) from e


def _import_error(path: Path, error: ImportError) -> Exception:
    """Name the package that a config's imports lack."""
    missing: Any = error
    while missing is not None:
        if isinstance(missing, ModuleNotFoundError) and missing.name:
            package = missing.name.partition('.')[0]
            install = (
                'run `pip install -e .` in the repository'
                if package == 'mmprivacy'
                else 'run `make setup`, or install the package'
            )
            if package == 'mmprivacy' and missing.name != 'mmprivacy':
                install = 'check the spelling of custom_imports'
            return MissingDependencyError.explain(
                path,
                expected=f'the module {missing.name!r}, which the config imports',
                got='no such module',
                fix=install,
            )
        missing = missing.__cause__ or missing.__context__
    reason = error.__cause__ or error.__context__ or error
    return MissingDependencyError.explain(
        path,
        expected='custom_imports that work',
        got=str(reason).partition('\n')[0],
        fix='run `make setup`',
    )


def _where(error: Exception) -> str:
    """Phrase an exception of a config file with the file and line it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if f.filename.endswith('.py>')), 0)
    if isinstance(error, SyntaxError):
        line = error.lineno or 0
    text = str(error).strip().partition('\n')[0]
    place = f' in line {line}' if line else ''
    return f'{type(error).__name__}{place}: {text}'


def _near_configs(path: Path) -> str:
    parents = [p for p in path.parents if p.name == 'configs' and p.is_dir()]
    root = parents[0] if parents else Path('configs')
    files = {
        str(p): p.stem for p in sorted(root.rglob('*.py')) if '_base_' not in p.parts
    }
    close = get_close_matches(path.stem, files.values(), n=3, cutoff=0.5)
    near = [f for f, stem in files.items() if stem in close]
    if near:
        return 'did you mean ' + ' or '.join(near[:3]) + '?'
    return f'choose one of {", ".join(list(files)[:8])}' if files else 'check the path'


def default_work_dir(path: Path, sample: bool = False) -> str:
    """Return the work folder of a config file.

    It follows the path of the file below ``configs/``, because file names repeat in
    different folders; runs on sample data have a tree of their own.
    """
    parts = path.with_suffix('').parts
    if 'configs' in parts:
        parts = parts[len(parts) - parts[::-1].index('configs') :]
    else:
        parts = parts[-1:]
    return str(Path('work_dirs', *(['sample'] if sample else []), *parts))


def apply_sample(cfg: Any, path: str | Path = 'config') -> None:
    """Turn a config to the drawn sample data, in place, drawing nothing yet.

    Args:
        cfg: The config, whose top-level ``sample`` says what to draw and what to
            change.
        path: Its file, for error messages.

    Raises:
        ConfigError: If the config has no ``sample``, or it has a wrong key.
    """
    sample = cfg.get('sample')
    if not isinstance(sample, dict) or 'root' not in sample.get('data', {}):
        raise ConfigError.explain(
            path,
            expected='a top-level sample = dict(data=dict(format=, root=, num=), ...)',
            got='none',
            fix='run without --sample, or add one as in configs/drag/',
        )
    sample['active'] = True
    set_data_roots(cfg, sample['data']['root'])
    drop_pretrained(cfg)
    apply_options(cfg, sample.get('cfg_options') or {}, SAMPLE_ORIGIN)


def drop_pretrained(cfg: Any) -> None:
    """Remove whatever would load weights before training: nothing is downloaded."""
    cfg.load_from = None
    for node in iter_dicts(cfg._cfg_dict):
        if node.get('pretrained'):
            node['pretrained'] = None
        if 'allow_random' in node:  # a network that is used as it is
            node.update(weights=None, allow_random=True)
        init = node.get('init_cfg')
        if isinstance(init, (list, tuple)):
            node['init_cfg'] = [i for i in init if not _is_pretrained(i)] or None
        elif _is_pretrained(init):
            node['init_cfg'] = None


def _is_pretrained(init: Any) -> bool:
    name = init.get('type') if isinstance(init, dict) else None
    return getattr(name, '__name__', name) in ('Pretrained', 'PretrainedInit')


def draw_sample(cfg: Any) -> None:
    """Write the sample data of a config if it is not there yet."""
    from mmprivacy.datasets.sample import write_sample

    write_sample(**cfg.sample.data.to_dict())


def is_multi_process() -> bool:
    """Tell whether a launcher started this process as one of several."""
    sizes = ('WORLD_SIZE', 'SLURM_NTASKS', 'OMPI_COMM_WORLD_SIZE')
    return any(int(os.environ.get(s) or 1) > 1 for s in sizes)
