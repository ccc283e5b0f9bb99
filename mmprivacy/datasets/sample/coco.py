"""Write scenes in the COCO layout.

``<root>/<split>2017/<id>.jpg``, ``<root>/annotations/instances_<split>2017.json`` with
exact boxes and masks, and ``<root>/scenes.jsonl``, one line of ground truth an image.
Unlike COCO's, the test split has annotations too.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from mmprivacy.datasets.coco_classes import COCO_CLASSES
from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import describe, to_jpeg
from mmprivacy.datasets.sample.detection import coco_ids, photo_number
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.segmentation import Segmentation
from mmprivacy.datasets.sample.writing import Format


def write_scene(scene: Scene, root: Path) -> dict:
    """Write the picture of one scene and return its annotation."""
    number = photo_number(scene)
    file = f'{scene.split}2017/{number:012d}.jpg'
    write_bytes(root / file, to_jpeg(scene.render(), scene.camera.quality))
    return dict(file=file, number=number, **describe(scene))


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the annotations of the splits and the ground truth."""
    ids = coco_ids()
    categories = [
        dict(id=number, name=name, supercategory=name) for name, number in ids.items()
    ]
    for split, scenes in lines.items():
        found = [
            _annotation(scene, element, ids)
            for scene in scenes
            for element in scene['elements']
            if element['box'] is not None
        ]
        for number, annotation in enumerate(found, 1):
            annotation['id'] = number
        instances = dict(
            info=dict(description='drawn by mmprivacy.datasets.sample'),
            licenses=[],
            images=[_image(scene) for scene in scenes],
            annotations=found,
            categories=categories,
        )
        path = root / 'annotations' / f'instances_{split}2017.json'
        write_text(path, json.dumps(instances))
    every = [json.dumps(scene) for scenes in lines.values() for scene in scenes]
    write_text(root / 'scenes.jsonl', '\n'.join(every) + '\n')


def _image(scene: dict) -> dict:
    height, width = scene['size']
    name = Path(scene['file']).name
    return dict(id=scene['number'], file_name=name, height=height, width=width)


def _annotation(scene: dict, element: dict, ids: dict[str, int]) -> dict:
    """Describe one element; what is hardly visible is marked to be ignored."""
    x0, y0, x1, y1 = element['box']
    return dict(
        image_id=scene['number'],
        category_id=ids[element['category']],
        bbox=[x0, y0, x1 - x0, y1 - y0],
        area=sum(element['mask']['counts'][1::2]),
        segmentation=element['mask'],
        iscrowd=int(not element['visible']),
    )


def _name(file: str) -> str:
    return str(PurePosixPath(file).with_suffix(''))


_SEGMENTATION = Segmentation('', COCO_CLASSES, _name)
COCO = Format(
    'coco',
    write_scene,
    finish,
    'Layout of COCO: `<split>2017/`, `annotations/instances_<split>2017.json`, and the '
    'ground truth of\neach scene in `scenes.jsonl`. Boxes are tight on the visible '
    'pixels; masks are run lengths of exactly\nthose. Elements of which less than 30 % '
    'are visible have `iscrowd` 1, so that nobody is trained or\nmeasured on them. '
    'Classes that COCO has keep its ids, the others have ids from 101 on.\n\n'
    'For segmentation from image labels: `SegmentationClass/`, lists of photos with '
    'classes in\n`ImageSets/ImageLevel/`, coarse stand-ins for pseudo labels in '
    '`PseudoLabels/`, and imperfect\nmasks of people and text in `masks/`.',
    add=_SEGMENTATION.add,
    deck='crowds',
    num=dict(train=5200, val=200, test=400),
)
COCO_IMAGE_LABELS = Format(
    'coco-image-labels',
    write_scene,
    finish,
    'Layout of COCO as in the format `coco`, for segmentation from image labels: small '
    'pictures of one or two\nthings of seven classes.',
    add=_SEGMENTATION.add,
    deck='classes',
    num=dict(train=1500, val=100, test=200),
)
