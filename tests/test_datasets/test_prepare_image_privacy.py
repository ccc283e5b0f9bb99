"""From two folders of photos to a data set."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from mmprivacy.datasets import read_folders, read_partition_csv
from mmprivacy.datasets.prepare_image_privacy import prepare_image_privacy
from mmprivacy.errors import ConfigError, DataError


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for name, n in (('private', 5), ('public', 9)):
        folder = tmp_path / 'in' / name
        folder.mkdir(parents=True)
        for i in range(n):
            pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f'{i}.png')
    return tmp_path / 'in'


def prepare(photos, out, **kwargs):
    folders = photos / 'private', photos / 'public'
    return prepare_image_privacy(*folders, out, progress=False, **kwargs)


@pytest.mark.parametrize('mode', ['link', 'copy'])
def test_result_is_readable_and_disjoint(photos, tmp_path, mode):
    out = tmp_path / 'out'
    done = prepare(photos, out, mode=mode)
    assert {k: sum(v) for k, v in done.counts.items()} == {
        'train': 6, 'val': 5, 'test': 3
    }  # fmt: skip
    assert all(min(v) >= 1 for v in done.counts.values())
    for k in range(5):
        seen = [
            r.img_path
            for name in ('train', 'val', 'test')
            for r in read_partition_csv(out / f'exp/partition{k}/{name}.csv', out)
        ]
        assert len(set(seen)) == len(seen) == 14
    assert len(read_folders(out)) == 14
    assert (out / 'private/0.png').is_symlink() == (mode == 'link')
    assert not list(out.rglob('.*'))


def test_again_another_call_and_an_interruption(photos, tmp_path):
    out = tmp_path / 'out'
    prepare(photos, out)
    assert prepare(photos, out).was_there
    with pytest.raises(DataError, match='mode, seeds differ'):
        prepare(photos, out, mode='copy', seeds=[7])
    (out / 'exp').rename(out / '.exp.partial')
    (out / 'public/3.png').unlink()
    assert not prepare(photos, out).was_there
    assert len(read_folders(out)) == 14


def test_in_place(photos):
    before = {p: p.read_bytes() for p in photos.rglob('*.png')}
    prepare(photos, photos)
    assert {p: p.read_bytes() for p in photos.rglob('*.png')} == before
    assert not any(p.is_symlink() for p in before)
    assert len(read_partition_csv(photos / 'exp/partition1/train.csv', photos)) == 6


def test_foreign_files_are_refused(photos, tmp_path):
    (tmp_path / 'out/private').mkdir(parents=True)
    (tmp_path / 'out/private/other.jpg').write_bytes(b'x')
    with pytest.raises(DataError, match=r'1 other files.*other\.jpg'):
        prepare(photos, tmp_path / 'out')
    with pytest.raises(DataError, match='outside'):
        prepare(photos, photos / 'public/out')
    with pytest.raises(ConfigError, match='mode'):
        prepare(photos, tmp_path / 'out', mode='move')


def test_broken_files_are_all_named(photos, tmp_path):
    for name in ('private/1.png', 'public/2.png'):
        (photos / name).write_bytes(b'no image')
    with pytest.raises(DataError, match=r'2 of 14.*private/1\.png.*public/2\.png'):
        prepare(photos, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
    done = prepare(photos, tmp_path / 'out', skip_broken=True)
    assert sorted(done.skipped) == ['private/1.png', 'public/2.png']
    assert len(read_folders(tmp_path / 'out')) == 12


def test_the_same_photo_twice(photos, tmp_path):
    content = (photos / 'public/0.png').read_bytes()
    (photos / 'public/again.png').write_bytes(content)
    done = prepare(photos, tmp_path / 'out')
    assert done.skipped == {'public/again.png': 'the same file as public/0.png'}
    (photos / 'private/again.png').write_bytes(content)
    with pytest.raises(DataError, match='in the other class'):
        prepare(photos, tmp_path / 'out2')


def test_small_and_empty_classes(photos, tmp_path):
    for path in (photos / 'private').glob('[1-9].png'):
        path.unlink()
    with pytest.raises(DataError, match=r'private photos: expected at least 3.*got 1'):
        prepare(photos, tmp_path / 'out')
    done = prepare(photos, tmp_path / 'out', allow_overlap=True)
    assert done.overlap == ['private/0.png']
    out = tmp_path / 'out'
    for name in ('train', 'val', 'test'):
        records = read_partition_csv(out / f'exp/partition0/{name}.csv', out)
        assert {r.gt_label for r in records} == {0, 1}
    (photos / 'private/0.png').unlink()
    with pytest.raises(DataError, match='both classes'):
        prepare(photos, tmp_path / 'out2')
