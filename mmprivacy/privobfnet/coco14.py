"""COCO 2014 for mmseg: 80 classes and the background."""

from __future__ import annotations

import numpy as np
from mmseg.registry import DATASETS

from mmprivacy.datasets.coco_classes import COCO_CLASSES
from mmprivacy.privobfnet.image_level_dataset import ImageLevelSegDataset


def _palette(num: int) -> list[list[int]]:
    """Return RGB colours as VOC chooses them: the bits of the index, spread out."""
    index = np.arange(num)
    colours = np.zeros((num, 3), int)
    for place in range(8):
        for channel in range(3):
            bit = index >> (3 * place + channel) & 1
            colours[:, channel] |= bit << (7 - place)
    return colours.tolist()


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
        classes=('background', *COCO_CLASSES), palette=_palette(1 + len(COCO_CLASSES))
    )
