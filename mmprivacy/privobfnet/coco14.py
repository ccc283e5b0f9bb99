"""COCO 2014 for mmseg: 80 classes and the background."""

from __future__ import annotations

from mmseg.registry import DATASETS

from mmprivacy.datasets.coco_classes import COCO_CLASSES
from mmprivacy.datasets.segmentation_maps import voc_palette
from mmprivacy.privobfnet.image_level_dataset import ImageLevelSegDataset


@DATASETS.register_module()
class COCO14SegDataset(ImageLevelSegDataset):
    """Photos of COCO 2014 with image-level labels, and maybe a segmentation map.

    81 classes: the background, then the 80 in the order of their ids, without gaps.
    ``tools/prepare_data.py image-labels`` writes lists and maps from the published
    annotations. Of 82,783 photos for training 82,081 show a class, of 40,504 for
    validation 40,137: only these are in the lists.

    For the arguments see
    :class:`~mmprivacy.privobfnet.image_level_dataset.ImageLevelSegDataset`.
    """

    METAINFO = dict(
        classes=('background', *COCO_CLASSES),
        palette=[list(c) for c in voc_palette(1 + len(COCO_CLASSES))],
    )
