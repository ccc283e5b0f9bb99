"""Write lists of photos with their classes from the published annotations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from mmprivacy.datasets.coco_classes import COCO_INDEX
from mmprivacy.datasets.image_checks import track
from mmprivacy.datasets.image_level_lists import (
    read_image_level_list,
    write_image_level_list,
)
from mmprivacy.datasets.polygons import polygons_mask
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.segmentation_maps import write_segmentation_map
from mmprivacy.errors import DataError

#: The 20 classes of VOC in the order of its segmentation maps, background left out.
VOC_CLASSES: tuple[str, ...] = (
    'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair',
    'cow', 'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant',
    'sheep', 'sofa', 'train', 'tvmonitor',
)  # fmt: skip
#: List to the number of its photos in the published data. Of COCO's photos, those that
#: show a class: of 82,783 and 40,504.
PUBLISHED = {'train_aug': 10582, 'val': 1449, 'train2014': 82081, 'val2014': 40137}
#: Folder of the lists, and of the maps.
LISTS, MAPS = 'ImageSets/ImageLevel', 'SegmentationClass'
_CLASSES_OF_MANY = 10**6


def voc_image_labels(
    root: str | Path, names: str | Path, progress: bool = True
) -> tuple[Path, int]:
    """Write the list of a split of VOC from its object annotations.

    Args:
        root: The folder ``VOC2012``.
        names: List of photos below it, a name a line, such as
            ``'ImageSets/Segmentation/train_aug.txt'``.
        progress: Show a bar on stderr.

    Returns:
        ``<root>/ImageSets/ImageLevel/<stem of names>.txt`` and its number of photos.

    Raises:
        DataError: If the list or an annotation is missing or broken, or a photo shows
            no class.
    """
    root, names = Path(root).expanduser(), Path(names)
    fix = 'name a list of photos below the folder of VOC'
    photos = read_image_level_list(root / names, _CLASSES_OF_MANY, fix)
    records = []
    for photo in track(photos, len(photos), progress, 'Reading annotations'):
        path = root / 'Annotations' / f'{photo.name}.xml'
        try:
            tree = ElementTree.parse(path)
        except (OSError, ElementTree.ParseError) as e:
            raise DataError.explain(
                path,
                expected='the objects of a photo',
                got='no such file' if isinstance(e, FileNotFoundError) else e,
                fix='unpack the annotations of VOC 2012',
            ) from e
        found = {node.findtext('name') for node in tree.iterfind('object')}
        labels = [k for k, name in enumerate(VOC_CLASSES) if name in found]
        if not labels:
            raise DataError.explain(
                path,
                expected='an object of the 20 classes',
                got=sorted(map(str, found)),
                fix='correct the annotation, or take the photo out of the list',
            )
        records.append((photo.name, labels))
    target = root / LISTS / f'{names.stem}.txt'
    write_image_level_list(target, records)
    return target, len(records)


def coco_image_labels(
    root: str | Path, split: str, maps: bool, progress: bool = True
) -> tuple[Path, int]:
    """Write the list of a split of COCO, and its segmentation maps.

    Args:
        root: Folder with ``annotations/instances_<split>.json`` and the photos in
            ``<split>/``.
        split: Such as ``'val2014'``.
        maps: Write maps too, in ``SegmentationClass/<split>/``; existing ones are left
            alone. Where objects overlap, the smaller one is in front.
        progress: Show a bar on stderr.

    Returns:
        ``<root>/ImageSets/ImageLevel/<split>.txt`` and its number of photos: those that
        show a class.

    Raises:
        DataError: If the annotations are missing or broken.
    """
    root = Path(root).expanduser()
    source = root / 'annotations' / f'instances_{split}.json'
    photos, objects = _read_coco(source)
    records = []
    for number, photo in track(
        sorted(photos.items()), len(photos), progress, 'Writing labels'
    ):
        shown = objects.get(number, [])
        if not shown:
            continue
        name = f'{split}/{Path(photo["file_name"]).stem}'
        records.append((name, sorted({label for label, _ in shown})))
        target = root / MAPS / f'{name}.png'
        if maps and not target.is_file():
            size = (photo['height'], photo['width'])
            write_segmentation_map(target, _draw(source, shown, size))
    target = root / LISTS / f'{split}.txt'
    write_image_level_list(target, records)
    return target, len(records)


def _read_coco(source: Path) -> tuple[dict[int, dict], dict[int, list[tuple]]]:
    """Read photos by id, and the objects of each: class index and annotation."""
    try:
        data = json.loads(source.read_text(encoding='utf-8'))
        photos = {photo['id']: photo for photo in data['images']}
        objects = defaultdict(list)
        for annotation in data['annotations']:
            label = COCO_INDEX.get(annotation['category_id'])
            if label is not None:
                objects[annotation['image_id']].append((label, annotation))
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise DataError.explain(
            source,
            expected='the instances of a split of COCO',
            got='no such file' if isinstance(e, FileNotFoundError) else repr(e),
            fix='unpack the annotations of COCO 2014',
        ) from e
    return photos, dict(objects)


def _draw(
    source: Path, shown: Sequence[tuple[int, dict[str, Any]]], size: tuple[int, int]
) -> np.ndarray:
    """Draw a map (h, w), from the largest object to the smallest."""
    labels = np.zeros(size, np.uint8)
    for label, annotation in sorted(shown, key=lambda o: -o[1].get('area', 0)):
        shape = annotation['segmentation']
        try:
            if isinstance(shape, dict):
                labels[decode_rle(shape)] = label + 1
            else:
                labels[polygons_mask(shape, size)] = label + 1
        except (DataError, IndexError) as e:
            where = f'{source}: annotation {annotation.get("id")}'
            raise DataError(f'{where}: {e}') from e
    return labels
