"""Visual Redactions for editors: photos with one mask of what is to be removed."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS

from mmprivacy.datasets.redaction_attributes import REDACTION_IDS
from mmprivacy.datasets.visual_redactions import (
    LEAST_AREA,
    RedactionRecord,
    read_redactions,
)
from mmprivacy.errors import ConfigError, DataError, nearest


@DATASETS.register_module()
class RedactionRegionsDataset(BaseDataset):
    """Photos of Visual Redactions in which something of some attributes shows.

    Each has ``img_path``; ``img_id``; ``redactions``, from which ``LoadRegionMask``
    makes the mask, the union of all its regions; and ``regions``, a list of
    ``dict(bbox=xyxy in pixels, category=attribute id)``. Photos without any region of
    the wanted attributes are left out.

    Args:
        ann_file: The JSON file of a split, such as
            ``'annotations/2017_v1/train2017.json'``, relative to ``data_root``.
        data_root: Folder that holds everything.
        data_prefix: Folder below ``data_root`` that stands for ``images/`` in the
            annotations.
        attributes: Ids of what is to be removed, such as ``['a105_face_all']``; None
            for all 24.
        least_area: Smaller regions, in pixels, are left where they are. 25 x 25 is what
            the evaluation of the data set leaves out; 0 removes everything.
        pipeline: Transforms.
        metainfo: As in MMEngine.
        indices: Use only these photos, or the first n.
        filter_cfg: As in MMEngine.
        serialize_data: As in MMEngine.
        test_mode: As in MMEngine.
        lazy_init: Do not read the annotations yet.
        max_refetch: As in MMEngine.

    Raises:
        ConfigError: If an attribute is unknown.
        DataError: If the annotations or photos cannot be used, or no photo shows any of
            the attributes.
    """

    def __init__(
        self,
        ann_file: str,
        data_root: str = '',
        data_prefix: str = 'images',
        attributes: Sequence[str] | None = None,
        least_area: float = LEAST_AREA,
        pipeline: Sequence = (),
        metainfo: dict | None = None,
        indices: int | Sequence[int] | None = None,
        filter_cfg: dict | None = None,
        serialize_data: bool = True,
        test_mode: bool = False,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        self.attributes = REDACTION_IDS if attributes is None else tuple(attributes)
        for name in self.attributes:
            if name not in REDACTION_IDS:
                raise ConfigError.explain(
                    'RedactionRegionsDataset.attributes',
                    expected='ids of the attributes of Visual Redactions',
                    got=repr(name),
                    fix=nearest(str(name), REDACTION_IDS),
                )
        self.least_area = least_area
        super().__init__(
            ann_file=ann_file,
            metainfo=metainfo,
            data_root=os.path.expanduser(data_root),
            data_prefix=dict(img_path=data_prefix),
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
            One ``dict(img_path=str, img_id=str, redactions=RedactionRecord,
            regions=list)`` a photo.
        """
        images = os.path.abspath(self.data_prefix['img_path'])
        records = read_redactions(self.ann_file, self.data_root, images)
        kept = [self._chosen(record) for record in records]
        entries = [
            dict(
                img_path=record.img_path,
                img_id=record.image_id,
                redactions=record,
                regions=[_region(i.bbox, i.attr_id) for i in record.instances],
            )
            for record in kept
            if record.instances
        ]
        if not entries:
            raise DataError.explain(
                self.ann_file,
                expected=f'a photo that shows {" or ".join(self.attributes[:3])}'
                + (' or others' if len(self.attributes) > 3 else ''),
                got='none',
                fix='choose other attributes, or a smaller least_area',
            )
        return entries

    def _chosen(self, record: RedactionRecord) -> RedactionRecord:
        """Keep the regions that are to be removed."""
        kept = [
            instance
            for instance in record.instances
            if instance.attr_id in self.attributes and instance.area >= self.least_area
        ]
        return dataclasses.replace(record, instances=tuple(kept))


def _region(bbox: Sequence[float], attribute: str) -> dict:
    """Describe a region, from its box ``(x, y, w, h)``."""
    x, y, w, h = bbox
    return dict(bbox=[x, y, x + w, y + h], category=attribute)
