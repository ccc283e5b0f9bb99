"""Masks of a provider, such as a person detector or an OCR engine, as files.

A provider runs once, before training; training reads what it left:

* ``<root>/masks/<provider>/<split>/<stem of the photo>.png``, one channel, 0 or 255;
* ``<root>/masks/<provider>/<split>.json``, the index: what made the masks, and for each
  photo that it ran on the share that the mask covers.

A photo in which nothing was found has a mask of zeros; one that the provider never saw
has no entry in the index.

Convention:
    Masks are uint8 ``(h, w)``, 255 = a person, or text; ``h`` and ``w`` are those of
    the upright photo (:func:`~mmprivacy.datasets.loading.load_photo`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.errors import ConfigError, DataError, ShapeError

#: Folder of the masks in a data set.
FOLDER = 'masks'
_RUN = 'run `python tools/prepare_data.py masks` for this data set'


@dataclass
class MaskIndex:
    """What a provider made of the photos of one split.

    Attributes:
        root: Folder of the data set.
        provider: Name of the provider, such as ``'human'``.
        split: Name of the split, such as ``'train'``.
        made_by: Settings of the provider, as plain values.
        coverage: File name of each photo that it ran on, to the share of the photo that
            the mask covers.
    """

    root: Path
    provider: str
    split: str
    made_by: dict[str, Any] = field(default_factory=dict)
    coverage: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the names are names of folders."""
        self.root = Path(self.root).expanduser()
        for what in ('provider', 'split'):
            name = getattr(self, what)
            if not name or Path(name).name != name or name.startswith('.'):
                raise ConfigError.explain(
                    f'{what} of masks',
                    expected='a plain name such as human or train',
                    got=repr(name),
                    fix='take letters and digits',
                )

    @property
    def file(self) -> Path:
        """The index file."""
        return self.root / FOLDER / self.provider / f'{self.split}.json'

    @classmethod
    def read(cls, root: str | Path, provider: str, split: str) -> MaskIndex:
        """Read the index of a split.

        Args:
            root: Folder of the data set.
            provider: Name of the provider.
            split: Name of the split.

        Returns:
            The index.

        Raises:
            DataError: If there is none, or it is broken.
        """
        index = cls(Path(root), provider, split)
        try:
            data = json.loads(index.file.read_text(encoding='utf-8'))
            index.made_by = dict(data['made_by'])
            index.coverage = {str(k): float(v) for k, v in data['coverage'].items()}
        except FileNotFoundError as e:
            raise DataError.explain(
                index.file,
                expected=f'the index of the {provider} masks of {split}',
                got='no such file',
                fix=f'{_RUN} with --name {provider} --split {split}',
            ) from e
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
            raise DataError.explain(
                index.file,
                expected='JSON with made_by and coverage',
                got=repr(e),
                fix=f'remove the file and {_RUN}',
            ) from e
        return index

    def write(self) -> None:
        """Write the index file, atomically."""
        data = {'made_by': self.made_by, 'coverage': self.coverage}
        write_text(self.file, json.dumps(data, indent=0, sort_keys=True) + '\n')

    def mask_path(self, photo: str | Path) -> Path:
        """Name the mask file of a photo, whether it is there or not."""
        folder = self.root / FOLDER / self.provider / self.split
        return folder / f'{Path(photo).stem}.png'

    def __contains__(self, photo: str | Path) -> bool:
        return Path(photo).name in self.coverage

    def find(self, photo: str | Path) -> str | None:
        """Find the mask file of a photo.

        Args:
            photo: Path of the photo; its name alone counts.

        Returns:
            Path of the mask; None if the provider never ran on the photo.
        """
        return str(self.mask_path(photo)) if photo in self else None

    def require(self, photos: Iterable[str | Path]) -> None:
        """Raise a DataError if the provider never ran on some of the photos."""
        photos = list(photos)
        lacking = [p for p in photos if p not in self]
        if lacking:
            raise DataError.explain(
                self.file,
                expected=f'{self.provider} masks of {len(photos)} photos',
                got=f'{len(lacking)} missing, the first of {lacking[0]}',
                fix=f'{_RUN} again: it goes on where it stopped',
            )

    def add(self, photo: str | Path, mask: np.ndarray) -> None:
        """Write the mask of a photo and enter it; :meth:`write` saves the entries.

        Args:
            photo: Path of the photo.
            mask: ``(h, w)``, true = a person, or text.
        """
        mask = np.asarray(mask) > 0
        write_mask(self.mask_path(photo), mask)
        self.coverage[Path(photo).name] = round(float(mask.mean()), 6)


