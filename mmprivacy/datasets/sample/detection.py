"""The detection classes of the sample data, and their names in COCO and VOC."""

from __future__ import annotations

from mmprivacy.datasets.coco_classes import COCO_CLASSES, UNUSED_IDS
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.identity import SPLITS
from mmprivacy.datasets.sample.scene import Scene

_DRAWN = {kind.category for kind in ELEMENTS.values()}
#: Names of the classes that are drawn: COCO's in the order of their ids, then the
#: others. mmdet numbers classes in the order of the annotation file, whatever the order
#: of the names that it is given, so it has to be this one.
CLASSES: tuple[str, ...] = (
    *(name for name in COCO_CLASSES if name in _DRAWN),
    *sorted(_DRAWN - set(COCO_CLASSES)),
)

#: Id of the first class that COCO does not have.
_OWN = 101

#: The 20 classes of VOC in their order, named as the sample data name them.
VOC_CLASSES: tuple[str, ...] = (
    'airplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair',
    'cow', 'dining table', 'dog', 'horse', 'motorcycle', 'person', 'potted plant',
    'sheep', 'couch', 'train', 'tv',
)  # fmt: skip
#: Class of the sample data to its name in VOC, where VOC writes it differently.
VOC_NAMES = {'potted plant': 'pottedplant'}


def coco_ids() -> dict[str, int]:
    """Give every class its category id: COCO's own, and further ones from 101 on.

    All 80 classes of COCO are listed, not only those that are drawn: whoever reads the
    annotations with COCO's list of classes would otherwise number them anew.
    """
    used = [k for k in range(1, 91) if k not in UNUSED_IDS]
    ids = dict(zip(COCO_CLASSES, used, strict=True))
    own = [name for name in CLASSES if name not in ids]
    return ids | {name: _OWN + k for k, name in enumerate(own)}


def photo_number(scene: Scene) -> int:
    """Number a scene, from 1 on, so that no two splits share a number."""
    return SPLITS.index(scene.split) * 100_000 + scene.index + 1
