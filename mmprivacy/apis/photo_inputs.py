"""What a user gives an inferencer, made ready for the model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope

from mmprivacy.datasets.image_files import list_images
from mmprivacy.datasets.loading import LoadPhoto
from mmprivacy.errors import ConfigError, DataError, ShapeError

_LOADERS = ('LoadPhoto', 'LoadImageFromFile')


def is_single(photos: Any) -> bool:
    """Tell whether one photo was given, not a folder or several."""
    if isinstance(photos, (str, Path)):
        return not Path(photos).expanduser().is_dir()
    return isinstance(photos, np.ndarray)


def list_photos(photos: Any) -> list[str | np.ndarray]:
    """List photos one by one.

    Args:
        photos: A file, a folder (its image files, and those below it, sorted), an
            array, or any of these in a list.

    Returns:
        Paths and arrays in the order given.

    Raises:
        ConfigError: If it is something else.
        DataError: If a folder holds no image file.
    """
    if isinstance(photos, np.ndarray):
        return [photos]
    if isinstance(photos, (str, Path)) and str(photos):
        path = Path(photos).expanduser()
        if not path.is_dir():
            return [str(path)]
        found = [str(path / name) for name in list_images(path)]
        if not found:
            raise DataError.explain(
                path, expected='image files', got='none', fix='check the folder'
            )
        return found
    empty, array = isinstance(photos, str), hasattr(photos, '__array__')
    if empty or array or not isinstance(photos, Iterable):
        raise ConfigError.explain(
            'photos',
            expected='a path, a BGR array, or a list of them',
            got='an empty string' if empty else type(photos).__name__,
            fix='convert it with numpy.asarray, or pass its path',
        )
    return [photo for entry in photos for photo in list_photos(entry)]


class PhotoPipeline:
    """The test pipeline of a config, for files and for arrays.

    Files are read with :class:`~mmprivacy.datasets.loading.LoadPhoto`, with the options
    it has in the config; arrays enter after it.

    Args:
        cfg: A config with ``test_dataloader``.

    Raises:
        ConfigError: If there is no pipeline, or it does not begin with reading a file.
    """

    def __init__(self, cfg: Any) -> None:
        dataset = (cfg.get('test_dataloader') or {}).get('dataset') or {}
        while 'pipeline' not in dataset and 'dataset' in dataset:
            dataset = dataset['dataset']
        first, *rest = dataset.get('pipeline') or [{}]
        kind = first.get('type', 'nothing')
        kind = getattr(kind, '__name__', kind).rpartition('.')[2]
        if kind not in _LOADERS:
            raise ConfigError.explain(
                'test_dataloader.dataset.pipeline',
                expected='LoadPhoto as its first step',
                got=kind,
                fix="begin the pipeline with dict(type='LoadPhoto')",
            )
        self.load = LoadPhoto(first.get('min_side'))
        with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
            self.rest = Compose(rest)

    def __call__(self, photo: str | np.ndarray) -> dict:
        """Prepare one photo.

        Args:
            photo: A path, or an array BGR uint8 (H, W, 3).

        Returns:
            What the data set would give: ``inputs`` and ``data_samples``.

        Raises:
            DataError: If the file is missing or broken.
            ShapeError: If the array is not BGR uint8 (H, W, 3).
        """
        if isinstance(photo, str):
            return self.rest(self.load({'img_path': photo}))
        size = photo.shape[:2]
        image = check_bgr(photo)
        return self.rest({'img': image, 'img_shape': size, 'ori_shape': size})


def check_bgr(photo: np.ndarray) -> np.ndarray:
    """Check a photo that was given as an array.

    Args:
        photo: The array.

    Returns:
        The array, contiguous.

    Raises:
        ShapeError: If it is not BGR uint8 (H, W, 3).
    """
    is_bgr = photo.dtype == np.uint8 and photo.ndim == 3 and photo.shape[2] == 3
    if not is_bgr or photo.size == 0:
        raise ShapeError.explain(
            'photo',
            expected='BGR uint8 (H, W, 3), at least one pixel',
            got=f'{photo.dtype} {photo.shape}',
            fix='convert it, or pass several photos as a list',
        )
    return np.ascontiguousarray(photo)
