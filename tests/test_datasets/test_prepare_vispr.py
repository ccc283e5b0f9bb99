"""Checking a downloaded VISPR: counts, what is missing, list files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tiny_runs import NUM
from vispr_tree import PHOTOS, write_annotation, write_study, write_tree

from mmprivacy.datasets import prepare_vispr as module
from mmprivacy.datasets.prepare_vispr import prepare_vispr
from mmprivacy.datasets.sample import FORMATS
from mmprivacy.datasets.vispr import read_vispr
from mmprivacy.errors import DataError


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A small tree, taken for the published one."""
    monkeypatch.setattr(
        module, 'PUBLISHED', {'train': (4, 2), 'val': (2, 1), 'test': (1, 0)}
    )
    labels = sum(len(x) for photos in PHOTOS.values() for x in photos.values())
    monkeypatch.setattr(module, 'PUBLISHED_LABELS', labels)
    return write_study(write_tree(tmp_path / 'vispr'))


def snapshot(root):
    files = [p for p in root.rglob('*') if p.is_file()]
    return {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files}


def problems(root, **kwargs):
    return prepare_vispr(root, progress=False, **kwargs).problems


def test_published_figures():
    assert sum(photos for photos, _ in module.PUBLISHED.values()) == 22167
    assert [safe for _, safe in module.PUBLISHED.values()] == [3711, 1539, 3006]


def test_a_complete_tree(root):
    before = snapshot(root)
    report = prepare_vispr(root, check_images=True)
    assert not report.problems
    assert not report.notes
    assert not report.written
    train = report.splits['train']
    assert (train.annotations, train.images, train.listed) == (4, 4, 4)
    assert (train.labels, train.safe, train.mixed) == (15, 2, 1)
    assert snapshot(root) == before


@pytest.mark.parametrize('flat', [False, True])
def test_missing_lists_are_written(root, flat):
    lists = {s: (root / f'{s}2017.txt').read_text() for s in PHOTOS}
    if flat:
        for path in root.glob('annotations/*/*.json'):
            path.rename(root / 'annotations' / path.name)
    for split in PHOTOS:
        (root / f'{split}2017.txt').unlink()
    before = snapshot(root)
    report = prepare_vispr(root, progress=False)
    assert not report.problems
    assert [p.name for p in report.written] == [f'{s}2017.txt' for s in PHOTOS]
    assert {s: (root / f'{s}2017.txt').read_text() for s in PHOTOS} == lists
    assert before.items() <= snapshot(root).items()
    assert len(read_vispr(root / 'train2017.txt')) == 4
    assert not list(root.rglob('.*'))


def test_no_list_is_written_of_incomplete_annotations(root):
    (root / 'train2017.txt').unlink()
    (root / 'annotations/train2017/x2.json').unlink()
    found = problems(root)
    assert any(
        '1 of 4 annotations' in p and 'train2017_anno.tar.gz' in p for p in found
    )
    assert any('train2017.txt: missing; it is written as soon' in p for p in found)
    assert not (root / 'train2017.txt').exists()


def test_existing_lists_are_checked_and_kept(root):
    path = root / 'train2017.txt'
    path.write_text(path.read_text().replace('x2.json', 'y.json'))
    (root / 'val2017.txt').write_text('annotations/val2017/v1.json\n')
    (root / 'test2017.txt').write_text('')
    before = snapshot(root)
    found = '\n'.join(problems(root))
    assert '1 lines without an annotation' in found
    assert 'annotations/train2017/y.json' in found
    assert 'val2017.txt: lines: 1, published are 2' in found
    assert 'test2017.txt: expected at least one line' in found
    assert snapshot(root) == before


def test_missing_photos_are_reported(root):
    (root / 'images/train2017/x3.jpg').unlink()
    shutil.rmtree(root / 'images/val2017')
    (root / 'images/test2017').rename(root / 'test2017')
    found = problems(root)
    assert len(found) == 3
    assert '1 of 4 annotated photos' in found[0]
    assert 'x3.jpg' in found[0]
    assert 'orekondy17iccv/train2017.tar.gz' in found[0]
    assert 'val: no photos; unpack' in found[1]
    assert f'test: no photos; move {root / "test2017"} to' in found[2]


def test_reduced_photos_will_do(root):
    (root / 'images').rename(root / 'images_250')
    report = prepare_vispr(root, progress=False)
    assert not report.problems
    assert report.splits['train'].images == 4


def test_broken_files_are_named(root):
    (root / 'annotations/train2017/x1.json').write_text('{')
    write_annotation(root / 'annotations/z.json', 'z', ['a0_safe'], 'training')
    (root / 'images/val2017/v2.jpg').write_bytes(b'no image')
    (root / 'user_studies/user_study_1.tsv').write_text('attribute_id\n')
    found = problems(root)
    assert any('x1.json: expected a JSON file' in p for p in found)
    assert any('z.json: image_path' in p for p in found)
    assert any('user_study_1.tsv: expected rows' in p for p in found)
    assert not any('v2.jpg' in p for p in found)
    assert any('v2.jpg' in p for p in problems(root, check_images=True))


def test_other_labels_than_published_are_reported(root):
    write_annotation(root / 'annotations/train2017/x2.json', 'x2', ['a59_sports'])
    assert problems(root) == ['train: photos with a0_safe: 1, published are 2']
    write_annotation(root / 'annotations/train2017/x4.json', 'x4', ['a59_sports'])
    assert problems(root)[-1] == 'labels: 18, published are 19'


def test_the_user_study_is_optional(root):
    edited = (root / 'user_studies/user_profiles.tsv').read_text().split('\t')
    edited[2] = '5'
    (root / 'user_studies/user_profiles.tsv').write_text('\t'.join(edited))
    (root / 'user_studies/user_study_1.tsv').unlink()
    report = prepare_vispr(root, progress=False)
    assert not report.problems
    assert 'tribhuvanesh/vpa' in report.notes[0]
    assert 'means are not those' in report.notes[1]


def test_drawn_data_are_counted(vispr_root, run_tool):
    report = prepare_vispr(vispr_root, progress=False)
    for split, n in NUM.items():
        counts = report.splits[split]
        assert counts.annotations == counts.images == counts.listed == n
        assert counts.mixed == 0
    assert 'drawn' in report.notes[0]
    done = run_tool('prepare_data', 'vispr', '--root', vispr_root)
    assert done.status == 2
    assert 'problem: train: 9,992 of 10,000 annotations are missing' in done.err
    assert (
        done.err.strip().splitlines()[-1].startswith(f'error: {vispr_root}: expected')
    )


def test_the_tool_on_complete_and_missing_trees(root, run_tool):
    (root / 'val2017.txt').unlink()
    done = run_tool('prepare_data', 'vispr', '--root', root, '--check-images')
    assert done.status == 0, done.err
    assert f'wrote {root / "val2017.txt"}' in done.out
    assert 'is complete' in done.out
    done = run_tool('prepare_data', 'vispr', '--root', root / 'nowhere')
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert 'orekondy17iccv' in done.err
    with pytest.raises(DataError, match='nowhere'):
        prepare_vispr(root / 'nowhere')


def test_sample_draws_every_format(tmp_path, run_tool):
    numbers = ('--num', 1, 1, 1)
    done = run_tool('prepare_data', 'sample', '--out', tmp_path, *numbers)
    assert done.status == 0, done.err
    folders = sorted(name.replace('-', '_') for name in FORMATS)
    assert sorted(os.listdir(tmp_path)) == folders
    assert len(read_vispr(Path(tmp_path) / 'vispr/test2017.txt')) == 1
