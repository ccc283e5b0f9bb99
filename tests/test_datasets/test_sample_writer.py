from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mmprivacy.datasets import read_folders, read_partition_csv
from mmprivacy.datasets.sample import SceneGenerator, write_sample, writing
from mmprivacy.errors import DataError

NUM = dict(train=5, val=2, test=2)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('sample') / 'image_privacy'
    return write_sample('image-privacy', root, NUM, seed=3, workers=1, progress=False)


def _files(root):
    paths = sorted(p for p in root.rglob('*') if p.is_file())
    return {str(p.relative_to(root)): p.read_bytes() for p in paths}


def test_layout(folder):
    with (folder / 'exp/partition1/train.csv').open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ['', 'img_name', 'label']
    assert len(rows) == NUM['train']
    for row in rows:
        assert row['img_name'].startswith(row['label'] + '/')
        with Image.open(folder / row['img_name']) as image:
            assert image.format == 'JPEG'
    lines = [json.loads(x) for x in (folder / 'scenes.jsonl').read_text().splitlines()]
    assert len(lines) == sum(NUM.values())
    assert all((folder / line['file']).is_file() for line in lines)
    assert 'drawn' in (folder / 'README.md').read_text()
    assert not list(folder.rglob('.*'))


def test_readers_of_the_real_layout_read_it(folder):
    records = read_partition_csv(folder / 'exp/partition1/val.csv', folder)
    assert len(records) == NUM['val']
    assert {r.gt_label for r in records} <= {0, 1}
    assert len(read_folders(folder)) == sum(NUM.values())


def test_pictures_are_the_rendered_scenes(folder):
    line = json.loads((folder / 'scenes.jsonl').read_text().splitlines()[1])
    scene = SceneGenerator(3, 'train').scene(1)
    assert line['label'] == ('private' if scene.private else 'public')
    with Image.open(folder / line['file']) as image:
        error = np.abs(
            np.asarray(image).astype(int) - scene.render().astype(int)
        ).mean()
    assert error < 12


def test_a_complete_folder_is_left_alone(folder):
    before = {p: p.stat().st_mtime_ns for p in folder.rglob('*')}
    write_sample('image-privacy', folder, NUM, seed=3, progress=False)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob('*')} == before


@pytest.mark.parametrize('change', [dict(seed=4), dict(num=dict(train=6))])
def test_another_data_set_is_an_error(folder, change):
    arguments = dict(num=NUM, seed=3) | change
    with pytest.raises(DataError, match='remove the folder'):
        write_sample('image-privacy', folder, progress=False, **arguments)


def test_foreign_files_are_not_touched(tmp_path):
    (tmp_path / 'holiday.jpg').write_bytes(b'mine')
    with pytest.raises(DataError, match='not sample data'):
        write_sample('image-privacy', tmp_path, NUM, progress=False)
    assert (tmp_path / 'holiday.jpg').read_bytes() == b'mine'


def test_interrupted_and_parallel_runs_end_the_same(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, 'CHUNK', 2)
    calls = []

    def break_down(root, lines):
        calls.append(lines)
        raise KeyboardInterrupt

    root = tmp_path / 'sample'
    fmt = writing.Format(
        'image-privacy',
        _image_privacy().write_scene,
        break_down,
        _image_privacy().describe,
    )
    with pytest.raises(KeyboardInterrupt):
        writing.write_folder(fmt, root, NUM, 3, 1, False)
    assert not (root / 'sample.json').exists()
    last = sorted((root / '.chunks').glob('train_*.jsonl'))[-1]
    last.unlink()
    write_sample('image-privacy', root, NUM, seed=3, workers=2, progress=False)
    assert calls
    assert _files(root) == _files(folder)


def test_processes_start_while_opencv_has_threads(tmp_path):
    code = (
        'import cv2, numpy as np\n'
        'from mmprivacy.datasets.sample import write_sample\n'
        'cv2.setNumThreads(2)\n'
        'cv2.GaussianBlur(np.zeros((3000, 3000, 3), np.uint8), (0, 0), 5)\n'
        'num = dict(train=2, val=30)\n'
        f'write_sample("image-privacy", {str(tmp_path / "x")!r}, num, workers=2)\n'
        'assert cv2.getNumThreads() == 2\n'
    )
    subprocess.run([sys.executable, '-c', code], check=True, timeout=100)
    assert (tmp_path / 'x' / 'sample.json').is_file()


def _image_privacy():
    from mmprivacy.datasets.sample.image_privacy import IMAGE_PRIVACY

    return IMAGE_PRIVACY


@pytest.mark.parametrize('num', [{}, dict(train=0), dict(training=3), dict(val=1.5)])
def test_wrong_numbers_are_errors(tmp_path, num):
    with pytest.raises(DataError, match='positive integer'):
        write_sample('image-privacy', tmp_path / 'x', num)


def test_unknown_format_names_the_nearest(tmp_path):
    with pytest.raises(DataError, match="did you mean 'image-privacy'"):
        write_sample('image_privacy', tmp_path / 'x', NUM)
