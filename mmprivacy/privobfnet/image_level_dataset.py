"""VOC and other data sets for mmseg whose lists say which classes a photo shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmseg.datasets import BaseSegDataset, PascalVOCDataset
from mmseg.registry import DATASETS

from mmprivacy.datasets.image_files import FileIndex
from mmprivacy.datasets.image_level_lists import read_image_level_list
from mmprivacy.datasets.mask_files import MaskIndex
from mmprivacy.errors import ConfigError


@DATASETS.register_module()
class ImageLevelSegDataset(BaseSegDataset):
    """Photos with image-level labels, and maybe a segmentation map.

    Each photo has ``img_path`` and ``img_id``; if its line gives classes ``gt_score``,
    float32 ``(C,)``, 1 where one of the C classes without background shows, and
    ``gt_label``, their indices; ``mask_paths``, the mask file of each provider; and
    ``seg_map_path`` if ``data_prefix`` has a folder of maps, whose labels count the
    background as 0.

    Args:
        ann_file: The list, see :mod:`~mmprivacy.datasets.image_level_lists`, relative
            to ``data_root``.
        data_root: Folder that holds everything.
        data_prefix: Folders below it: ``img_path``, and ``seg_map_path`` for true or
            pseudo labels.
        masks: Providers whose masks are needed, such as ``('human',)``.
        mask_split: Folder of the masks; by default the stem of ``ann_file``.
        img_suffix: How the names of photos end.
        seg_map_suffix: How the names of segmentation maps end.
        metainfo: Other classes, the background first.
        pipeline: Transforms.
        indices: Use only these photos, or the first n.
        test_mode: As in MMEngine.
        lazy_init: Do not read the list yet.
        serialize_data: As in MMEngine.
        filter_cfg: As in MMEngine.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If ``data_prefix`` has no folder of photos.
        DataError: If the list is broken, or a photo, map or mask is missing.
    """

    METAINFO = PascalVOCDataset.METAINFO
    PREPARE = (
        'write it with `python tools/prepare_data.py image-labels`, or add --sample to '
        'run on drawn sample data'
    )

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: dict | None = None,
        masks: Sequence[str] = (),
        mask_split: str | None = None,
        img_suffix: str = '.jpg',
        seg_map_suffix: str = '.png',
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
        serialize_data: bool = True,
        filter_cfg: dict | None = None,
        max_refetch: int = 1000,
    ) -> None:
        prefix = dict(data_prefix or {})
        if not isinstance(prefix.get('img_path'), str) or not ann_file:
            raise ConfigError.explain(
                type(self).__name__,
                expected='ann_file, and data_prefix=dict(img_path=folder)',
                got=f'{ann_file!r} and {data_prefix}',
                fix='name the list and the folder of the photos',
            )
        self.masks, self.mask_split = tuple(masks), mask_split
        super().__init__(
            ann_file=ann_file,
            img_suffix=img_suffix,
            seg_map_suffix=seg_map_suffix,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=prefix,
            filter_cfg=filter_cfg,
            indices=indices,
            serialize_data=serialize_data,
            pipeline=list(pipeline),
            test_mode=test_mode,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """Read the list and find the files.

        Returns:
            One dictionary a photo, see the class.
        """
        num = len(self.metainfo['classes']) - 1
        records = read_image_level_list(self.ann_file, num, self.PREPARE)
        names = [record.name for record in records]
        photos = self._files('img_path', names, self.img_suffix, 'photos')
        maps = [None] * len(names)
        if self.data_prefix.get('seg_map_path'):
            suffix = self.seg_map_suffix
            maps = self._files('seg_map_path', names, suffix, 'segmentation maps')
        indices = self._mask_indices(photos)
        return [
            self._info(record.labels, num, photo, seg_map)
            | dict(
                img_id=record.name,
                mask_paths={n: index.find(photo) for n, index in indices.items()},
            )
            for record, photo, seg_map in zip(records, photos, maps)
        ]

    def _files(
        self, prefix: str, names: Sequence[str], suffix: str, what: str
    ) -> list[str]:
        """Find a file for every name; raise if some are missing."""
        folder = self.data_prefix[prefix]
        paths = [os.path.join(folder, name + suffix) for name in names]
        fix = f'put the {what} there, or correct data_prefix.{prefix}'
        FileIndex().require(Path(self.ann_file), paths, fix)
        return paths

    def _mask_indices(self, photos: Sequence[str]) -> dict[str, MaskIndex]:
        """Read the index of each provider, which has to know all photos."""
        split = self.mask_split or Path(self.ann_file).stem
        root = self.data_root or os.path.dirname(self.ann_file)
        indices = {name: MaskIndex.read(root, name, split) for name in self.masks}
        for index in indices.values():
            index.require(photos)
        return indices

    def _info(
        self,
        labels: tuple[int, ...] | None,
        num: int,
        photo: str,
        seg_map: str | None,
    ) -> dict:
        """Describe one photo."""
        info = dict(
            img_path=photo,
            label_map=self.label_map,
            reduce_zero_label=self.reduce_zero_label,
            seg_fields=[],
        )
        if seg_map is not None:
            info['seg_map_path'] = seg_map
        if labels is not None:
            score = np.zeros(num, np.float32)
            score[list(labels)] = 1
            info |= dict(gt_score=score, gt_label=list(labels))
        return info
