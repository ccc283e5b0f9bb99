"""Boxes that somebody drew, or that another program found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import place
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.errors import DataError

_EXAMPLE = '{"trip/beach.jpg": [{"box": [10, 20, 60, 80], "kind": "face"}]}'


@TASK_UTILS.register_module()
class BoxFileLocaliser:
    """Read boxes from a JSON file.

    The file maps photos to lists of boxes, such as
    ``{"trip/beach.jpg": [{"box": [10, 20, 60, 80], "kind": "face"}]}``. A photo is
    found by the end of its path: ``beach.jpg`` means every photo of the name, and the
    longest end wins. Photos that are not in the file have no regions.

    Convention:
        Boxes are xyxy in pixels of the upright photo, as a viewer shows it.

    Args:
        file: The file. Beside ``box`` each entry may have ``kind``, ``score`` and
            ``reason``.
        kind: Kind of entries that name none.

    Raises:
        DataError: If the file is missing or holds something else.
    """

    model = 'given boxes'

    def __init__(self, file: str | Path, kind: str = 'object') -> None:
        self.file = Path(file).expanduser()
        try:
            table = json.loads(self.file.read_text(encoding='utf-8'))
        except (OSError, ValueError) as e:
            raise self._wrong(self.file, getattr(e, 'strerror', None) or e) from e
        if not isinstance(table, Mapping):
            raise self._wrong(self.file, type(table).__name__)
        self._table = {
            PurePath(name).parts: [
                self._read(name, e, kind) for e in self._list(name, v)
            ]
            for name, v in table.items()
        }
        found = {r.kind for regions in self._table.values() for r in regions}
        self.kinds = tuple(sorted(found | {kind}))

    def localise(self, photo: Photo) -> list[Region]:
        """Look up the boxes of a photo.

        Args:
            photo: The photo.

        Returns:
            Its boxes, cut at the edges, in the order of the file.
        """
        parts = PurePath(photo.path).parts
        ends = (parts[n:] for n in range(len(parts)))
        listed = next((self._table[end] for end in ends if end in self._table), [])
        placed = [(place(r.box, 1.0, photo.size), r) for r in listed]
        return [
            Region(box, r.kind, r.score, r.source, None, r.reason)
            for box, r in placed
            if box is not None
        ]

    def _list(self, name: str, value: Any) -> list:
        if not isinstance(value, list):
            raise self._wrong(f'{self.file}: {name}', type(value).__name__)
        return value

    def _read(self, name: str, entry: Any, kind: str) -> Region:
        """Turn an entry into a region."""
        where = f'{self.file}: {name}'
        entry = {'box': entry} if isinstance(entry, list) else entry
        if not isinstance(entry, Mapping) or 'box' not in entry:
            raise self._wrong(where, entry)
        try:
            values = [float(v) for v in entry['box']]
            score = float(entry.get('score', 1.0))
        except (TypeError, ValueError) as e:
            raise self._wrong(where, entry) from e
        right = len(values) == 4 and np.isfinite(values).all() and 0 <= score <= 1
        if not right or values[2] <= values[0] or values[3] <= values[1]:
            raise self._wrong(where, entry)
        reason = str(entry.get('reason', ''))
        kind = str(entry.get('kind', kind))
        return Region(tuple(values), kind, score, type(self).__name__, None, reason)

    @staticmethod
    def _wrong(where: object, got: object) -> DataError:
        return DataError.explain(
            where, expected=f'boxes such as {_EXAMPLE}', got=got, fix='correct the file'
        )
