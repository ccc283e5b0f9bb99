"""The drawn pictures for inpainting: true pairs, and readers of the real layout."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from tiny_runs import NUM, ROOT

from mmprivacy.apis.config import load_config
from mmprivacy.datasets.sample import FORMATS, SceneGenerator, write_sample, writing
from mmprivacy.datasets.sample.inpainting import remove_sensitive


def read(path):
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.fixture(scope='module')
def truth(inpainting_root):
    lines = (inpainting_root / 'scenes.jsonl').read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_layout(inpainting_root, truth):
    counts = {s: sum(line['split'] == s for line in truth) for s in NUM}
    assert counts == NUM
    for line in truth:
        train = line['split'] == 'train'
        assert (inpainting_root / line['file']).is_file()
        for folder in ('masks', 'backgrounds'):
            assert (inpainting_root / folder / line['file']).is_file() != train
    assert not list(inpainting_root.rglob('.*'))
    assert 'drawn' in (inpainting_root / 'README.md').read_text()


def test_pairs_are_true(inpainting_root, truth):
    """Equal outside the mask, bit by bit; different inside; the element is covered."""
    for line in truth:
        if line['split'] == 'train':
            continue
        image, mask, background = (
            read(inpainting_root / folder / line['file'])
            for folder in ('', 'masks', 'backgrounds')
        )
        scene = SceneGenerator(0, line['split'], 'removals').scene(line['index'])
        assert set(np.unique(mask)) == {0, 255}
        keep = mask == 0
        assert np.array_equal(image[keep], background[keep])
        assert (image[~keep] != background[~keep]).any(-1).mean() > 0.5
        assert np.array_equal(image, scene.render())
        assert np.array_equal(background, scene.render(without=line['removed']))
        assert line['removed']
        for element in scene.elements:
            if element.id in line['removed']:
                assert element.attributes
                assert (mask[element.mask] == 255).all()


def test_pictures_to_learn_from_show_nothing_sensitive(inpainting_root, truth):
    for line in truth:
        if line['split'] == 'train':
            scene = SceneGenerator(0, 'train', 'removals').scene(line['index'])
            left = [t for t in scene.elements if t.id not in line['removed']]
            assert not any(t.attributes for t in left)
            clean = scene.render(without=line['removed']).astype(int)
            error = np.abs(read(inpainting_root / line['file']) - clean).mean()
            assert error < 12


def test_small_elements_go_first():
    for k in range(12):
        scene = SceneGenerator(0, 'test', 'removals').scene(k)
        removed, mask, _ = remove_sensitive(scene)
        areas = {t.id: t.mask.sum() for t in scene.elements if t.attributes}
        left = [a for e, a in areas.items() if e not in removed]
        assert removed
        assert all(a >= max(areas[e] for e in removed) for a in left)
        assert mask.mean() < 0.98


def test_config_reads_it(inpainting_root):
    options = {'sample.data.root': str(inpainting_root)}
    options |= {f'sample.data.num.{k}': v for k, v in NUM.items()}
    path = ROOT / 'configs/_base_/datasets/places2.py'
    cfg = load_config(path, options, sample=True, draw=False)
    from mmengine.registry import DATASETS

    for split, n in NUM.items():
        data = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
        assert len(data) == n
        item = data[0]
        assert item['inputs']['img'].shape == (3, 96, 96)
        assert item['inputs']['mask'].shape == (1, 96, 96)
        for field in ('gt_background', 'regions'):
            assert (field in item['data_samples']) == (split != 'train')


def test_an_interrupted_run_ends_the_same(tmp_path, monkeypatch):
    num = dict(train=3, test=1)
    arguments = dict(num=num, seed=3, workers=1, progress=False)
    whole = write_sample('inpainting', tmp_path / 'a', **arguments)
    monkeypatch.setattr(writing, 'CHUNK', 2)

    def break_down(root, lines):
        raise KeyboardInterrupt

    kept = FORMATS['inpainting']
    fmt = writing.Format(
        'inpainting', kept.write_scene, break_down, kept.describe, kept.deck
    )
    with pytest.raises(KeyboardInterrupt):
        writing.write_folder(fmt, tmp_path / 'b', num, 3, 1, False)
    (tmp_path / 'b/.chunks/train_000002.jsonl').unlink()
    resumed = write_sample('inpainting', tmp_path / 'b', num, seed=3, progress=False)

    def files(root):
        paths = sorted(p for p in root.rglob('*') if p.is_file())
        return {str(p.relative_to(root)): p.read_bytes() for p in paths}

    assert files(resumed) == files(whole)
