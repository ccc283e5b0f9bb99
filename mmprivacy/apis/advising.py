"""Assess, protect and verify photos, from Python as from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mmprivacy.apis.config import load_config
from mmprivacy.apis.distributed import start_group, stop_group
from mmprivacy.errors import ConfigError, nearest

DEFAULT_CONFIG = 'default'


def find_config(name: str | Path) -> Path:
    """Find a config of the advisor.

    Args:
        name: A file; or the name of one in ``configs/advisor/``, without ``.py``.

    Returns:
        The file, in the source tree or in the installed package.

    Raises:
        ConfigError: If there is none.
    """
    path = Path(name)
    if path.suffix == '.py' or path.is_file():
        return path
    package = Path(__file__).resolve().parents[1]
    folders = [package.parent / 'configs/advisor', package / 'configs/advisor']
    for folder in folders:
        if (folder / f'{name}.py').is_file():
            return folder / f'{name}.py'
    known = sorted(f.stem for folder in folders for f in folder.glob('*.py'))
    raise ConfigError.explain(
        '--config',
        expected='a config file, or the name of one in configs/advisor/',
        got=name,
        fix=nearest(str(name), known),
    )


def build_advisor(
    config: str | Path = DEFAULT_CONFIG, options: Mapping[str, Any] | None = None
) -> Any:
    """Build the advisor of a config, for single photos in memory.

    Args:
        config: See :func:`find_config`.
        options: Overrides, dotted key to value.

    Returns:
        A :class:`mmprivacy.advisor.Advisor`.

    Examples:
        >>> advisor = build_advisor()  # doctest: +SKIP
        >>> photo = advisor.decode(open('me.jpg', 'rb').read())  # doctest: +SKIP
        >>> advisor.assess(photo).regions  # doctest: +SKIP
    """
    from mmprivacy.advisor.advisor import Advisor

    return Advisor.from_config(_load(config, options)[0])


def assess_photos(
    photos: str | Path,
    out: str | Path,
    config: str | Path = DEFAULT_CONFIG,
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    launcher: str = 'none',
    progress: bool = True,
    debug: bool = False,
) -> Any:
    """Write a plan for each photo: what is private in it, and what is to be done.

    Args:
        photos: A photo, or a folder of photos.
        out: The folder to write plans to; it mirrors the tree of photos. Plans that are
            there, and may have been edited, stay.
        config: See :func:`find_config`.
        options: Overrides of the config, dotted key to value.
        workers: Processes on this machine.
        launcher: ``'pytorch'``, ``'slurm'`` or ``'mpi'`` if one started this process.
        progress: Show a bar on stderr.
        debug: Raise what goes wrong with a photo instead of reporting it.

    Returns:
        A :class:`mmprivacy.advisor.runs.RunResult`; in a distributed run of this
        process's share.

    Raises:
        ConfigError: If the config, an option or a folder is wrong.
        DataError: If there are no photos.
    """
    from mmprivacy.advisor import runs

    loaded = _load(config, options)
    with _Group(launcher) as group:
        setup = _setup(loaded, workers, group, progress, debug)
        return runs.assess_folder(setup, photos, out)


def protect_photos(
    photos: str | Path,
    out: str | Path,
    plans: str | Path | None = None,
    config: str | Path = DEFAULT_CONFIG,
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    launcher: str = 'none',
    progress: bool = True,
    debug: bool = False,
) -> Any:
    """Write photos that may be published, each with a certificate.

    What is written is closed, read again and verified. ``out/photos`` holds what
    passed, ``out/quarantine`` what did not. A run that was interrupted goes on where it
    stopped, and ends with the same files.

    Args:
        photos: A photo, or a folder of photos; they are only read.
        out: The output folder.
        plans: A folder of plans from :func:`assess_photos`; by default plans are made.
        config: See :func:`find_config`.
        options: Overrides of the config, dotted key to value.
        workers: Processes on this machine.
        launcher: ``'pytorch'``, ``'slurm'`` or ``'mpi'`` if one started this process.
        progress: Show a bar on stderr.
        debug: Raise what goes wrong with a photo instead of reporting it.

    Returns:
        A :class:`mmprivacy.advisor.runs.RunResult`; ``ok`` says whether all passed.

    Raises:
        ConfigError: If the config, an option or a folder is wrong.
        DataError: If there are no photos.
    """
    from mmprivacy.advisor import runs

    loaded = _load(config, options)
    with _Group(launcher) as group:
        setup = _setup(loaded, workers, group, progress, debug)
        return runs.protect_folder(setup, photos, out, plans, group.barrier)


def verify_photos(
    out: str | Path,
    config: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    workers: int = 1,
    launcher: str = 'none',
    progress: bool = True,
    debug: bool = False,
) -> Any:
    """Look again at what :func:`protect_photos` wrote.

    Notices files that were changed, swapped, added or removed, and runs all verifiers.

    Args:
        out: The output folder.
        config: Look with the verifiers of another config; by default that of the run.
        options: Overrides of that config.
        workers: Processes on this machine.
        launcher: ``'pytorch'``, ``'slurm'`` or ``'mpi'`` if one started this process.
        progress: Show a bar on stderr.
        debug: Raise what goes wrong with a photo instead of reporting it.

    Returns:
        A :class:`mmprivacy.advisor.runs.RunResult`; in a distributed run of this
        process's share.

    Raises:
        ConfigError: If the config or an option is wrong.
        DataError: If it is no output folder.
    """
    from mmprivacy.advisor import runs

    loaded = runs.read_setup(out) if config is None else _load(config, options)
    with _Group(launcher) as group:
        setup = _setup(loaded, workers, group, progress, debug)
        return runs.verify_folder(setup, out, other_config=config is not None)


def _load(
    config: str | Path, options: Mapping[str, Any] | None
) -> tuple[dict[str, Any], list[str]]:
    """Read the advisor's part of a config, and the modules it imports."""
    path = find_config(config)
    cfg = load_config(path, options)
    if not isinstance(cfg.get('advisor'), Mapping):
        raise ConfigError.explain(
            path,
            expected='advisor = dict(localisers=..., protectors=..., verifiers=...)',
            got='none',
            fix='begin with a config from configs/advisor/',
        )
    imports = (cfg.get('custom_imports') or {}).get('imports', [])
    imports = [imports] if isinstance(imports, str) else list(imports)
    return cfg.to_dict()['advisor'], imports


def _setup(
    loaded: tuple[dict[str, Any], list[str]],
    workers: int,
    group: _Group,
    progress: bool,
    debug: bool,
) -> Any:
    from mmprivacy.advisor.runs import Setup

    if workers < 1:
        raise ConfigError.explain(
            'workers', expected='at least 1', got=workers, fix='increase it'
        )
    return Setup(*loaded, workers, group.rank, group.world, progress, debug)


class _Group:
    """The processes that a launcher started, if one did."""

    def __init__(self, launcher: str) -> None:
        self.launcher = launcher
        self.rank, self.world = 0, 1
        self.barrier: Callable[[], None] | None = None

    def __enter__(self) -> _Group:
        if self.launcher != 'none':
            from mmengine import dist

            # A process may be done with its share long before the others.
            start_group(self.launcher, timeout=7 * 24 * 3600)
            if not dist.is_distributed():
                dist.init_dist(self.launcher)
            self.rank, self.world = dist.get_rank(), dist.get_world_size()
            self.barrier = partial(dist.barrier)
        return self

    def __exit__(self, *error: object) -> None:
        if self.launcher != 'none':
            stop_group()
