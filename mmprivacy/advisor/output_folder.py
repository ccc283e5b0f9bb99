"""The folder that protected photos are written to.

``photos/`` mirrors the input tree and holds what may be published. ``quarantine/``
holds what failed its verification. ``plans/`` and ``certificates/`` hold one JSON file
a photo, ``failures/`` one for each photo that could not be protected at all. None but
``photos/`` is meant to be published.

A photo is written into the quarantine and verified there; then its certificate is
written, and last it is moved to ``photos/`` if it passed. So nothing unverified is
ever in ``photos/``, nothing there is without a certificate, and an interrupted run
knows what is finished: photos that are where their certificate says.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmprivacy.advisor.certificate import (
    PASSED,
    read_certificate,
    sha256_of,
    to_text,
)
from mmprivacy.advisor.json_text import to_json
from mmprivacy.datasets.file_writing import check_writable, write_bytes, write_text
from mmprivacy.errors import ConfigError, DataError

_TEMPORARY = re.compile(r'\..+\.\d+\.tmp')


class OutputFolder:
    """Writes photos, plans and certificates, and finds what is finished.

    Args:
        root: The folder.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def prepare(self, source: Path, setup: Mapping[str, Any]) -> None:
        """Make the folder, and clean up what an interrupted run left.

        Args:
            source: The photo or the folder of photos.
            setup: What all results in this folder have in common.

        Raises:
            ConfigError: If it cannot be written to, holds the photos or lies among
                them, or holds results of another setup or other files.
        """
        check_separate(source, self.root, '--out')
        about = self.root / 'run.json'
        text = to_json(setup, indent=1, sort_keys=True) + '\n'
        if about.is_file():
            if about.read_text(encoding='utf-8') != text:
                raise ConfigError.explain(
                    self.root,
                    expected='results of the same config and version',
                    got='those of others',
                    fix='choose another output folder',
                )
        elif self.root.is_dir() and any(self.root.iterdir()):
            raise ConfigError.explain(
                self.root,
                expected='an empty folder, or one that was written here before',
                got='one with other files',
                fix='choose another: nothing is overwritten',
            )
        check_writable(self.root, '--out')
        write_text(about, text)
        if self._marker.exists():
            for path in self.root.rglob('.*.tmp'):
                if _TEMPORARY.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        write_text(self._marker, '')

    def finish(self) -> None:
        """Say that all photos were worked on."""
        for part in ('quarantine', 'failures'):
            for folder, _, _ in os.walk(self.root / part, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)  # which only removes empty ones
        self._marker.unlink(missing_ok=True)

    @property
    def _marker(self) -> Path:
        return self.root / '.unfinished'

    def photo(self, name: str) -> Path:
        """Give the path of a photo that may be published."""
        return self.root / 'photos' / name

    def quarantined(self, name: str) -> Path:
        """Give the path of a photo that may not."""
        return self.root / 'quarantine' / name

    def plan(self, photo: str) -> Path:
        """Give the path of the plan of an input photo."""
        return self.root / 'plans' / f'{photo}.json'

    def certificate(self, photo: str) -> Path:
        """Give the path of the certificate of an input photo."""
        return self.root / 'certificates' / f'{photo}.json'

    def failure(self, photo: str) -> Path:
        """Give the path of what went wrong with an input photo."""
        return self.root / 'failures' / f'{photo}.json'

    def find(self, photo: str, key: str) -> dict[str, Any] | None:
        """Find the certificate of a photo that is finished.

        Args:
            photo: Path of the input photo.
            key: Digest of all that the result depends on.

        Returns:
            The certificate; None if there is none, it is of another key, or its file
            is gone.

        Raises:
            DataError: If its file was changed since it was written.
        """
        try:
            content = read_certificate(self.certificate(photo))
        except DataError:
            return None
        path = self.root / content['file']
        if not path.is_file():
            return None
        same = sha256_of(path.read_bytes()) == content['sha256']
        if not same and content['status'] != PASSED:
            return None  # an interrupted run was about to replace it
        if not same:
            raise DataError.explain(
                path,
                expected='the file that was written here',
                got='a changed one',
                fix='move it away: nothing is overwritten',
            )
        return content if content.get('key') == key else None

    def write_to_quarantine(self, photo: str, name: str, data: bytes) -> Path:
        """Write a protected photo where nobody publishes it.

        Args:
            photo: Path of the input photo.
            name: Path of the output.
            data: The file.

        Returns:
            The file.

        Raises:
            DataError: If there is a file that was not made from this photo.
        """
        if self.photo(name).exists() and not self.certificate(photo).is_file():
            raise DataError.explain(
                self.photo(name),
                expected='no file, or one with a certificate',
                got='a file without one',
                fix='move it away: nothing is overwritten',
            )
        path = self.quarantined(name)
        write_bytes(path, data)
        return path

    def conclude(self, photo: str, name: str, certificate: Mapping[str, Any]) -> None:
        """Write the certificate of a photo, and move it to where it belongs.

        Args:
            photo: Path of the input photo.
            name: Path of the output.
            certificate: Its certificate.
        """
        passed = certificate['status'] == PASSED
        path = self.photo(name) if passed else self.quarantined(name)
        file = path.relative_to(self.root).as_posix()
        self.photo(name).unlink(missing_ok=True)  # made from an earlier version
        write_text(self.certificate(photo), to_text({**certificate, 'file': file}))
        if passed:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.quarantined(name), path)
        self.failure(photo).unlink(missing_ok=True)

    def fail(self, photo: str, message: str) -> None:
        """Write down that a photo could not be protected.

        A certificate that is there stays: it is all that is known of its file.
        """
        text = to_json({'photo': photo, 'message': message})
        write_text(self.failure(photo), text + '\n')

    def read_failure(self, photo: str) -> str | None:
        """Read why a photo could not be protected; None if it could."""
        try:
            return json.loads(self.failure(photo).read_text('utf-8'))['message']
        except OSError:
            return None

    def certificates(self) -> Iterator[str]:
        """Yield the input photos that have a certificate, sorted folder by folder."""
        yield from _files(self.root / 'certificates', '.json')

    def photos(self) -> Iterator[str]:
        """Yield the photos that may be published, sorted folder by folder."""
        yield from _files(self.root / 'photos', '')


def check_separate(source: Path, out: Path, option: str) -> None:
    """Check that an output folder and the input do not hold each other.

    Raises:
        ConfigError: If they do.
    """
    source, target = source.resolve(), out.resolve()
    if source == target or target in source.parents or source in target.parents:
        raise ConfigError.explain(
            option,
            expected='a folder apart from the photos',
            got=out,
            fix='choose another: inputs are never overwritten',
        )


def _files(folder: Path, suffix: str, prefix: str = '') -> Iterator[str]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        found = sorted((e.name, e.is_dir()) for e in entries)
    for name, is_folder in found:
        if is_folder:
            yield from _files(folder / name, suffix, f'{prefix}{name}/')
        elif name.endswith(suffix) and not _TEMPORARY.fullmatch(name):
            yield prefix + name.removesuffix(suffix)
