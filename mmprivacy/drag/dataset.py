"""The Image Privacy data sets for mmpretrain."""

from __future__ import annotations

import os
from collections.abc import Sequence

from mmpretrain.datasets import BaseDataset
from mmpretrain.registry import DATASETS

from mmprivacy.datasets.annotation_csv import PREPARE_HINT
from mmprivacy.datasets.arguments import check_arguments
from mmprivacy.datasets.image_privacy import (
    CLASSES,
    class_weights,
    read_folders,
    read_partition_csv,
)
from mmprivacy.datasets.image_privacy_curated import NAME_COLUMN, read_curated_csv
from mmprivacy.errors import ConfigError, DataError


@DATASETS.register_module()
class ImagePrivacyDataset(BaseDataset):
    """Photos labelled private (0) or public (1).

    Three layouts are read (see :mod:`mmprivacy.datasets.image_privacy`):

    * a partition CSV: ``ann_file='exp/partition1/train.csv'``;
    * two folders: no ``ann_file``, photos in ``private/`` and ``public/``;
    * a table of the curated re-release: ``ann_file='annotations/labels_splits.csv'``
      with ``split`` and, unless the file tells, ``label_order``.

    Args:
        ann_file: The annotation file, relative to ``data_root``; empty for folders.
        data_root: Folder that holds everything.
        data_prefix: Folder of the photos below ``data_root``: a path, or
            ``dict(img_path=...)``.
        split: ``'train'``, ``'val'`` or ``'test'``. Only for curated tables, which hold
            all splits in one file.
        split_column: ``'Original'``, ``'Final'`` or ``'Fold k'``. Curated tables only.
        label_order: What label 0 and 1 of a curated table mean, such as
            ``('public', 'private')``. The other layouts name the class in words.
        metainfo: Further meta information. The classes cannot be changed.
        pipeline: Transforms.
        indices: Use only these photos, or the first n.
        test_mode: As in MMEngine.
        lazy_init: Do not read the annotations yet.
        serialize_data: As in MMEngine.
        filter_cfg: As in MMEngine.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If arguments contradict each other.
        DataError: If the annotations or photos cannot be used; see the readers.
    """

    METAINFO = {'classes': CLASSES}

    def __init__(
        self,
        ann_file: str = '',
        data_root: str = '',
        data_prefix: str | dict = '',
        split: str | None = None,
        split_column: str | None = None,
        label_order: Sequence[str] | None = None,
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
        serialize_data: bool = True,
        filter_cfg: dict | None = None,
        max_refetch: int = 1000,
    ) -> None:
        check_arguments(
            'ImagePrivacyDataset',
            CLASSES,
            metainfo,
            data_prefix,
            fix="drop 'classes'; use label_order for tables with 0 = public",
        )
        self.split = split
        self.split_column = split_column
        self.label_order = None if label_order is None else tuple(label_order)
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=data_prefix,
            filter_cfg=filter_cfg,
            indices=indices,
            serialize_data=serialize_data,
            pipeline=pipeline,
            test_mode=test_mode,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """Read the annotations.

        Returns:
            One ``dict(img_path=str, gt_label=int)`` a photo.
        """
        prefix = self.data_prefix.get('img_path') or self.data_root
        curated = bool(self.ann_file) and self._is_curated()
        if not curated:
            self._refuse_curated_arguments()
        if not self.ann_file:
            if not prefix:
                raise ConfigError.explain(
                    'ImagePrivacyDataset',
                    expected='ann_file, or data_root with private/ and public/',
                    got='neither',
                    fix=PREPARE_HINT,
                )
            records = read_folders(prefix)
        elif curated:
            if self.split is None:
                raise ConfigError.explain(
                    'ImagePrivacyDataset.split',
                    expected='train, val or test, since the table holds all of them',
                    got=None,
                    fix='name the split',
                )
            records = read_curated_csv(
                self.ann_file,
                prefix,
                split=self.split,
                split_column=self.split_column or 'Final',
                label_order=self.label_order,
            )
        else:
            records = read_partition_csv(self.ann_file, prefix)
        return [{'img_path': r.img_path, 'gt_label': r.gt_label} for r in records]

    def class_weights(self) -> list[float]:
        """Weigh the classes by ``1 - n_c / n``; meant for the training split.

        Returns:
            Weights of private and public.
        """
        return class_weights(self.get_gt_labels())

    def _is_curated(self) -> bool:
        """Tell a curated table from a partition CSV by its header."""
        path = self.ann_file
        try:
            with open(path, encoding='utf-8-sig') as f:
                return NAME_COLUMN in f.readline()
        except FileNotFoundError as e:
            raise DataError.explain(
                path,
                expected='an annotation file',
                got='no such file',
                fix=PREPARE_HINT,
            ) from e
        except (OSError, UnicodeDecodeError) as e:
            raise DataError.explain(
                path, expected='a CSV file in UTF-8', got=e, fix='check the path'
            ) from e

    def _refuse_curated_arguments(self) -> None:
        """Refuse arguments that the layout at hand would ignore."""
        for name in ('split', 'split_column', 'label_order'):
            if getattr(self, name) is not None:
                raise ConfigError.explain(
                    f'ImagePrivacyDataset.{name}',
                    expected='to be used with a curated table only',
                    got=f'ann_file={self.ann_file!r}',
                    fix=f'drop {name}',
                )
