"""Write scenes in the layout of PASCAL VOC 2007.

Below ``<root>/VOC2007``: ``JPEGImages/<id>.jpg``, ``Annotations/<id>.xml``, exact masks
in ``SegmentationObject/<id>.png``, and the lists
``ImageSets/Main/{train,val,trainval,test}.txt``; and ``<root>/scenes.jsonl``, one line
of ground truth an image.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import describe, to_jpeg
from mmprivacy.datasets.sample.detection import VOC_CLASSES, VOC_NAMES, photo_number
from mmprivacy.datasets.sample.scene import Scene, Truth
from mmprivacy.datasets.sample.segmentation import Segmentation
from mmprivacy.datasets.sample.writing import Format

_FOLDER = 'VOC2007'
#: Share of what is inside the image below which an object counts as truncated.
_WHOLE = 0.95


def write_scene(scene: Scene, root: Path) -> dict:
    """Write picture, annotation and masks of one scene; return what is known of it."""
    name = f'{photo_number(scene):06d}'
    file = f'{_FOLDER}/JPEGImages/{name}.jpg'
    shown = [truth for truth in scene.elements if truth.box is not None]
    write_bytes(root / file, to_jpeg(scene.render(), scene.camera.quality))
    xml = _annotation(scene, shown, f'{name}.jpg')
    write_text(root / _FOLDER / 'Annotations' / f'{name}.xml', xml)
    masks = root / _FOLDER / 'SegmentationObject' / f'{name}.png'
    write_bytes(masks, _masks(scene, shown))
    return dict(file=file, **describe(scene))


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the lists of the splits and the ground truth."""
    names = {
        split: [Path(scene['file']).stem for scene in scenes]
        for split, scenes in lines.items()
    }
    names['trainval'] = names.get('train', []) + names.get('val', [])
    for split, listed in names.items():
        path = root / _FOLDER / 'ImageSets' / 'Main' / f'{split}.txt'
        write_text(path, ''.join(f'{name}\n' for name in listed))
    every = [json.dumps(scene) for scenes in lines.values() for scene in scenes]
    write_text(root / 'scenes.jsonl', '\n'.join(every) + '\n')


def _annotation(scene: Scene, shown: list[Truth], file: str) -> str:
    """Phrase the objects as VOC does: pixels count from 1, both edges included."""
    height, width = scene.size
    root = ElementTree.Element('annotation')
    _add(root, folder=_FOLDER, filename=file)
    _add(ElementTree.SubElement(root, 'source'), database='mmprivacy sample data')
    _add(ElementTree.SubElement(root, 'size'), width=width, height=height, depth=3)
    _add(root, segmented=1)
    for truth in shown:
        x0, y0, x1, y1 = truth.box
        node = ElementTree.SubElement(root, 'object')
        _add(
            node,
            name=VOC_NAMES.get(truth.category, truth.category),
            pose='Unspecified',
            truncated=int(_is_truncated(truth)),
            difficult=int(not truth.visible),
        )
        box = ElementTree.SubElement(node, 'bndbox')
        _add(box, xmin=x0 + 1, ymin=y0 + 1, xmax=x1, ymax=y1)
    ElementTree.indent(root, '\t')
    return ElementTree.tostring(root, encoding='unicode') + '\n'


def _add(node: ElementTree.Element, **values: object) -> None:
    for name, value in values.items():
        ElementTree.SubElement(node, name).text = str(value)


def _is_truncated(truth: Truth) -> bool:
    """Whether something stands in front of an element, or the image ends."""
    height, width = truth.mask.shape
    x0, y0, x1, y1 = truth.box
    at_edge = x0 == 0 or y0 == 0 or x1 == width or y1 == height
    return bool(at_edge or truth.mask.sum() < _WHOLE * truth.amodal.sum())


def _masks(scene: Scene, shown: list[Truth]) -> bytes:
    """Encode which pixel belongs to which object: 0 to none, k to the k-th."""
    owner = np.zeros(scene.size, np.uint8)
    for number, truth in enumerate(shown, 1):
        owner[truth.mask] = number
    buffer = io.BytesIO()
    picture = Image.fromarray(owner)
    picture.putpalette(np.random.default_rng(0).integers(0, 256, 768).tolist())
    picture.save(buffer, 'PNG')
    return buffer.getvalue()


def _stem(file: str) -> str:
    return Path(file).stem


_SEGMENTATION = Segmentation(_FOLDER, VOC_CLASSES, _stem)
VOC = Format(
    'voc',
    write_scene,
    finish,
    'Layout of PASCAL VOC 2007 below `VOC2007/`, and the ground truth of each scene in '
    '`scenes.jsonl`.\nBoxes are tight on the visible pixels; '
    '`SegmentationObject/` has exactly those, k for the k-th object\nof the annotation '
    'and no undecided border. Elements of which less than 30 % are visible are\n'
    '`difficult`. Classes that VOC has are named as there.\n\n'
    'For segmentation from image labels: `SegmentationClass/`, lists of photos with '
    'classes in\n`ImageSets/ImageLevel/`, coarse stand-ins for pseudo labels in '
    '`PseudoLabels/`, and imperfect\nmasks of people and text in `masks/`.',
    add=_SEGMENTATION.add,
    deck='crowds',
)
VOC_IMAGE_LABELS = Format(
    'voc-image-labels',
    write_scene,
    finish,
    'Layout of PASCAL VOC 2007 as in the format `voc`, for segmentation from image '
    'labels: small pictures of one or\ntwo things of seven classes.',
    add=_SEGMENTATION.add,
    deck='classes',
    num=dict(train=1500, val=100, test=200),
)
