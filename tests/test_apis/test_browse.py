"""What browse_dataset shows."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from mmengine import Config
from PIL import Image

import mmprivacy.drag  # noqa: F401
from mmprivacy.apis.browse import browse, read_scenes
from mmprivacy.apis.config import load_config
from mmprivacy.datasets.rle import encode_rle
from mmprivacy.errors import ConfigError
from mmprivacy.visualization.scene_truth import (
    deciding_elements,
    describe_scene,
    draw_scene,
    explain_scene,
)

SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'


def element(kind, box, attributes=(), visible=True):
    mask = np.zeros((60, 50), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return {
        'kind': kind, 'box': list(box), 'mask': encode_rle(mask),
        'attributes': list(attributes), 'visible': visible,
    }  # fmt: skip


SCENE = {
    'file': 'private/a.jpg', 'size': [60, 50], 'setting': 'street', 'label': 'private',
    'pairs': ['someone with a car'], 'score': 4.0,
    'elements': [
        element('person', (5, 5, 20, 50), ['a9_face_complete']),
        element('car', (25, 30, 50, 60)),
        element('bicycle', (0, 40, 10, 60)),
        element('dog', (0, 0, 3, 3), visible=False),
    ],
}  # fmt: skip


@pytest.fixture
def root(tmp_path):
    for name in ('private/a.jpg', 'public/a.jpg', 'public/b.jpg'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        with Image.open(SOURCE) as photo:
            photo.resize((50, 60)).save(tmp_path / name)
    (tmp_path / 'scenes.jsonl').write_text(json.dumps(SCENE) + '\n')
    return tmp_path


def test_scene_truth():
    assert deciding_elements(SCENE) == [True, True, False, False]
    assert deciding_elements(SCENE, 'score') == [True, False, False, False]
    assert explain_scene(SCENE) == 'someone with a car'
    assert explain_scene(SCENE, 'score') == 'face complete'
    safe = SCENE | {'pairs': [], 'elements': SCENE['elements'][1:]}
    assert not any(deciding_elements(safe, 'score'))
    assert explain_scene(safe) == explain_scene(safe, 'score') == 'street'
    lines = describe_scene(SCENE)
    assert 'someone with a car' in lines[0]
    assert 'person: face complete (a9)' in lines
    assert not any('dog' in line for line in lines)
    photo = np.full((120, 100, 3), 128, np.uint8)
    out = draw_scene(photo, SCENE).astype(int)
    assert out[60, 24, 0] > out[60, 24, 2] + 20
    assert out[100, 8, 2] > out[100, 8, 0] + 20
    car = draw_scene(photo, SCENE, 'score').astype(int)[110, 90]
    assert car[2] > car[0] + 20


def test_browse(root, tmp_path):
    dataset = {
        'type': 'ImagePrivacyDataset',
        'data_root': str(root),
        'pipeline': [
            {'type': 'LoadPhoto'},
            {'type': 'Resize', 'scale': (32, 32)},
            {'type': 'PackInputs'},
        ],
    }
    cfg = Config(
        {
            'default_scope': 'mmpretrain',
            'custom_imports': {'imports': ['mmprivacy.drag']},
            'train_dataloader': {'dataset': dataset},
            'work_dir': str(tmp_path / 'work'),
        }
    )
    files = browse(cfg, num=24)
    names = ['contact_sheet.png', 'private_a.png', 'public_a.png', 'b.png']
    assert [f.name for f in files] == names
    assert files[0].parent == tmp_path / 'work' / 'browse_train'
    sizes = [Image.open(f).size for f in files]
    assert sizes[1][0] > sizes[2][0]  # the scene has a third picture
    assert set(read_scenes(root, [str(root / 'private/a.jpg')])) == {
        str(root / 'private/a.jpg')
    }
    with pytest.raises(ConfigError, match='val_dataloader'):
        browse(cfg, 'val')


def test_scores_are_shown(vispr_root, tmp_path):
    cfg = load_config(
        'configs/privattnet/privattnet_r50.py',
        {'sample.data.root': str(vispr_root)},
        sample=True,
        draw=False,
    )
    files = browse(cfg, num=4, out_dir=tmp_path)
    assert len(files) == 5


def test_what_is_to_be_removed_is_tinted(inpainting_root, tmp_path):
    path = Path(__file__).parents[2] / 'configs/_base_/datasets/places2.py'
    options = {'sample.data.root': str(inpainting_root)}
    cfg = load_config(path, options, sample=True, draw=False)
    for split in ('train', 'test'):
        files = browse(cfg, split, num=2, out_dir=tmp_path / split)
        assert len(files) == 3
        sheet = np.asarray(Image.open(files[0])).astype(int)
        assert (sheet[..., 0] - sheet[..., 1] > 100).mean() > 0.005
