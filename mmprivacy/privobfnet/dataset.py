"""VISPR for mmseg: attributes, privacy scores and provider masks of photos."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmprivacy.datasets.arguments import check_arguments
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.mask_files import MaskIndex
from mmprivacy.datasets.vispr import VISPR_PREPARE_HINT, multi_hot, read_vispr
from mmprivacy.datasets.vispr_scores import PrivacyScore, ScoreOptions
from mmprivacy.errors import ConfigError


@DATASETS.register_module()
class VISPRDataset(BaseSegDataset):
    """Photos with their privacy attributes, a privacy score, and masks of providers.

    There is no pixel annotation. Each photo has ``img_path``; ``img_id``;
    ``gt_score``, float32 ``(68,)``, 1 where the attribute is visible; ``gt_label``,
    their class indices, a list; ``gt_privacy_score``, float32 ``(U,)``; and
    ``mask_paths``, the mask file of each provider. For the same arguments, labels and
    scores are those of the class of this name in mmpretrain's registry.

    Args:
        ann_file: The list file, such as ``'train2017.txt'``, relative to ``data_root``.
        data_root: Folder that holds everything.
        data_prefix: Folder below ``data_root`` that stands for ``images/`` in the
            annotations: a path such as ``'images_250'``, or ``dict(img_path=...)``.
        masks: Providers whose masks are needed, such as ``('human', 'text')``; none
            for validation and test. See :mod:`~mmprivacy.datasets.mask_files` for the
            files. A photo that a provider did not see is an error; one in which it
            found nothing has a mask of zeros.
        score_mode: ``'max_of_mean'``, ``'mean_of_max'`` or ``'per_profile'``; for this
            and the next four see
            :class:`~mmprivacy.datasets.vispr_scores.ScoreOptions`.
        users: ``'respondents'`` or ``'profiles'``.
        pool: ``'max'``, ``'sum'`` or ``'avg'``.
        safe_weight: 0 or 1.
        scale: ``'raw'`` (0 to 5) or ``'unit'`` (0 to 1).
        metainfo: Further meta information. The classes cannot be changed.
        pipeline: Transforms.
        indices: Use only these photos, or the first n.
        test_mode: As in MMEngine.
        lazy_init: Do not read the annotations yet.
        serialize_data: As in MMEngine.
        filter_cfg: As in MMEngine.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If an argument has an unknown value.
        DataError: If annotations, photos, masks or the user study cannot be used.
    """

    METAINFO = {'classes': ATTRIBUTE_IDS}

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: str | dict = 'images',
        masks: Sequence[str] = (),
        score_mode: str = 'per_profile',
        users: str = 'profiles',
        pool: str = 'max',
        safe_weight: int = 0,
        scale: str = 'unit',
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
        serialize_data: bool = True,
        filter_cfg: dict | None = None,
        max_refetch: int = 1000,
    ) -> None:
        check_arguments('VISPRDataset', ATTRIBUTE_IDS, metainfo, data_prefix)
        if not ann_file:
            raise ConfigError.explain(
                'VISPRDataset.ann_file',
                expected='a list file such as train2017.txt',
                got=repr(ann_file),
                fix=VISPR_PREPARE_HINT,
            )
        self.masks = tuple(masks)
        self.score_options = ScoreOptions(score_mode, users, pool, safe_weight, scale)
        if isinstance(data_prefix, str):
            data_prefix = dict(img_path=data_prefix)
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=data_prefix,
            filter_cfg=filter_cfg,
            indices=indices,
            serialize_data=serialize_data,
            pipeline=list(pipeline),
            test_mode=test_mode,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """Read the annotations, score the photos and find the masks.

        Returns:
            One dictionary a photo, see the class.
        """
        root = self.data_root or os.path.dirname(self.ann_file)
        images = self.data_prefix['img_path']
        if self.data_root and not os.path.isabs(images):
            images = os.path.relpath(images, self.data_root)
        records = read_vispr(self.ann_file, root, images)
        score = PrivacyScore.from_root(root, self.score_options)
        self.score_source = score.source
        labels = multi_hot(record.labels for record in records)
        scores = score(labels).reshape(len(records), -1)
        indices = self._mask_indices(root, [record.img_path for record in records])
        return [
            dict(
                img_path=record.img_path,
                img_id=record.img_id,
                gt_label=list(record.labels),
                gt_score=present.astype(np.float32),
                gt_privacy_score=row,
                mask_paths={n: i.find(record.img_path) for n, i in indices.items()},
                seg_fields=[],
            )
            for record, present, row in zip(records, labels, scores)
        ]

    def _mask_indices(self, root: str, photos: Sequence[str]) -> dict[str, MaskIndex]:
        """Read the index of each provider, which has to know all photos."""
        split = re.sub(r'2017$', '', Path(self.ann_file).stem)
        indices = {name: MaskIndex.read(root, name, split) for name in self.masks}
        for index in indices.values():
            index.require(photos)
        return indices

    def get_cat_ids(self, idx: int) -> list[int]:
        """Return the class indices of the attributes of a photo."""
        return self.get_data_info(idx)['gt_label']

    def get_gt_labels(self) -> np.ndarray:
        """Return all labels, bool ``(N, 68)``."""
        return multi_hot(self.get_cat_ids(i) for i in range(len(self)))

    def get_privacy_scores(self) -> np.ndarray:
        """Return all scores, float32 ``(N, U)``."""
        infos = (self.get_data_info(i) for i in range(len(self)))
        return np.stack([info['gt_privacy_score'] for info in infos])
