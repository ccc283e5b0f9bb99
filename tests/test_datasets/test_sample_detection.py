"""The drawn COCO and VOC data: files, exact boxes and masks, and mmdet's readers."""

from __future__ import annotations

import dataclasses
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from tiny_runs import NUM

from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample import FORMATS, SceneGenerator, write_sample, writing
from mmprivacy.datasets.sample.detection import (
    CLASSES,
    COCO_CLASSES,
    VOC_NAMES,
    coco_ids,
)
from mmprivacy.datasets.sample.scene import tight_box

SPLITS = list(NUM)


def load(root, split):
    return json.loads((root / f'annotations/instances_{split}2017.json').read_text())


def scene_of(number):
    split, index = divmod(number - 1, 100_000)
    return SceneGenerator(0, SPLITS[split], 'crowds').scene(index)


def drawn(scene):
    return [truth for truth in scene.elements if truth.box is not None]


def test_classes():
    assert len(CLASSES) >= 20
    assert len(set(COCO_CLASSES)) == 80
    ids = coco_ids()
    assert (
        len(set(ids.values())) == len(ids) == 80 + len(set(CLASSES) - set(COCO_CLASSES))
    )
    known = {
        'person': 1, 'traffic light': 10, 'fire hydrant': 11, 'stop sign': 13,
        'umbrella': 28, 'handbag': 31, 'bottle': 44, 'wine glass': 46, 'bed': 65,
        'dining table': 67, 'toilet': 70, 'tv': 72, 'book': 84, 'toothbrush': 90,
    }  # fmt: skip
    assert {name: ids[name] for name in known} == known
    assert all(ids[name] > 100 for name in set(CLASSES) - set(COCO_CLASSES))


def test_coco_layout(coco_root):
    numbers = []
    for split, n in NUM.items():
        data = load(coco_root, split)
        assert len(data['images']) == n
        for image in data['images']:
            path = coco_root / f'{split}2017' / image['file_name']
            assert path.name == f'{image["id"]:012d}.jpg'
            with Image.open(path) as picture:
                assert picture.format == 'JPEG'
                assert picture.size == (image['width'], image['height'])
        numbers += [image['id'] for image in data['images']]
        found = {c['name']: c['id'] for c in data['categories']}
        assert found == coco_ids()
        assert [a['id'] for a in data['annotations']] == list(
            range(1, len(data['annotations']) + 1)
        )
    assert len(set(numbers)) == sum(NUM.values())
    assert 'drawn' in (coco_root / 'README.md').read_text()
    assert not list(coco_root.rglob('.*'))


def test_coco_boxes_and_masks_are_those_of_the_scenes(coco_root):
    """Invariant S3: masks, boxes and run lengths agree; the occluder owns."""
    names = {number: name for name, number in coco_ids().items()}
    data = load(coco_root, 'val')
    for image in data['images']:
        scene = scene_of(image['id'])
        assert scene.size == (image['height'], image['width'])
        annotations = [a for a in data['annotations'] if a['image_id'] == image['id']]
        owned = np.zeros(scene.size, int)
        for truth, annotation in zip(drawn(scene), annotations, strict=True):
            mask = decode_rle(annotation['segmentation'])
            assert np.array_equal(mask, truth.mask)
            x, y, w, h = annotation['bbox']
            assert tight_box(mask) == (x, y, x + w, y + h)
            assert annotation['area'] == mask.sum()
            assert annotation['iscrowd'] == (not truth.visible)
            assert names[annotation['category_id']] == truth.category
            owned += mask
        assert owned.max() <= 1


def test_coco_of_mmdet_reads_it(coco_root):
    mask_utils = pytest.importorskip('pycocotools.mask')
    datasets = pytest.importorskip('mmdet.datasets')
    data = load(coco_root, 'val')
    for classes in (None, CLASSES):
        reader = datasets.CocoDataset(
            data_root=str(coco_root),
            ann_file='annotations/instances_val2017.json',
            data_prefix=dict(img='val2017/'),
            metainfo=None if classes is None else dict(classes=classes),
            test_mode=True,
        )
        assert reader.metainfo['classes'] == (classes or COCO_CLASSES)
        assert len(reader) == NUM['val']
        read = 0
        for k in range(len(reader)):
            info = reader.get_data_info(k)
            scene = scene_of(info['img_id'])
            known = [
                t for t in drawn(scene) if t.category in reader.metainfo['classes']
            ]
            for truth, instance in zip(known, info['instances'], strict=True):
                assert instance['bbox'] == list(truth.box)
                label = instance['bbox_label']
                assert reader.metainfo['classes'][label] == truth.category
                assert instance['ignore_flag'] == (not truth.visible)
                rle = instance['mask']
                packed = mask_utils.frPyObjects(rle, *rle['size'])
                assert np.array_equal(mask_utils.decode(packed), truth.mask)
                read += 1
        assert read == len(data['annotations']) or classes is None
        assert read > 0


