"""Visual Redactions for editors: one mask of the chosen attributes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from mmengine.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmprivacy.datasets.rle import encode_rle
from mmprivacy.errors import ConfigError, DataError

H, W = 60, 90
PIPELINE = [
    dict(type='LoadPhoto'),
    dict(type='DrawRedactionMask'),
    dict(type='PackInpaintingInputs'),
]
FACE, PLATE, DOT = (10, 5, 40, 35), (50, 20, 80, 50), (0, 50, 8, 58)


def box_mask(box):
    mask = np.zeros((H, W), np.uint8)
    x0, y0, x1, y1 = box
    mask[y0:y1, x0:x1] = 1
    return mask


def instance(attr_id, box):
    x0, y0, x1, y1 = box
    return dict(
        instance_id=1,
        attr_id=attr_id,
        polygons=[],
        segmentation=encode_rle(box_mask(box).astype(bool)),
        bbox=[x0, y0, x1 - x0, y1 - y0],
        area=(x1 - x0) * (y1 - y0),
        iscrowd=0,
    )


@pytest.fixture
def root(tmp_path):
    shown = {
        'both': [instance('a105_face_all', FACE), instance('a49_phone', PLATE)],
        'small': [instance('a105_face_all', DOT)],
        'nothing': [],
    }
    (tmp_path / 'images/train2017').mkdir(parents=True)
    annotations = {}
    for name, attributes in shown.items():
        path = f'images/train2017/{name}.png'
        Image.new('RGB', (W, H), (9, 9, 9)).save(tmp_path / path)
        annotations[name] = dict(
            image_id=name, image_path=path, image_height=H, image_width=W,
            attributes=attributes,
        )  # fmt: skip
    folder = tmp_path / 'annotations/2017_v1'
    folder.mkdir(parents=True)
    (folder / 'train2017.json').write_text(json.dumps(dict(annotations=annotations)))
    return tmp_path


def build(root, **more):
    options = dict(
        type='VisualRedactionsDataset',
        data_root=str(root),
        ann_file='annotations/2017_v1/train2017.json',
        pipeline=PIPELINE,
        test_mode=True,
    )
    return DATASETS.build(options | more)


def test_the_mask_is_the_union_of_the_chosen_attributes(root):
    (item,) = build(root)
    mask = item['inputs']['mask'][0].numpy()
    assert np.array_equal(mask, box_mask(FACE) | box_mask(PLATE))
    assert item['data_samples'].regions == [
        dict(bbox=list(map(float, FACE)), category='a105_face_all'),
        dict(bbox=list(map(float, PLATE)), category='a49_phone'),
    ]
    assert item['data_samples'].img_id == 'both'
    (item,) = build(root, attributes=['a49_phone'])
    assert np.array_equal(item['inputs']['mask'][0].numpy(), box_mask(PLATE))
    assert len(item['data_samples'].regions) == 1


def test_small_regions_can_be_removed_too(root):
    items = list(build(root, least_area=0, attributes=['a105_face_all']))
    assert [i['data_samples'].img_id for i in items] == ['both', 'small']
    assert np.array_equal(items[1]['inputs']['mask'][0].numpy(), box_mask(DOT))


def test_wrong_attributes_and_no_photos(root):
    with pytest.raises(ConfigError, match="did you mean 'a105_face_all'"):
        build(root, attributes=['a105_faces_all'])
    with pytest.raises(DataError, match=r'train2017\.json.*a7_fingerprint.*none'):
        build(root, attributes=['a7_fingerprint'])
    (root / 'images/train2017/both.png').unlink()
    with pytest.raises(DataError, match=r'both\.png'):
        build(root)


def test_a_photo_of_another_size_is_named(root):
    Image.new('RGB', (W, H + 1)).save(root / 'images/train2017/both.png')
    with pytest.raises(DataError, match=r'both\.png.*\(61, 90\)'):
        build(root)[0]


def test_it_needs_its_data_set():
    with pytest.raises(DataError, match='VisualRedactionsDataset'):
        TRANSFORMS.build(dict(type='DrawRedactionMask'))(dict(img=np.zeros((2, 2, 3))))