def check_stems(photos: Iterable[str | Path]) -> None:
    """Refuse photos whose masks would have the same name.

    Args:
        photos: Photos of one split.

    Raises:
        DataError: If two of them have the same stem.
    """
    seen: dict[str, str] = {}
    for photo in map(str, photos):
        other = seen.setdefault(Path(photo).stem, photo)
        if other != photo:
            raise DataError.explain(
                photo,
                expected='a file name of its own: masks are named after the photos',
                got=f'that of {other}',
                fix='rename one of the two, or give them to different splits',
            )


def write_mask(path: Path, mask: np.ndarray) -> None:
    """Write a mask file, atomically.

    Args:
        path: The PNG file; its folder is made.
        mask: ``(h, w)``, true = a person, or text.

    Raises:
        ShapeError: If the mask has other than two dimensions.
    """
    mask = np.asarray(mask) > 0
    if mask.ndim != 2:
        raise ShapeError.explain(
            path, expected='a mask (h, w)', got=mask.shape, fix='correct the provider'
        )
    buffer = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(buffer, 'PNG')
    write_bytes(path, buffer.getvalue())


def read_mask(path: str | Path, size: tuple[int, int] | None = None) -> np.ndarray:
    """Read a mask file.

    Args:
        path: The PNG file.
        size: ``(h, w)`` of the photo, which the mask must have.

    Returns:
        uint8 ``(h, w)``, 0 or 255.

    Raises:
        DataError: If the file is missing or broken, is no mask, or has another size.
    """
    try:
        with Image.open(path) as image:
            mode = image.mode
            mask = np.array(image.convert('L') if mode == '1' else image)
    except (OSError, SyntaxError, ValueError) as e:
        missing = isinstance(e, FileNotFoundError)
        raise DataError.explain(
            path,
            expected='a mask that can be read',
            got='no such file' if missing else str(e) or type(e).__name__,
            fix=_RUN,
        ) from e
    if mask.ndim != 2 or mode not in ('1', 'L') or _is_gray(mask):
        got = f'{mode} with values {np.unique(mask)[:4].tolist()} ...'
        raise DataError.explain(
            path, expected='one channel of 0 and 255', got=got, fix=_RUN
        )
    if size is not None and mask.shape != tuple(size):
        raise DataError.explain(
            path,
            expected='the size of its photo, {} x {}'.format(*size),
            got='{} x {}'.format(*mask.shape),
            fix=f'{_RUN}, on these very photos',
        )
    return mask


def _is_gray(mask: np.ndarray) -> bool:
    """Whether a mask has other values than 0 and 255."""
    return bool(((mask != 0) & (mask != 255)).any())


def load_masks(
    indices: Mapping[str, MaskIndex], photo: str | Path, size: tuple[int, int]
) -> dict[str, np.ndarray | None]:
    """Read the masks of a photo.

    Args:
        indices: Index of each provider.
        photo: Path of the photo.
        size: ``(h, w)`` of the photo.

    Returns:
        Mask of each provider, uint8 ``(h, w)``; None where it never ran.

    Raises:
        DataError: See :func:`read_mask`.
    """
    paths = {name: index.find(photo) for name, index in indices.items()}
    return {name: path and read_mask(path, size) for name, path in paths.items()}
