"""The hook on a fake runner: what is written, where, and when not."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import torch
from mmengine.registry import HOOKS
from mmengine.structures import BaseDataElement
from PIL import Image

from mmprivacy.errors import ConfigError
from mmprivacy.visualization import HeatMapVisualizationHook
from mmprivacy.visualization.pictures import shown_photo

SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'


@pytest.fixture
def paths(tmp_path):
    found = []
    for name in ('private/a.jpg', 'public/a.jpg', 'public/b.jpg'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(SOURCE, tmp_path / name)
        found.append(str(tmp_path / name))
    return found


def sample(path, **meta):
    out = BaseDataElement(metainfo={'img_path': path, **meta})
    out.region_maps = torch.rand(3, 7, 7)
    out.pred_score = torch.tensor([0.8, 0.2])
    out.gt_label = torch.tensor([1])
    return out


@pytest.fixture
def runner(paths):
    shown = []
    dataset = [{'img_path': p} for p in paths]
    visualizer = SimpleNamespace(
        dataset_meta={'classes': ('private', 'public')},
        add_image=lambda name, image, step: shown.append((name, image.shape, step)),
    )
    holder = type('Dataset', (list,), {'get_data_info': list.__getitem__})(dataset)
    return SimpleNamespace(
        visualizer=visualizer,
        test_dataloader=SimpleNamespace(dataset=holder),
        epoch=3,
        iter=30,
        shown=shown,
    )


def batch(n):
    return {'inputs': torch.randint(0, 255, (n, 3, 32, 32), dtype=torch.uint8)}


def test_validation_shows_the_first_photos(runner, paths):
    hook = HOOKS.build(
        {'type': 'HeatMapVisualizationHook', 'num_images': 2, 'tile': 48}
    )
    outputs = [sample(p) for p in paths]
    hook.after_val_iter(runner, 0, batch(3), outputs)
    hook.after_val_iter(runner, 1, batch(3), outputs)
    assert [(name, step) for name, _, step in runner.shown] == [
        ('private_a', 3),
        ('public_a', 3),
    ]
    outputs[0].pop('region_maps')
    hook.after_val_iter(runner, 0, batch(3), outputs)
    HeatMapVisualizationHook(draw=False).after_val_iter(runner, 0, batch(3), outputs)
    assert len(runner.shown) == 2


def test_test_writes_every_photo(runner, paths, tmp_path):
    out = tmp_path / 'panels'
    hook = HeatMapVisualizationHook(out_dir=str(out), tile=48)
    hook.before_test(runner)
    hook.after_test_iter(runner, 0, batch(2), [sample(p) for p in paths[:2]])
    hook.after_test_iter(runner, 1, batch(1), [sample(paths[2])])
    names = ['b.png', 'private_a.png', 'public_a.png']
    assert sorted(p.name for p in out.iterdir()) == names
    assert Image.open(out / 'b.png').size[0] > 150


def test_nothing_without_out_dir(runner, paths):
    hook = HeatMapVisualizationHook()
    hook.before_test(runner)
    hook.after_test_iter(runner, 0, batch(1), [BaseDataElement()])
    assert not runner.shown


def test_no_maps_yet(runner, paths, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmprivacy.visualization.heat_map_visualization_hook.print_log',
        lambda msg, logger, level: said.append(msg),
    )
    hook = HeatMapVisualizationHook(field='attention', out_dir=str(tmp_path / 'o'))
    for i in range(2):
        hook.after_test_iter(runner, i, batch(1), [sample(paths[1 + i])])
    assert len(said) == 1
    assert 'region_maps' in said[0]
    assert sorted(p.name for p in (tmp_path / 'o').iterdir()) == ['a.png', 'b.png']
    hook = HeatMapVisualizationHook(field='pred_score', out_dir=str(tmp_path / 'o'))
    with pytest.raises(ConfigError, match='pred_score'):
        hook.after_test_iter(runner, 0, batch(1), [sample(paths[0])])


def test_photo_on_disk_only_if_it_was_just_resized(paths):
    image = batch(1)['inputs'][0]
    height, width = np.asarray(Image.open(SOURCE)).shape[:2]
    meta = {'ori_shape': (height, width), 'img_shape': (32, 32)}
    scale = (32 / width, 32 / height)
    resized = sample(paths[0], scale_factor=scale, **meta)
    assert shown_photo(resized, image).shape == (height, width, 3)
    seen = image.numpy().transpose(1, 2, 0)[..., ::-1]
    for other in ({'scale_factor': (0.5, 0.5)}, {'scale_factor': scale, 'flip': True}):
        np.testing.assert_array_equal(
            shown_photo(sample(paths[0], **meta, **other), image), seen
        )
    np.testing.assert_array_equal(shown_photo(sample('gone.jpg'), image), seen)
