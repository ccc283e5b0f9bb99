"""Drawn masks: those of providers are imperfect, those of Visual Redactions exact."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
from tiny_runs import NUM

from mmprivacy.datasets.mask_files import MaskIndex, read_mask
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS, redaction_id
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample import write_sample
from mmprivacy.datasets.sample.provider_masks import (
    PEOPLE,
    PERSON_PART,
    _people,
    _texts,
    provider_mask,
    read_scenes,
)
from mmprivacy.datasets.vispr import read_vispr
from mmprivacy.datasets.visual_redactions import read_redactions


def files(root):
    paths = sorted(p for p in root.rglob('*') if p.is_file())
    return {str(p.relative_to(root)): p.read_bytes() for p in paths}


@pytest.fixture(scope='module')
def redactions_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('redactions') / 'data'
    return write_sample('visual-redactions', root, dict(NUM, train=3), progress=False)


def test_every_photo_has_masks_of_its_size(vispr_root):
    scenes = {s['file'].rpartition('/')[2]: s for s in read_scenes(vispr_root)}
    for split, n in NUM.items():
        photos = [r.img_path for r in read_vispr(vispr_root / f'{split}2017.txt')]
        for provider in ('human', 'text'):
            index = MaskIndex.read(vispr_root, provider, split)
            index.require(photos)
            assert len(index.coverage) == n
            assert index.made_by['type'] == 'sample data'
            for photo in photos:
                scene = scenes[photo.rpartition('/')[2]]
                mask = read_mask(index.find(photo), scene['size'])
                drawn = provider_mask(scene, provider, seed=0)
                np.testing.assert_array_equal(mask > 0, drawn)


def test_pictures_and_annotations_are_those_of_before_there_were_masks(vispr_root):
    """Digest of what the generator wrote before it wrote masks."""
    digest = hashlib.sha256()
    for name, data in files(vispr_root).items():
        if name.startswith(('images/', 'user_studies/')) or name.endswith(
            ('.txt', '.jsonl', '.tsv')
        ) or (name.startswith('annotations/') and '2017_v1' not in name):  # fmt: skip
            digest.update(name.encode() + (data if not name.endswith('.jpg') else b''))
    assert digest.hexdigest()[:16] == '92c542b7ff92b36b'


def test_a_folder_of_an_earlier_version_gets_the_masks(vispr_root, tmp_path):
    old = tmp_path / 'vispr'
    shutil.copytree(vispr_root, old)
    shutil.rmtree(old / 'masks')
    shutil.rmtree(old / 'annotations/2017_v1')
    (old / 'images/train2017/marker').write_text('untouched')
    write_sample('vispr', old, NUM, seed=0, progress=False)
    added = files(old)
    assert added.pop('images/train2017/marker') == b'untouched'
    assert added == files(vispr_root)


def scene_of(index, boxes, size=(240, 320)):
    """A scene of people and texts in boxes, as scenes.jsonl has it."""
    from mmprivacy.datasets.rle import encode_rle

    elements = []
    for x0, y0, x1, y1 in boxes:
        mask = np.zeros(size, bool)
        mask[y0:y1, x0:x1] = True
        texts = [['word', [x0, y0, x1, y1]]]
        elements.append(dict(category='person', box=[x0, y0, x1, y1],
                             mask=encode_rle(mask), texts=texts))  # fmt: skip
    return dict(split='train', index=index, size=size, elements=elements)


def iou(a, b):
    return (a & b).sum() / max((a | b).sum(), 1)


@pytest.mark.parametrize('provider', ['human', 'text'])
def test_masks_are_imperfect_as_specified(provider):
    box = (100, 60, 160, 200) if provider == 'human' else (80, 100, 200, 120)
    exact = np.zeros((240, 320), bool)
    exact[box[1] : box[3], box[0] : box[2]] = True
    reach = np.zeros_like(exact)  # 4 % growth and 2 % shift, 0.5 px of rounding each
    reach[box[1] - 16 : box[3] + 16, box[0] - 16 : box[2] + 16] = True
    masks = [provider_mask(scene_of(k, [box]), provider, 0) for k in range(300)]
    seen = [m for m in masks if (m & exact).sum() > 0.3 * exact.sum()]
    assert 0.05 < 1 - len(seen) / 300 < 0.16
    clean = [m for m in seen if not (m & ~reach).any()]
    assert len(clean) > 0.88 * len(seen)
    areas = np.array([m.sum() for m in clean]) / exact.sum()
    assert areas.min() < 0.95
    assert areas.max() > 1.2
    overlap = np.array([iou(m, exact) for m in clean])
    assert overlap.min() > 0.25
    assert 0.5 < overlap.mean() < 0.9
    assert (overlap < 1).mean() > 0.97
    empty = [provider_mask(scene_of(k, []), provider, 0) for k in range(300)]
    assert 0.02 < np.mean([m.any() for m in empty]) < 0.09


def test_masks_depend_on_the_seed_alone():
    scene = scene_of(5, [(100, 60, 160, 200)])
    first = provider_mask(scene, 'human', 0)
    np.testing.assert_array_equal(first, provider_mask(scene, 'human', 0))
    others = [provider_mask(scene, 'human', seed) for seed in range(1, 8)]
    assert any((first != other).any() for other in others)


def test_masks_cover_what_they_should(vispr_root):
    found = {'human': [], 'text': []}
    for scene in read_scenes(vispr_root):
        for provider, parts in (('human', _people), ('text', _texts)):
            exact = np.zeros(scene['size'], bool)
            for part in parts(scene):
                exact |= part
            if exact.any():
                found[provider].append(iou(provider_mask(scene, provider, 0), exact))
    for overlaps in found.values():
        assert len(overlaps) >= 3
        assert 0.2 < np.mean(overlaps) < 0.95


def test_people_on_documents_and_in_wheelchairs_are_people(redactions_root):
    parts = [
        decode_rle(element['parts'][PERSON_PART])
        for scene in read_scenes(redactions_root)
        for element in scene['elements']
        if element['category'] not in PEOPLE and PERSON_PART in element['parts']
    ]
    found = [m for scene in read_scenes(redactions_root) for m in _people(scene)]
    assert parts
    for part in parts:
        assert any(np.array_equal(part, mask) for mask in found)


def test_redactions_are_exact(redactions_root):
    scenes = {s['file']: s for s in read_scenes(redactions_root)}
    for split in NUM:
        name = f'annotations/2017_v1/{split}2017.json'
        records = read_redactions(redactions_root / name)
        data = json.loads((redactions_root / name).read_text())
        for record in records:
            path = record.img_path.removeprefix(f'{redactions_root}/')
            scene = scenes[path]
            expected = np.zeros((24, *scene['size']), bool)
            for element in scene['elements']:
                for attribute, part in element['parts'].items():
                    merged = redaction_id(attribute)
                    if merged:
                        expected[REDACTION_IDS.index(merged)] |= decode_rle(part)
            np.testing.assert_array_equal(record.masks(least_area=0), expected)
            for instance in record.instances:
                mask = instance.mask(record.size)
                assert instance.area == mask.sum()
                x, y, w, h = map(int, instance.bbox)
                assert mask[y : y + h, x : x + w].sum() == mask.sum()
        present = data['stats']['present_attr']
        assert present == [i for i in REDACTION_IDS if i in present]
        assert sum(data['stats']['attr_id_to_n_inst'].values()) == sum(
            len(r.instances) for r in records
        )


def test_photos_for_evaluation_alone_have_exact_masks(vispr_root):
    listed = files(vispr_root)
    assert 'annotations/2017_v1/train2017.json' not in listed
    for split in ('val', 'test'):
        records = read_redactions(vispr_root / f'annotations/2017_v1/{split}2017.json')
        assert len(records) == NUM[split]
