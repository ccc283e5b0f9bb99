"""The Visual Redactions format: attributes, polygons, run lengths, reader."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.polygons import outlines, polygons_mask
from mmprivacy.datasets.redaction_attributes import (
    MEMBERS,
    REDACTION_IDS,
    member_indices,
    redaction_id,
)
from mmprivacy.datasets.rle import (
    compress_counts,
    decode_rle,
    encode_rle,
    expand_counts,
)
from mmprivacy.datasets.visual_redactions import read_redactions
from mmprivacy.errors import DataError


def test_attributes_are_the_24_of_the_paper():
    assert len(REDACTION_IDS) == len(set(REDACTION_IDS)) == 24
    assert redaction_id('a9_face_complete') == 'a105_face_all'
    assert redaction_id('a26_handwriting') == 'a26_handwriting'
    assert redaction_id('a85_username') is None
    assert redaction_id('a59_sports') is None
    with pytest.raises(DataError, match='a105_face_all'):
        redaction_id('a105_face')
    merged = sum(len(m) for m in MEMBERS.values())
    assert merged == 24 - 7 + (2 + 2 + 2 + 2 + 6 + 2 + 3)
    names = [[ATTRIBUTE_IDS[k] for k in row] for row in member_indices()]
    assert names[REDACTION_IDS.index('a109_person_body')][4] == 'a16_race'


def test_polygons_hold_the_centres_of_their_pixels():
    square = [1, 1, 4, 1, 4, 3, 1, 3, 1, 1]
    expected = np.zeros((5, 6), bool)
    expected[1:3, 1:4] = True
    np.testing.assert_array_equal(polygons_mask([square], (5, 6)), expected)
    assert not polygons_mask([[1.6, 1.6, 2.4, 1.6, 2.4, 2.4]], (5, 6)).any()
    triangle = polygons_mask([[0, 0, 4, 0, 0, 4]], (4, 4))
    np.testing.assert_array_equal(triangle, np.add.outer(range(4), range(4)) < 3)
    outside = polygons_mask([[-5, -5, 50, -5, 50, 50, -5, 50]], (3, 4))
    assert outside.all()
    union = polygons_mask([square, [3, 2, 6, 2, 6, 5, 3, 5]], (5, 6))
    assert union.sum() == 6 + 9 - 1
    for bad in ([1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 0, float('nan'), 1]):
        with pytest.raises(DataError, match='polygon'):
            polygons_mask([bad], (4, 4))


def test_outlines_give_the_mask_back():
    rng = np.random.default_rng(0)
    for _ in range(5):
        mask = rng.random((13, 17)) < 0.35
        holes_filled = polygons_mask(outlines(mask), mask.shape)
        assert (holes_filled & mask).sum() == mask.sum()
        assert decode_rle(encode_rle(mask)).sum() == mask.sum()
    blob = np.zeros((12, 12), bool)
    blob[2:9, 3:5] = blob[6:9, 3:11] = True
    (polygon,) = outlines(blob)
    assert polygon[:2] == polygon[-2:]
    np.testing.assert_array_equal(polygons_mask([polygon], blob.shape), blob)


def test_compressed_counts_are_those_of_coco():
    coco = pytest.importorskip('pycocotools.mask')
    rng = np.random.default_rng(1)
    for share in (0.0, 0.02, 0.5, 1.0):
        mask = rng.random((61, 47)) < share
        mask[:30] |= share == 0.02
        text = compress_counts(encode_rle(mask)['counts'])
        theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert text == theirs['counts'].decode()
        assert expand_counts(text) == encode_rle(mask)['counts']
        np.testing.assert_array_equal(
            decode_rle({'size': [61, 47], 'counts': theirs['counts']}), mask
        )
    for bad in ('0\n', 'o'):
        with pytest.raises(DataError, match='compressed'):
            expand_counts(bad)


def write(root, attributes, **changes):
    (root / 'images/test2017').mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (60, 50)).save(root / 'images/test2017/p.jpg')
    photo = dict(
        image_id='p', image_path='images/test2017/p.jpg', image_height=50,
        image_width=60, attributes=attributes,
    ) | changes  # fmt: skip
    path = root / 'annotations/2017_v1/test2017.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(created_at='', stats={}, annotations={'p': photo})))
    return path


def test_reader(tmp_path):
    face = np.zeros((50, 60), bool)
    face[5:35, 10:40] = True
    rows = [
        dict(
            instance_id=0, attr_id='a105_face_all', polygons=[[10, 5, 40, 5, 40, 35]],
            segmentation=encode_rle(face), area=900, bbox=[10, 5, 30, 30], iscrowd=0,
        ),
        dict(id=1, attr_id='a9_face_complete', area=[16, 9], bbox=[[0, 0, 5, 5]],
             polygons=[[0, 0, 5, 0, 5, 5, 0, 5, 0, 0]]),
        dict(instance_id=2, attr_id='a109_person_body',
             polygons=[[0, 0, 60, 0, 60, 50, 0, 50, 0, 0]]),
        dict(instance_id=3, attr_id='a70_education_history', area=2000,
             polygons=[[0, 0, 60, 0, 60, 50]]),
    ]  # fmt: skip
    (record,) = read_redactions(write(tmp_path, rows))
    assert record.img_path == str(tmp_path / 'images/test2017/p.jpg')
    assert [i.attr_id for i in record.instances] == [
        'a105_face_all', 'a105_face_all', 'a109_person_body'
    ]  # fmt: skip
    assert record.instances[1].bbox == (0, 0, 5, 5)
    assert record.instances[1].area == 25
    assert record.instances[2].area == 3000
    masks = record.masks()
    assert masks.shape == (24, 50, 60)
    np.testing.assert_array_equal(masks[REDACTION_IDS.index('a105_face_all')], face)
    assert masks[REDACTION_IDS.index('a109_person_body')].all()  # attributes overlap
    assert masks.any((1, 2)).sum() == 2
    assert record.masks(['a105_face_all'], least_area=0).sum() == 900 + 25
    np.testing.assert_array_equal(record.region({'a105_face_all'}), face)
    assert record.region().all()


def test_errors_name_the_file(tmp_path):
    with pytest.raises(DataError, match=r'none\.json.*no such file'):
        read_redactions(tmp_path / 'none.json')
    polygon = [[0, 0, 5, 0, 5, 5]]
    cases = {
        'attr_id': dict(polygons=polygon),
        'a105_face_all': dict(attr_id='a105_face', polygons=polygon),
        'neither': dict(attr_id='a8_signature'),
        'size of the photo': dict(
            attr_id='a8_signature', segmentation=dict(size=[4, 4], counts=[16])
        ),
    }
    for message, row in cases.items():
        path = write(tmp_path, [row])
        with pytest.raises(DataError, match=rf'(?s)test2017\.json: p.*{message}'):
            read_redactions(path)
    path = write(tmp_path, [], image_height=None)
    with pytest.raises(DataError, match=r'test2017\.json: p.*image_height'):
        read_redactions(path)
    path = write(tmp_path, [], image_path='images/test2017/q.jpg')
    with pytest.raises(DataError, match=r'1 missing.*q\.jpg'):
        read_redactions(path)
    path.write_text('{"annotations": []}')
    with pytest.raises(DataError, match=r'test2017\.json'):
        read_redactions(path)
    (record,) = read_redactions(
        write(tmp_path, [dict(attr_id='a8_signature', area=999, bbox=[0, 0, 1, 1],
                              segmentation=dict(size=[50, 60], counts=[7]))])
    )  # fmt: skip
    with pytest.raises(DataError, match=r'p, instance 0.*add up'):
        record.masks()
