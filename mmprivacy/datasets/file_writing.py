"""Write files atomically: under a temporary name, then renamed."""

from __future__ import annotations

import os
from pathlib import Path

from mmprivacy.errors import ConfigError


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8; its folder is made if it is not there.

    Args:
        path: The file; an existing one is replaced.
        text: Its content.
    """
    write_bytes(path, text.encode('utf-8'))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file; its folder is made if it is not there.

    Args:
        path: The file; an existing one is replaced.
        data: Its content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    temporary.write_bytes(data)
    os.replace(temporary, path)


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
