"""Visual Redactions for mmseg: photos with the true pixels of their attributes."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS, TRANSFORMS

from mmprivacy.datasets.arguments import check_arguments
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS
from mmprivacy.datasets.visual_redactions import (
    LEAST_AREA,
    RedactionRecord,
    read_redactions,
)
from mmprivacy.errors import DataError
from mmprivacy.privobfnet.transforms import PackPrivSegInputs


@DATASETS.register_module()
class VisualRedactionsDataset(BaseSegDataset):
    """Photos with the masks of 24 attributes, which may overlap: for evaluation.

    In mmseg's registry. MMEngine's, of the same name, is for ERASER: see
    ``mmprivacy/datasets/redaction_regions.py``.

    Each photo has ``img_path``; ``img_id``; ``gt_label``, the indices of its attributes
    among the 24, a list; ``gt_score``, float32 ``(24,)``; and ``redactions``, which
    ``PackRedactionInputs`` turns into masks.

    Args:
        ann_file: The JSON file, such as ``'annotations/2017_v1/test2017.json'``,
            relative to ``data_root``.
        data_root: Folder that holds everything.
        data_prefix: Folder below ``data_root`` that stands for ``images/`` in the
            annotations: a path, or ``dict(img_path=...)``.
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
        DataError: If annotations or photos cannot be used.
    """

    METAINFO = {'classes': REDACTION_IDS}

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: str | dict = 'images',
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = True,
        lazy_init: bool = False,
        serialize_data: bool = True,
        filter_cfg: dict | None = None,
        max_refetch: int = 1000,
    ) -> None:
        check_arguments(type(self).__name__, REDACTION_IDS, metainfo, data_prefix)
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
        """Read the annotations.

        Returns:
            One dictionary a photo, see the class.
        """
        images = self.data_prefix['img_path']
        if self.data_root and not os.path.isabs(images):
            images = os.path.relpath(images, self.data_root)
        records = read_redactions(self.ann_file, self.data_root, images)
        return [self._info(record) for record in records]

    def _info(self, record: RedactionRecord) -> dict:
        shown = {i.attr_id for i in record.instances}
        labels = [k for k, name in enumerate(REDACTION_IDS) if name in shown]
        score = np.zeros(len(REDACTION_IDS), np.float32)
        score[labels] = 1
        return dict(
            img_path=record.img_path,
            img_id=record.image_id,
            gt_label=labels,
            gt_score=score,
            redactions=record,
            seg_fields=[],
        )


@TRANSFORMS.register_module()
class PackRedactionInputs(PackPrivSegInputs):
    """Pack photos with the true masks of their attributes, at the size of the photo.

    Beside what ``PackPrivSegInputs`` packs, ``gt_attr_masks`` (24, h, w) bool.

    Args:
        least_area: Instances with fewer pixels are left out.
    """

    def __init__(self, least_area: float = LEAST_AREA) -> None:
        super().__init__()
        self.least_area = least_area

    def transform(self, results: dict) -> dict:
        """Pack results.

        Args:
            results: Data information with ``img`` and ``redactions``.

        Returns:
            ``inputs``, uint8 (3, h', w'), and ``data_samples``.

        Raises:
            DataError: If there are no redactions, or a mask is broken.
        """
        record = results.get('redactions')
        if record is None:
            raise DataError.explain(
                'PackRedactionInputs',
                expected="'redactions' in the data information",
                got=f'keys {sorted(results)}',
                fix='use VisualRedactionsDataset',
            )
        packed = super().transform(results)
        masks = torch.from_numpy(record.masks(least_area=self.least_area))
        packed['data_samples'].set_field(PixelData(data=masks), 'gt_attr_masks')
        return packed
