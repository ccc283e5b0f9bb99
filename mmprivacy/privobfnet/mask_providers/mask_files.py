"""Masks that somebody else has made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.datasets.loading import load_photo
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider


@TASK_UTILS.register_module()
class MaskFiles(BaseMaskProvider):
    """Take the masks of a folder, such as those of a saliency network.

    A pixel belongs to the mask if its brightest channel is above ``thr``.

    Args:
        folder: Where they are: ``<folder>/<stem of the photo><suffix>``.
        suffix: How their names end.
        thr: Gray value, 0 to 255; 0 takes whatever is not black.
        missing: What to do about a photo without a mask: ``'error'``, or ``'skip'`` to
            leave it out.

    Raises:
        ConfigError: If there is no such folder, or ``missing`` is something else.
    """

    def __init__(
        self, folder: str, suffix: str = '.png', thr: int = 127, missing: str = 'error'
    ) -> None:
        self.folder = Path(folder).expanduser()
        self.suffix, self.thr, self.missing = suffix, thr, missing
        if not self.folder.is_dir():
            raise ConfigError.explain(
                'MaskFiles.folder', expected='a folder', got=folder, fix='correct it'
            )
        if missing not in ('error', 'skip'):
            raise ConfigError.explain(
                'MaskFiles.missing',
                expected="'error' or 'skip'",
                got=repr(missing),
                fix='choose one',
            )

    def __call__(self, image: np.ndarray, path: str) -> np.ndarray | None:
        """Read the mask of one photo; see the base class.

        Raises:
            DataError: If it is missing, broken, or of another size than the photo.
        """
        file = self.folder / f'{Path(path).stem}{self.suffix}'
        if self.missing == 'skip' and not file.is_file():
            return None
        mask = load_photo(file).max(2) > self.thr
        if mask.shape != image.shape[:2]:
            raise DataError.explain(
                file,
                expected='the size of its photo, {} x {}'.format(*image.shape[:2]),
                got='{} x {}'.format(*mask.shape),
                fix='make the masks of these very photos, upright and unscaled',
            )
        return mask