def test_voc_layout(voc_root):
    folder = voc_root / 'VOC2007'
    lists = {
        path.stem: path.read_text().split()
        for path in (folder / 'ImageSets/Main').glob('*.txt')
    }
    assert {split: len(lists[split]) for split in NUM} == NUM
    assert lists['trainval'] == lists['train'] + lists['val']
    names = lists['trainval'] + lists['test']
    assert len(set(names)) == sum(NUM.values())
    for kind, suffix in (('JPEGImages', 'jpg'), ('Annotations', 'xml')):
        found = {p.stem for p in (folder / kind).glob(f'*.{suffix}')}
        assert found == set(names)
    assert not list(voc_root.rglob('.*'))


def test_voc_boxes_and_masks_are_those_of_the_scenes(voc_root):
    folder = voc_root / 'VOC2007'
    for path in (folder / 'Annotations').glob('1*.xml'):
        scene = scene_of(int(path.stem))
        root = ElementTree.parse(path).getroot()
        assert root.find('filename').text == f'{path.stem}.jpg'
        size = [int(root.find(f'size/{k}').text) for k in ('height', 'width', 'depth')]
        assert size == [*scene.size, 3]
        with Image.open(folder / 'SegmentationObject' / f'{path.stem}.png') as picture:
            assert picture.mode == 'P'
            owner = np.array(picture)
        objects = root.findall('object')
        assert set(np.unique(owner)) - {0} == set(range(1, len(objects) + 1))
        for k, (truth, node) in enumerate(zip(drawn(scene), objects, strict=True), 1):
            assert np.array_equal(owner == k, truth.mask)
            box = [
                int(node.find(f'bndbox/{edge}').text)
                for edge in ('xmin', 'ymin', 'xmax', 'ymax')
            ]
            x0, y0, x1, y1 = truth.box
            assert box == [x0 + 1, y0 + 1, x1, y1]
            assert node.find('difficult').text == str(int(not truth.visible))
            name = VOC_NAMES.get(truth.category, truth.category)
            assert node.find('name').text == name
            hidden = truth.amodal & ~truth.mask
            if hidden.mean() > 0.05 * truth.amodal.mean():
                assert node.find('truncated').text == '1'


def test_voc_of_mmdet_reads_it(voc_root):
    datasets = pytest.importorskip('mmdet.datasets')
    reader = datasets.VOCDataset(
        data_root=str(voc_root),
        ann_file='VOC2007/ImageSets/Main/trainval.txt',
        data_prefix=dict(sub_data_root='VOC2007/'),
        test_mode=True,
    )
    classes = reader.metainfo['classes']
    assert len(reader) == NUM['train'] + NUM['val']
    read = 0
    for k in range(len(reader)):
        info = reader.get_data_info(k)
        scene = scene_of(int(info['img_id']))
        names = [VOC_NAMES.get(t.category, t.category) for t in drawn(scene)]
        known = [(t, n) for t, n in zip(drawn(scene), names) if n in classes]
        for (truth, name), instance in zip(known, info['instances'], strict=True):
            x0, y0, x1, y1 = truth.box  # mmdet counts from 0, edges included
            assert instance['bbox'] == [x0, y0, x1 - 1, y1 - 1]
            assert classes[instance['bbox_label']] == name
            assert instance['ignore_flag'] == (not truth.visible)
            read += 1
    assert read > 0


@pytest.mark.parametrize('name', ['coco', 'voc'])
def test_an_interrupted_run_ends_the_same(name, tmp_path, monkeypatch):
    num = dict(train=3, test=1)
    whole = write_sample(name, tmp_path / 'a', num, seed=3, workers=1, progress=False)
    monkeypatch.setattr(writing, 'CHUNK', 2)

    def break_down(root, lines):
        raise KeyboardInterrupt

    fmt = dataclasses.replace(FORMATS[name], finish=break_down)
    with pytest.raises(KeyboardInterrupt):
        writing.write_folder(fmt, tmp_path / 'b', num, 3, 1, False)
    (tmp_path / 'b/.chunks/train_000002.jsonl').unlink()
    resumed = write_sample(name, tmp_path / 'b', num, seed=3, progress=False)

    def files(root):
        paths = sorted(p for p in root.rglob('*') if p.is_file())
        return {str(p.relative_to(root)): p.read_bytes() for p in paths}

    assert files(resumed) == files(whole)
