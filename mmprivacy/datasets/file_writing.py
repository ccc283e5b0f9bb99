"""Write files atomically, under a temporary name, and folders one process at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mmprivacy.errors import ConfigError


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8; its folder is made if it is not there.

    Args:
        path: The file; an existing one is replaced.
        text: Its content.

    Raises:
        ConfigError: If it cannot be written there.
    """
    write_bytes(path, text.encode('utf-8'))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file of any size line by line; its folder is made.

    Args:
        path: The file; an existing one is replaced when all lines are written.
        lines: Its lines, without line ends.

    Raises:
        ConfigError: If it cannot be written there.
    """
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open('w', encoding='utf-8') as file:
            file.writelines(line + '\n' for line in lines)
        os.replace(temporary, path)
    except OSError as e:
        raise _cannot_write(path, e) from e


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file; its folder is made if it is not there.

    Args:
        path: The file; an existing one is replaced.
        data: Its content.

    Raises:
        ConfigError: If it cannot be written there.
    """
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError as e:
        raise _cannot_write(path, e) from e


def _cannot_write(path: Path, error: OSError) -> ConfigError:
    return ConfigError.explain(
        path,
        expected='a file that can be written',
        got=error.strerror or error,
        fix='choose another folder, or make room there',
    )


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do something; the others wait.

    Args:
        path: A file that stands for it; its folder is made if it is not there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ModuleNotFoundError:
        yield
        return
    with path.open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink()


def check_writable(folder: Path, option: str) -> None:
    """Make a folder and check that files can be written there.

    Args:
        folder: The folder.
        option: What it was given as, for the error message.

    Raises:
        ConfigError: If it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f'.writable.{os.getpid()}'
        probe.touch()
        probe.unlink()
    except OSError as e:
        raise ConfigError.explain(
            option,
            expected='a folder that can be written to',
            got=f'{folder} ({e.strerror or e})',
            fix='choose another',
        ) from e
