"""Mask types of the attributes, and the files of mask providers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from mmprivacy.datasets.attribute_masks import MASK_TYPES, mask_types
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.datasets.mask_files import (
    MaskIndex,
    check_stems,
    load_masks,
    read_mask,
    write_mask,
)
from mmprivacy.errors import ConfigError, DataError, ShapeError


def test_types_are_those_of_the_paper():
    assert tuple(MASK_TYPES) == ATTRIBUTE_IDS
    seeds = {
        'none': ['a0_safe', 'a30_credit_card', 'a33_student_id', 'a38_ticket',
                 'a99_legal_involvement'],
        'human': ['a1_age_approx', 'a2_weight_approx', 'a5_eye_color',
                  'a13_full_nudity', 'a16_race'],
        'text': ['a19_name_full', 'a23_birth_city', 'a26_handwriting',
                 'a27_marital_status', 'a24_birth_date'],
    }  # fmt: skip
    for kind, ids in seeds.items():
        assert {MASK_TYPES[i] for i in ids} == {kind}


def test_types_can_be_changed():
    types = mask_types({'a38_ticket': 'text', 'a31_passport': 'saliency'})
    assert types['a38_ticket'] == 'text'
    assert types['a31_passport'] == 'saliency'
    assert MASK_TYPES['a38_ticket'] == 'none'
    with pytest.raises(ConfigError, match='a9_face_complete'):
        mask_types({'a9_face': 'human'})
    with pytest.raises(ConfigError, match='provider'):
        mask_types({'a38_ticket': '../text'})


def test_found_nothing_differs_from_never_ran(tmp_path):
    index = MaskIndex(tmp_path, 'human', 'train', {'type': 'MMDetPerson'})
    found = np.zeros((6, 8), bool)
    found[2:4, 1:5] = True
    index.add('images/train2017/a.jpg', found)
    index.add('images/train2017/b.jpg', np.zeros((6, 8)))
    index.write()
    again = MaskIndex.read(tmp_path, 'human', 'train')
    assert again == index
    assert again.coverage == {'a.jpg': round(8 / 48, 6), 'b.jpg': 0}
    masks = load_masks({'human': again}, 'elsewhere/a.jpg', (6, 8))
    assert masks['human'].dtype == np.uint8
    np.testing.assert_array_equal(masks['human'], found * 255)
    assert (tmp_path / 'masks/human/train/a.png').is_file()
    assert not load_masks({'human': again}, 'b.jpg', (6, 8))['human'].any()
    assert load_masks({'human': again}, 'c.jpg', (6, 8)) == {'human': None}
    again.require(['x/a.jpg', 'b.jpg'])
    with pytest.raises(DataError, match=r'1 missing, the first of c\.jpg'):
        again.require(['a.jpg', 'c.jpg'])


def test_bad_masks_are_named(tmp_path):
    path = tmp_path / 'm.png'
    with pytest.raises(DataError, match=r'm\.png.*no such file'):
        read_mask(path)
    write_mask(path, np.ones((4, 5)))
    with pytest.raises(DataError, match=r'm\.png.*5 x 4.*4 x 5'):
        read_mask(path, (5, 4))
    Image.fromarray(np.eye(4, dtype=np.uint8)).save(path)
    with pytest.raises(DataError, match=r'm\.png.*0 and 255.*\[0, 1\]'):
        read_mask(path)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path)
    with pytest.raises(DataError, match=r'm\.png.*one channel.*RGB'):
        read_mask(path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(DataError, match=r'm\.png'):
        read_mask(path)
    Image.fromarray(np.eye(4) > 0).save(path)  # one bit a pixel
    np.testing.assert_array_equal(read_mask(path), np.eye(4) * 255)
    with pytest.raises(ShapeError, match=r'\(4, 4, 1\)'):
        write_mask(path, np.zeros((4, 4, 1)))


def test_bad_indices_are_named(tmp_path):
    with pytest.raises(DataError, match=r'text.*--name text --split val'):
        MaskIndex.read(tmp_path, 'text', 'val')
    file = tmp_path / 'masks/text/val.json'
    file.parent.mkdir(parents=True)
    for content in ('{', '[]', json.dumps({'coverage': {}})):
        file.write_text(content)
        with pytest.raises(DataError, match=r'val\.json'):
            MaskIndex.read(tmp_path, 'text', 'val')
    for name in ('', '../x', '.hidden'):
        with pytest.raises(ConfigError, match='provider'):
            MaskIndex(tmp_path, name, 'train')


def test_photos_that_would_share_a_mask_are_refused():
    check_stems(['a.jpg', 'b.jpg', 'a.jpg'])
    with pytest.raises(DataError, match=r'x/a\.png.*a\.jpg'):
        check_stems(['a.jpg', 'x/a.png'])
