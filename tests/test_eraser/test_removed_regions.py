"""Photos of Visual Redactions, as pictures with a mask of what to remove."""

import json

import numpy as np
import pytest
from mmengine.registry import DATASETS
from PIL import Image

import mmprivacy.datasets  # noqa: F401
from mmprivacy.datasets import DrawRedactionMask
from mmprivacy.errors import ConfigError, DataError

PIPELINE = [
    dict(type='LoadPhoto'),
    dict(type='DrawRedactionMask'),
    dict(type='PackInpaintingInputs'),
]
FILE = 'annotations/2017_v1/test2017.json'


def _square(number, attribute, x, y, side):
    corners = [x, y, x + side, y, x + side, y + side, x, y + side, x, y]
    return dict(
        instance_id=number,
        attr_id=attribute,
        polygons=[corners],
        segmentation=None,
        area=side * side,
        bbox=[x, y, side, side],
        iscrowd=0,
    )


@pytest.fixture
def redactions_root(tmp_path):
    """Two photos: a face and a number plate, and nothing but a small face."""
    photos = {
        'a': [_square(0, 'a105_face_all', 5, 5, 30),
              _square(1, 'a108_license_plate_all', 40, 50, 26)],
        'b': [_square(2, 'a105_face_all', 5, 5, 10)],
    }  # fmt: skip
    (tmp_path / 'annotations/2017_v1').mkdir(parents=True)
    (tmp_path / 'images').mkdir()
    rows = {}
    for name, attributes in photos.items():
        Image.new('RGB', (90, 80), 'gray').save(tmp_path / f'images/{name}.png')
        rows[name] = dict(
            image_id=name,
            image_path=f'images/{name}.png',
            image_height=80,
            image_width=90,
            attributes=attributes,
        )
    (tmp_path / FILE).write_text(json.dumps(dict(annotations=rows)))
    return tmp_path


@pytest.fixture
def make(redactions_root):
    def build(**options):
        cfg = dict(
            type='VisualRedactionsDataset',
            data_root=str(redactions_root),
            ann_file=FILE,
            pipeline=PIPELINE,
        )
        return DATASETS.build({**cfg, **options})

    return build


def test_masks_are_the_union_of_the_chosen_attributes(make):
    (packed,) = make()  # the face in the other photo is too small to count
    mask = packed['inputs']['mask'][0].numpy()
    assert mask.shape == packed['inputs']['img'].shape[1:] == (80, 90)
    expected = np.zeros((80, 90), np.uint8)
    expected[5:35, 5:35] = 1
    expected[50:76, 40:66] = 1
    assert (mask != expected).mean() < 0.02  # outlines of polygons
    assert mask[20, 20] == mask[60, 50] == 1
    assert mask[40, 38] == mask[20, 60] == 0
    (face,) = make(attributes=['a105_face_all'])
    assert face['inputs']['mask'][0][60, 50] == 0
    assert len(make(least_area=0)) == 2


def test_wrong_use(make, redactions_root):
    with pytest.raises(ConfigError, match="got 'a105_face'"):
        make(attributes=['a105_face'])
    with pytest.raises(DataError, match='got none'):
        make(least_area=1e9)
    with pytest.raises(DataError, match='no such file'):
        make(ann_file='annotations/2017_v1/none.json')
    with pytest.raises(DataError, match="'instances' in the data information"):
        DrawRedactionMask()(dict(img=np.zeros((2, 2, 3), np.uint8)))
    info = make().get_data_info(0)
    info['img'] = np.zeros((2, 2, 3), np.uint8)
    with pytest.raises(DataError, match='as annotated'):
        DrawRedactionMask()(info)
