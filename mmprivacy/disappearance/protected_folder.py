"""The folder that protected photos are written to.

``images/`` holds the photos, ``records/`` one JSON file for each with all that is
known about it. A photo is finished when its record is there; the record is written
last, so an interrupted run goes on where it stopped, and several processes may write
at once.

Convention: photos are **BGR** uint8 (H, W, 3).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import check_writable, write_bytes, write_text
from mmprivacy.errors import ConfigError, DataError


class ProtectedFolder:
    """Writes photos and finds those that are finished.

    Pictures are encoded from pixels alone, so that nothing of what the input file said
    about place, time or camera is in them.

    Args:
        root: The folder.
        jpeg_quality: Write JPEG files of this quality instead of PNG.
    """

    def __init__(self, root: str | Path, jpeg_quality: int | None = None) -> None:
        self.root = Path(root)
        self.jpeg_quality = jpeg_quality
        self.suffix = '.png' if jpeg_quality is None else '.jpg'

    def prepare(self, inputs: Iterable[str] = ()) -> None:
        """Make the folder and check it before any work is done.

        Args:
            inputs: Files that will be read.

        Raises:
            ConfigError: If the folder cannot be written to, or inputs are in it.
        """
        images = self.root / 'images'
        check_writable(images, 'out_dir')
        inside = images.resolve()
        for path in inputs:
            if Path(path).resolve().parent == inside:
                raise ConfigError.explain(
                    self.root,
                    expected='a folder that does not hold the photos to protect',
                    got=f'{path} in it',
                    fix='choose another out_dir: inputs are never overwritten',
                )

    def image_path(self, name: str) -> Path:
        """Give the path of a photo, ``images/<name>.png``."""
        return self.root / 'images' / f'{name}{self.suffix}'

    def find(self, name: str, key: str) -> dict[str, Any] | None:
        """Find the record of a photo that is finished.

        Args:
            name: Name of the photo.
            key: Digest of all that the result depends on.

        Returns:
            The record; None if there is none, it is of another key, or the photo is
            not as it was written.
        """
        record = self._read(name)
        if record is None or record.get('key') != key:
            return None
        path = self.image_path(name)
        same = path.is_file() and digest_of(path.read_bytes()) == record.get('digest')
        return record if same else None

    def claim(self, name: str) -> None:
        """Say that a photo is going to be written.

        Args:
            name: Its name.

        Raises:
            DataError: If there is a file of this name that is none of ours.
        """
        path = self.image_path(name)
        # In this order, because another process may be finishing this very photo.
        taken = path.exists() and not self._marker(name).exists()
        if taken and self._read(name) is None:
            raise DataError.explain(
                path,
                expected='no file, or one that was written here before',
                got='a file without a record',
                fix='choose another out_dir, or move the file away',
            )
        write_text(self._marker(name), '')

    def write_image(self, name: str, photo: np.ndarray) -> Path:
        """Write a photo in one step.

        Args:
            name: Its name.
            photo: The photo (H, W, 3).

        Returns:
            The file.
        """
        path = self.image_path(name)
        write_photo(path, photo, self.jpeg_quality)
        return path

    def write_record(self, name: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Write the record of a photo, which finishes it.

        Args:
            name: Name of the photo.
            record: What is known about it, with its ``key``.

        Returns:
            The record with the digest of the photo's file, as a later run reads it.
        """
        digest = digest_of(self.image_path(name).read_bytes())
        text = json.dumps({**record, 'digest': digest}, sort_keys=True)
        write_text(self._record(name), text + '\n')
        self._marker(name).unlink(missing_ok=True)
        return json.loads(text)

    def write_report(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write ``report.jsonl``: the figures of each record, one a line."""
        hidden = ('key', 'digest', 'clean')
        rows = [{k: v for k, v in r.items() if k not in hidden} for r in records]
        lines = [json.dumps(row, sort_keys=True) + '\n' for row in rows]
        write_text(self.root / 'report.jsonl', ''.join(lines))

    def records(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Read the records of photos, in this order, those that are there."""
        found = map(self._read, names)
        return [record for record in found if record is not None]

    def _record(self, name: str) -> Path:
        return self.root / 'records' / f'{name}.json'

    def _marker(self, name: str) -> Path:
        """Name the file that says that a photo is being written."""
        return self.root / 'records' / f'.{name}.started'

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return json.loads(self._record(name).read_text(encoding='utf-8'))
        except (OSError, ValueError):
            return None


def digest_of(data: bytes) -> str:
    """Digest bytes."""
    return hashlib.sha256(data).hexdigest()


def write_photo(path: Path, photo: np.ndarray, jpeg_quality: int | None = None) -> None:
    """Write the pixels of a photo, and nothing else, in one step.

    Args:
        path: The file.
        photo: The photo (H, W, 3).
        jpeg_quality: Write a JPEG file of this quality instead of PNG.
    """
    buffer = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(photo[..., ::-1]))
    if jpeg_quality is None:
        picture.save(buffer, format='PNG')
    else:
        picture.save(buffer, format='JPEG', quality=jpeg_quality)
    write_bytes(path, buffer.getvalue())
