"""Lists of photos with their classes: formats, data sets, and where they come from."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image
from tiny_runs import NUM

from mmprivacy.datasets.coco_classes import COCO_INDEX
from mmprivacy.datasets.image_level_lists import (
    read_image_level_list,
    write_image_level_list,
)
from mmprivacy.datasets.prepare_image_labels import (
    VOC_CLASSES,
    coco_image_labels,
    voc_image_labels,
)
from mmprivacy.datasets.rle import encode_rle
from mmprivacy.datasets.sample.provider_masks import read_scenes
from mmprivacy.datasets.segmentation_maps import (
    read_segmentation_map,
    voc_palette,
    write_segmentation_map,
)
from mmprivacy.errors import ConfigError, DataError
from mmprivacy.evaluation.functional.segmentation import class_iou, confusion
from mmprivacy.privobfnet import COCO14SegDataset, ImageLevelSegDataset


def test_list_format(tmp_path):
    path = tmp_path / 'list.txt'
    write_image_level_list(path, [('2007_000032', [14, 0]), ('a/b', [3])])
    assert path.read_text() == '2007_000032 0 14\na/b 3\n'
    records = read_image_level_list(path, 20)
    assert [tuple(r) for r in records] == [('2007_000032', (0, 14)), ('a/b', (3,))]
    path.write_text('a\n\nb 1 1\n')
    assert [r.labels for r in read_image_level_list(path, 20)] == [(), (1,)]
    path.write_text('a\nb\n')
    assert [r.labels for r in read_image_level_list(path, 20)] == [None, None]
    for text, message in (
        ('a 20', r'line 1.*0 to 19.*20'),
        ('a 0\nb -1', r'line 2'),
        ('a 0\na 1', r'a again'),
        ('a person', r'person'),
        ('\n', 'at least one'),
    ):
        path.write_text(text)
        with pytest.raises(DataError, match=rf'list\.txt.*{message}'):
            read_image_level_list(path, 20)
    with pytest.raises(DataError, match=r'none\.txt.*no such file.*do this'):
        read_image_level_list(tmp_path / 'none.txt', 20, 'do this')


def test_maps_have_the_colours_of_voc(tmp_path):
    assert voc_palette()[1] == (128, 0, 0)
    assert voc_palette()[15] == (192, 128, 128)
    labels = np.array([[0, 15], [255, 3]], np.uint8)
    write_segmentation_map(tmp_path / 'm.png', labels)
    np.testing.assert_array_equal(read_segmentation_map(tmp_path / 'm.png'), labels)
    with Image.open(tmp_path / 'm.png') as image:
        assert image.convert('RGB').getpixel((1, 0)) == (192, 128, 128)
        image.convert('RGB').save(tmp_path / 'rgb.png')
    for name in ('rgb.png', 'none.png'):
        with pytest.raises(DataError, match=name.replace('.', r'\.')):
            read_segmentation_map(tmp_path / name)


def test_overlap_by_hand():
    truth = np.array([[0, 1, 1, 2, 255]])
    found = np.array([[0, 1, 255, 1, 1]])
    counts = confusion(truth, found, 4)
    assert counts.tolist() == [
        [1, 0, 0, 0, 0], [0, 1, 0, 0, 1], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]
    ]  # fmt: skip
    np.testing.assert_allclose(class_iou(counts), [1, 1 / 3, 0, np.nan])


def voc(root, split, **options):
    arguments = dict(
        type='ImageLevelSegDataset', data_root=str(root),
        ann_file=f'VOC2007/ImageSets/ImageLevel/{split}.txt',
        data_prefix=dict(img_path='VOC2007/JPEGImages',
                         seg_map_path='VOC2007/SegmentationClass'),
        pipeline=[dict(type='mmseg.LoadAnnotations')],
    )  # fmt: skip
    return DATASETS.build(arguments | options)


def test_drawn_voc(voc_root):
    data = voc(voc_root, 'train', masks=('human', 'text'))
    assert data.metainfo['classes'][:2] == ('background', 'aeroplane')
    assert len(data.metainfo['classes']) == 21
    scenes = {s['file'].rpartition('/')[2][:-4]: s for s in read_scenes(voc_root)}
    names = {'airplane': 'aeroplane', 'potted plant': 'pottedplant'}
    listed = set()
    for k in range(len(data)):
        info = data.get_data_info(k)
        scene = scenes[info['img_id']]
        listed.add(info['img_id'])
        shown = {
            names.get(e['category'], e['category'])
            for e in scene['elements']
            if e['visible']
        } & set(VOC_CLASSES)
        assert {VOC_CLASSES[c] for c in info['gt_label']} == shown
        assert info['gt_score'].shape == (20,)
        assert info['gt_score'].sum() == len(shown)
        # Labels of the map count from 1, after the background.
        seen = set(np.unique(data[k]['gt_seg_map']).tolist()) - {0}
        assert seen <= {c + 1 for c in info['gt_label']}
        for name in ('human', 'text'):
            assert info['mask_paths'][name].endswith(f'{info["img_id"]}.png')
        coarse = read_segmentation_map(
            voc_root / 'VOC2007/PseudoLabels' / f'{info["img_id"]}.png'
        )
        truth = read_segmentation_map(info['seg_map_path'])
        assert coarse.shape == truth.shape
        assert (coarse != truth).any() or not truth.any()
    assert len(listed) == NUM['train']


def test_drawn_coco(coco_root):
    data = DATASETS.build(
        dict(
            type='COCO14SegDataset', data_root=str(coco_root),
            ann_file='ImageSets/ImageLevel/train.txt', data_prefix=dict(img_path=''),
            masks=('human',), pipeline=[],
        )
    )  # fmt: skip
    assert len(data.metainfo['classes']) == len(data.metainfo['palette']) == 81
    assert data.metainfo['classes'][:2] == ('background', 'person')
    assert data.metainfo['classes'][80] == 'toothbrush'
    info = data.get_data_info(0)
    assert 'seg_map_path' not in info
    assert info['gt_score'].shape == (80,)
    assert info['img_path'].endswith('.jpg')


def test_the_lists_of_coco_are_those_of_its_annotations(coco_root, tmp_path):
    """Written from the annotations, lists and maps are those that were drawn."""
    for name in ('annotations', 'train2017'):
        (tmp_path / name).symlink_to(coco_root / name)
    path, num = coco_image_labels(tmp_path, 'train2017', maps=True, progress=False)
    drawn = read_image_level_list(coco_root / 'ImageSets/ImageLevel/train.txt', 80)
    found = {r.name: r.labels for r in read_image_level_list(path, 80)}
    assert num == len(found)
    for record in drawn:  # elements that are hardly visible count for COCO alone
        assert set(record.labels) <= set(found.get(record.name, ()))
        if record.name not in found:
            continue
        truth = read_segmentation_map(
            coco_root / 'SegmentationClass' / f'{record.name}.png'
        )
        ours = read_segmentation_map(
            tmp_path / 'SegmentationClass' / f'{record.name}.png'
        )
        np.testing.assert_array_equal(ours[truth > 0], truth[truth > 0])


def test_coco_by_hand(tmp_path):
    """Ids have gaps, polygons and run lengths mix, the smaller object is in front."""
    assert COCO_INDEX[1] == 0
    assert COCO_INDEX[90] == 79
    assert COCO_INDEX[13] == 11  # 12 is nobody's
    crowd = np.zeros((10, 12), bool)
    crowd[6:, :] = True
    small, large = [[1, 1, 3, 1, 3, 3, 1, 3]], [[0, 0, 7, 0, 7, 7, 0, 7]]
    shapes = [(13, 4, small), (1, 49, large), (90, 48, encode_rle(crowd))]
    objects = [
        dict(id=k, image_id=5, category_id=c, area=area, segmentation=shape)
        for k, (c, area, shape) in enumerate(shapes, 1)
    ]
    images = [
        dict(id=i, file_name=f'COCO_val2014_{i:012d}.jpg', height=10, width=12)
        for i in (5, 6)
    ]
    (tmp_path / 'annotations').mkdir()
    source = tmp_path / 'annotations/instances_val2014.json'
    source.write_text(json.dumps(dict(images=images, annotations=objects)))
    path, num = coco_image_labels(tmp_path, 'val2014', maps=True, progress=False)
    assert num == 1  # the other photo shows nothing
    assert path.read_text() == 'val2014/COCO_val2014_000000000005 0 11 79\n'
    labels = read_segmentation_map(
        tmp_path / 'SegmentationClass/val2014/COCO_val2014_000000000005.png'
    )
    expected = np.zeros((10, 12), int)
    expected[:7, :7] = 1
    expected[6:, :] = 80
    expected[1:3, 1:3] = 12
    np.testing.assert_array_equal(labels, expected)
    objects[0]['segmentation'] = [[1, 2]]
    source.write_text(json.dumps(dict(images=images, annotations=objects)))
    (tmp_path / 'SegmentationClass/val2014/COCO_val2014_000000000005.png').unlink()
    with pytest.raises(DataError, match=r'instances_val2014\.json: annotation 1'):
        coco_image_labels(tmp_path, 'val2014', maps=True, progress=False)
    with pytest.raises(DataError, match=r'instances_x\.json.*no such file'):
        coco_image_labels(tmp_path, 'x', maps=False, progress=False)


def test_the_command_for_voc(tmp_path, run_tool):
    (tmp_path / 'ImageSets/Segmentation').mkdir(parents=True)
    (tmp_path / 'Annotations').mkdir()
    (tmp_path / 'ImageSets/Segmentation/train_aug.txt').write_text('p\nq\n')
    for name, classes in (('p', ['person', 'aeroplane', 'person']), ('q', ['sheep'])):
        root = ElementTree.Element('annotation')
        for c in classes:
            node = ElementTree.SubElement(root, 'object')
            ElementTree.SubElement(node, 'name').text = c
        ElementTree.ElementTree(root).write(tmp_path / f'Annotations/{name}.xml')
    done = run_tool(
        'prepare_data', 'image-labels', '--voc', tmp_path, '--lists', 'train_aug'
    )
    assert done.status == 0, done.err
    assert '2 photos' in done.out
    assert '10,582 are published' in done.err
    path = tmp_path / 'ImageSets/ImageLevel/train_aug.txt'
    assert path.read_text() == 'p 0 14\nq 16\n'
    (tmp_path / 'Annotations/q.xml').unlink()
    with pytest.raises(DataError, match=r'q\.xml.*no such file'):
        voc_image_labels(tmp_path, 'ImageSets/Segmentation/train_aug.txt', False)
    (tmp_path / 'Annotations/q.xml').write_text('<annotation></annotation>')
    with pytest.raises(DataError, match=r'q\.xml.*20 classes'):
        voc_image_labels(tmp_path, 'ImageSets/Segmentation/train_aug.txt', False)


def test_bad_input(voc_root, tmp_path):
    with pytest.raises(ConfigError, match='img_path'):
        ImageLevelSegDataset('a.txt')
    with pytest.raises(DataError, match=r'none\.txt.*image-labels'):
        COCO14SegDataset('none.txt', str(tmp_path), dict(img_path=''))
    with pytest.raises(DataError, match=r'train\.txt.*missing.*SegmentationNone'):
        voc(
            voc_root,
            'train',
            data_prefix=dict(
                img_path='VOC2007/JPEGImages', seg_map_path='VOC2007/SegmentationNone'
            ),
        )
    with pytest.raises(DataError, match=r'masks.saliency'):
        voc(voc_root, 'train', masks=('saliency',))
