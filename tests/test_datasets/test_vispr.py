"""The reader of VISPR, and what it says about files that it cannot use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from vispr_tree import EXAMPLE, PHOTOS, write_annotation, write_tree

from mmprivacy.datasets import LoadPhoto
from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES
from mmprivacy.datasets.vispr import SAFE, count_mixed, list_name, multi_hot, read_vispr
from mmprivacy.errors import DataError

REAL = Path(os.environ.get('MMPRIVACY_VISPR_ROOT', 'nowhere'))


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path)


def annotation(root):
    return root / 'annotations/train2017/x2.json'


def read_train(root):
    return read_vispr(root / 'train2017.txt')


def test_records(root):
    records = read_train(root)
    assert [r.img_id for r in records] == list(PHOTOS['train'])
    assert records[0].img_path == str(root / 'images/train2017/x1.jpg')
    assert [ATTRIBUTE_IDS[i] for i in records[0].labels] == EXAMPLE
    assert records[0].labels[1] == ATTRIBUTES['a16_race'].idx == 14
    assert records[1].labels == (SAFE,)


def test_s11_flat_annotations_and_split_folders_are_the_same(root, tmp_path_factory):
    flat = write_tree(tmp_path_factory.mktemp('flat'), flat=True)
    assert not (flat / 'annotations/train2017').exists()

    def content(where):
        records = read_train(where)
        return [
            (r.img_id, os.path.relpath(r.img_path, where), r.labels) for r in records
        ]

    assert content(flat) == content(root)
    lines = (root / 'train2017.txt').read_text().replace('annotations/train2017/', '')
    (root / 'train2017.txt').write_text(lines)
    assert content(root) == content(flat)


def test_lists_and_photos_elsewhere(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp('elsewhere')
    shutil.move(root / 'train2017.txt', elsewhere / 'few.txt')
    shutil.move(root / 'images', root / 'images_250')
    records = read_vispr(elsewhere / 'few.txt', root, 'images_250')
    assert records[0].img_path == str(root / 'images_250/train2017/x1.jpg')
    shutil.move(root / 'images_250', elsewhere / 'photos')
    records = read_vispr(elsewhere / 'few.txt', root, elsewhere / 'photos')
    assert records[0].img_path == str(elsewhere / 'photos/train2017/x1.jpg')


def test_safe_beside_other_attributes_is_kept_and_counted(root):
    labels = [r.labels for r in read_train(root)]
    assert labels[2] == (SAFE, ATTRIBUTES['a49_phone'].idx)
    table = multi_hot(labels)
    assert table.shape == (4, 68)
    assert table.dtype == bool
    assert table.sum() == sum(map(len, labels))
    assert count_mixed(table) == 1


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', r'x2\.json: expected a JSON file'),
        ('{"id": "x2"', r'x2\.json: expected a JSON file'),
        (9999 * '[', r'x2\.json: expected a JSON file'),
        ('{}', r"x2\.json: expected 'id'.*keys \[\]"),
        ('[]', r'x2\.json: expected a JSON object.*got a list'),
        ('null', r'x2\.json: expected a JSON object.*got a NoneType'),
        ('{"id": "x2", "image_path": "a.jpg"}', r"x2\.json: expected 'labels'.*keys"),
        ('{"id": "x2", "image_path": "a.jpg", "labels": []}', r"'labels'.*got \[\]"),
        ('{"id": 2, "image_path": "a.jpg", "labels": ["a0_safe"]}', r"'id': a str"),
    ],
)
def test_broken_annotations_are_named(root, text, message):
    annotation(root).write_text(text)
    with pytest.raises(DataError, match=message):
        read_train(root)


@pytest.mark.parametrize(
    'name', ['a9_face_compleet', ['a9_face_complete'], 'A9_face_complete', 'a9', '9', 9]
)
def test_unknown_attributes_are_named_with_the_nearest(root, name):
    write_annotation(annotation(root), 'x2', [name])
    with pytest.raises(DataError, match=r"x2\.json: .*mean 'a9_face_complete'"):
        read_train(root)


@pytest.mark.parametrize('name', [None, 'a14', 'dog'])
def test_where_the_attributes_are_is_said_if_none_is_near(root, name):
    write_annotation(annotation(root), 'x2', ['a0_safe', name])
    with pytest.raises(DataError, match=r'x2\.json: .*datasets/attributes\.tsv'):
        read_train(root)


def test_missing_and_empty_files_are_named(root):
    (root / 'images/train2017/x3.jpg').unlink()
    with pytest.raises(DataError, match=r'4 image files, got 1 missing.*x3\.jpg'):
        read_train(root)
    annotation(root).unlink()
    with pytest.raises(DataError, match=r'annotations/train2017/x2\.json: expected'):
        read_train(root)
    (root / 'train2017.txt').write_text('a.json\n\na.json\n')
    with pytest.raises(DataError, match=r'train2017\.txt: .*a\.json 2 times'):
        read_train(root)
    write_annotation(annotation(root), 'x2', ['a0_safe'])
    lines = [f'annotations/train2017/x{i}.json' for i in (1, 2)]
    for again in ('./' + lines[0], 'x1.json'):
        (root / 'train2017.txt').write_text('\n'.join([*lines, again]))
        with pytest.raises(DataError, match=r'every photo once, got .*x1\.jpg 2 times'):
            read_train(root)
    (root / 'train2017.txt').write_text('\n')
    with pytest.raises(DataError, match=r'train2017\.txt: .*at least one line'):
        read_train(root)
    (root / 'train2017.txt').unlink()
    with pytest.raises(DataError, match=r'train2017\.txt: .*prepare_data.*--sample'):
        read_train(root)


def _picture(mode):
    gray = np.tile(np.linspace(0, 255, 24, dtype=np.uint8), (16, 1))
    if mode == 'I;16':
        return Image.fromarray(gray.astype(np.uint16) * 257)
    return Image.fromarray(gray).convert(mode)


@pytest.mark.parametrize('mode', ['RGB', 'L', 'CMYK', 'I;16', 'exif', '1x1'])
def test_s10_photos_of_every_mode_have_three_channels(root, mode):
    path, exif, shape = root / 'images/train2017/x1.jpg', Image.Exif(), (16, 24, 3)
    image = _picture(mode if mode in ('RGB', 'L', 'CMYK', 'I;16') else 'RGB')
    if mode == 'exif':
        exif[0x0112] = 6
        shape = (24, 16, 3)
    if mode == '1x1':
        image, shape = image.crop((9, 9, 10, 10)), (1, 1, 3)
    image.save(path, 'PNG' if mode == 'I;16' else 'JPEG', exif=exif.tobytes())
    record = read_train(root)[0]
    results = LoadPhoto()({'img_path': record.img_path})
    assert results['img'].shape == shape
    assert results['img'].dtype == np.uint8


def test_s14_reading_loads_no_host():
    code = (
        'import sys, mmprivacy.datasets, mmprivacy.datasets.vispr\n'
        "print({'mmpretrain', 'mmseg', 'mmdet'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == 'set()'


@pytest.mark.skipif(
    not (REAL / 'train2017.txt').is_file(),
    reason='MMPRIVACY_VISPR_ROOT does not name a folder that holds VISPR',
)
@pytest.mark.timeout(1200)
def test_s07_published_statistics():
    images = 'images' if (REAL / 'images').is_dir() else 'images_250'
    tables = {
        split: multi_hot(
            r.labels for r in read_vispr(REAL / list_name(split), REAL, images)
        )
        for split in ('train', 'val', 'test')
    }
    assert [len(t) for t in tables.values()] == [10000, 4167, 8000]
    assert [int(t[:, SAFE].sum()) for t in tables.values()] == [3711, 1539, 3006]
    assert [count_mixed(t) for t in tables.values()] == [10, 3, 4]
    every = np.concatenate(list(tables.values()))
    assert every.sum() == 115742
    assert every.sum(1).max() == 18
    counts = dict(zip(ATTRIBUTE_IDS, every.sum(0).tolist()))
    assert max(counts.values()) == counts['a17_color'] == 10460
    assert min(counts.values()) == counts['a79_address_home_partial'] == 44
    assert int((~every[:, SAFE]).sum()) == 13911


def test_files_written_on_windows(root):
    before = read_train(root)
    for path in (root / 'train2017.txt', *root.glob('annotations/*/*.json')):
        text = path.read_text().replace('\n', '\r\n')
        path.write_bytes(text.encode('utf-8-sig'))
    assert read_train(root) == before


def test_a_repeated_label_counts_once(root):
    write_annotation(annotation(root), 'x2', ['a9_face_complete', 'a9_face_complete'])
    assert read_train(root)[1].labels == (ATTRIBUTES['a9_face_complete'].idx,)


def test_only_three_keys_are_needed(root):
    data = json.loads(annotation(root).read_text())
    del data['openimages_id'], data['source_url']
    annotation(root).write_text(json.dumps(data))
    assert len(read_train(root)) == 4
