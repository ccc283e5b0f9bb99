"""Folders of pictures for inpainting, as Places2 is unpacked, with or without masks.

Reference:
    Zhou et al., *Places: A 10 Million Image Database for Scene Recognition*,
    TPAMI 2017.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS

from mmprivacy.datasets.image_files import FileIndex, list_images
from mmprivacy.errors import ConfigError, DataError

PREFIXES = ('img_path', 'mask_path', 'background_path')
"""Folders that ``data_prefix`` may name."""


@DATASETS.register_module()
class InpaintingDataset(BaseDataset):
    """Pictures below a folder, each with a mask or, for evaluation, a background.

    Each picture has ``img_path``; ``img_id``, its path below the folder without suffix;
    and, if the folders are given, ``mask_path`` and ``background_path``, the files of
    the same name in those. A background is the same picture without what is to be
    removed, which only drawn pictures have.

    Places2 needs ``data_prefix='data_large'``, ``'val_large'`` or ``'test_large'``.
    What is to be removed may be listed: ``regions``, a list of ``dict(bbox=xyxy in
    pixels, category=name)``, which
    :class:`~mmprivacy.evaluation.RegionRecallMetric` looks for.

    LaMa's test sets, with the masks beside the pictures, need
    ``data_prefix=dict(img_path='', mask_path='')`` and ``mask_suffix='_mask000.png'``.

    Args:
        data_root: Folder that holds everything.
        data_prefix: Folder of the pictures below ``data_root``, or a dict with
            ``img_path`` and maybe ``mask_path`` and ``background_path``.
        ann_file: List of pictures, one path below their folder a line, relative to
            ``data_root``; all that are found if empty.
        mask_suffix: What takes the place of a picture's suffix in the name of its mask
            or background.
        region_file: JSON file below ``data_root`` with the regions of each ``img_id``;
            no regions if empty.
        pipeline: Transforms.
        metainfo: As in MMEngine.
        indices: Use only these pictures, or the first n.
        filter_cfg: As in MMEngine.
        serialize_data: As in MMEngine.
        test_mode: As in MMEngine.
        lazy_init: Do not look for the pictures yet.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If ``data_prefix`` names an unknown folder.
        DataError: If there are no pictures, or files are missing.
    """

    def __init__(
        self,
        data_root: str = '',
        data_prefix: str | dict = '',
        ann_file: str = '',
        mask_suffix: str = '.png',
        region_file: str = '',
        pipeline: Sequence = (),
        metainfo: dict | None = None,
        indices: int | Sequence[int] | None = None,
        filter_cfg: dict | None = None,
        serialize_data: bool = True,
        test_mode: bool = False,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        self.mask_suffix = mask_suffix
        self.region_file = region_file
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=_check_prefix(data_prefix),
            filter_cfg=filter_cfg,
            indices=indices,
            serialize_data=serialize_data,
            pipeline=pipeline,
            test_mode=test_mode,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """List the pictures.

        Returns:
            One ``dict(img_path=str, img_id=str[, mask_path=str][,
            background_path=str][, regions=list])`` a picture, sorted unless there is
            a list.
        """
        folders = {key: folder or '.' for key, folder in self.data_prefix.items()}
        names = self._names(folders['img_path'])
        entries = [
            dict(
                img_path=os.path.join(folders['img_path'], name),
                img_id=os.path.splitext(name)[0],
            )
            for name in names
        ]
        index = FileIndex()
        for key in PREFIXES[1:]:
            if key in folders:
                for entry in entries:
                    file = entry['img_id'] + self.mask_suffix
                    entry[key] = os.path.join(folders[key], file)
                paths = [os.path.normpath(entry[key]) for entry in entries]
                fix = f'put them there, or change data_prefix.{key} or mask_suffix'
                index.require(Path(folders[key]), paths, fix)
        if self.ann_file:
            paths = [os.path.normpath(entry['img_path']) for entry in entries]
            index.require(Path(self.ann_file), paths, 'correct the list')
        if self.region_file:
            regions = _read_regions(Path(self.data_root, self.region_file))
            for entry in entries:
                entry['regions'] = regions.get(entry['img_id'], [])
        return entries

    def _names(self, folder: str) -> list[str]:
        """List the pictures, as paths below their folder."""
        if self.ann_file:
            names = _read_list(Path(self.ann_file))
        else:
            names = list_images(folder)
            if self.data_prefix.get('mask_path') == self.data_prefix['img_path']:
                names = [n for n in names if not n.endswith(self.mask_suffix)]
        if not names:
            raise DataError.explain(
                self.ann_file or folder,
                expected='at least one picture',
                got='none',
                fix='unpack the data set there, or correct data_root and data_prefix',
            )
        return names


def _check_prefix(prefix: str | Mapping) -> dict[str, str]:
    """Return the folders by name; refuse unknown ones."""
    if isinstance(prefix, str):
        return {'img_path': prefix}
    unknown = set(prefix) - set(PREFIXES)
    if unknown or 'img_path' not in prefix:
        raise ConfigError.explain(
            'InpaintingDataset.data_prefix',
            expected="a folder, or a dict with 'img_path' and maybe 'mask_path' and "
            "'background_path'",
            got=dict(prefix),
            fix='correct the keys',
        )
    return dict(prefix)


def _read_list(path: Path) -> list[str]:
    """Read a list of pictures; blank lines are left out."""
    try:
        lines = path.read_text(encoding='utf-8-sig').splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError.explain(
            path,
            expected='a list of pictures, one a line',
            got='no such file' if isinstance(e, FileNotFoundError) else e,
            fix='correct ann_file, or leave it out to use every picture of the folder',
        ) from e
    return [line.strip().lstrip('/') for line in lines if line.strip()]


def _read_regions(path: Path) -> dict[str, list[dict]]:
    """Read the regions of each picture."""
    try:
        regions = json.loads(path.read_text(encoding='utf-8'))
        for found in regions.values():
            for region in found:
                x0, y0, x1, y1 = map(float, region['bbox'])
                if not (x0 <= x1 and y0 <= y1 and isinstance(region['category'], str)):
                    raise ValueError(f'the region {region}')
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as e:
        raise DataError.explain(
            path,
            expected='{img_id: [{"bbox": [x0, y0, x1, y1], "category": name}, ...]}',
            got='no such file' if isinstance(e, FileNotFoundError) else e,
            fix='correct the file, or leave region_file out',
        ) from e
    return regions
