"""Photos of Visual Redactions with the mask of what is to be removed.

Convention:
    Masks are uint8 (h, w) of 0 and 1; 1 = to be removed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS, TRANSFORMS

from mmprivacy.datasets.redaction_attributes import REDACTION_IDS
from mmprivacy.datasets.visual_redactions import (
    LEAST_AREA,
    RedactionInstance,
    RedactionRecord,
    read_redactions,
)
from mmprivacy.errors import ConfigError, DataError, nearest


@DATASETS.register_module()
class VisualRedactionsDataset(BaseDataset):
    """Photos that show one of some privacy attributes, and where, for removal.

    MMEngine's data set for ERASER. The one of the same name in mmseg's registry,
    :class:`mmprivacy.privobfnet.VisualRedactionsDataset`, gives 24 masks to score
    segmentation with. Both read the files with
    :func:`~mmprivacy.datasets.visual_redactions.read_redactions`.

    Gives ``img_path``, ``img_id``, and ``instances`` for
    :class:`DrawRedactionMask`; and ``regions``, a list of ``dict(bbox=xyxy in pixels,
    category=attribute id)``, which
    :class:`~mmprivacy.evaluation.RegionRecallMetric` looks for.

    Args:
        data_root: Folder that holds ``annotations/`` and ``images/``.
        ann_file: Annotations below it, ``annotations/2017_v1/train2017.json``.
        data_prefix: ``dict(img_path='images')``, the folder of the photos.
        attributes: Ids of what is to be removed; None for all 24.
        least_area: Smaller instances, in pixels, are left out.
        metainfo: As in MMEngine.
        pipeline: Transforms.
        indices: Use only these photos, or the first n.
        test_mode: As in MMEngine.
        lazy_init: Do not read the annotations yet.

    Raises:
        ConfigError: If an attribute is unknown.
        DataError: If the file is missing or broken, or no photo shows the attributes.

    Reference: Orekondy et al., "Connecting Pixels to Privacy and Utility", CVPR 2018.
    """

    def __init__(
        self,
        data_root: str = '',
        ann_file: str = 'annotations/2017_v1/train2017.json',
        data_prefix: dict | None = None,
        attributes: Sequence[str] | None = None,
        least_area: float = LEAST_AREA,
        metainfo: dict | None = None,
        pipeline: Sequence = (),
        indices: int | Sequence[int] | None = None,
        test_mode: bool = False,
        lazy_init: bool = False,
    ) -> None:
        for name in attributes or ():
            if name not in REDACTION_IDS:
                raise ConfigError.explain(
                    'VisualRedactionsDataset.attributes',
                    expected='ids of the 24 attributes of Visual Redactions',
                    got=repr(name),
                    fix=nearest(str(name), REDACTION_IDS),
                )
        self.attributes = tuple(attributes or REDACTION_IDS)
        self.least_area = least_area
        super().__init__(
            ann_file=ann_file,
            data_root=os.path.expanduser(data_root),
            data_prefix=data_prefix or dict(img_path='images'),
            metainfo=metainfo,
            pipeline=pipeline,
            indices=indices,
            test_mode=test_mode,
            lazy_init=lazy_init,
        )

    def load_data_list(self) -> list[dict]:
        """List the photos that show at least one of the attributes."""
        folder = os.path.abspath(self.data_prefix['img_path'])
        rows = []
        for record in read_redactions(self.ann_file, self.data_root, folder):
            chosen = [
                i
                for i in record.instances
                if i.attr_id in self.attributes and i.area >= self.least_area
            ]
            if chosen:
                rows.append(_row(record, chosen))
        if not rows:
            raise DataError.explain(
                self.ann_file,
                expected='photos that show ' + ', '.join(self.attributes[:5]),
                got='none',
                fix='choose other attributes, or a smaller least_area',
            )
        return rows


def _row(record: RedactionRecord, instances: list[RedactionInstance]) -> dict:
    return dict(
        img_path=record.img_path,
        img_id=record.image_id,
        size=tuple(record.size),
        instances=tuple(instances),
        regions=[_region(i) for i in instances],
    )


def _region(instance: RedactionInstance) -> dict:
    x, y, w, h = instance.bbox
    return dict(bbox=[x, y, x + w, y + h], category=instance.attr_id)


@TRANSFORMS.register_module()
class DrawRedactionMask:
    """Unite the regions of :class:`VisualRedactionsDataset` in ``mask``.

    Put it behind ``LoadPhoto``, without ``min_side``.

    Raises:
        DataError: If the photo has no regions, or another size than its annotation.
    """

    def __call__(self, results: dict) -> dict:
        """Add ``mask``."""
        for key in ('img', 'instances', 'size'):
            if key not in results:
                raise DataError.explain(
                    'DrawRedactionMask',
                    expected=f'{key!r} in the data information',
                    got=f'keys {sorted(results)}',
                    fix='use it with VisualRedactionsDataset, behind LoadPhoto',
                )
        if tuple(results['img'].shape[:2]) != tuple(results['size']):
            raise DataError.explain(
                results['img_path'],
                expected=f'{results["size"]} pixels (h, w), as annotated',
                got=results['img'].shape[:2],
                fix='use the photos the annotations were made for',
            )
        record = RedactionRecord(
            str(results['img_id']),
            str(results['img_path']),
            tuple(results['size']),
            tuple(results['instances']),
        )
        results['mask'] = record.region(least_area=0).astype(np.uint8)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
