"""A classifier as the adversary of a metric: it sees one region at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope

from mmprivacy.apis.adversaries import ClassifierAdversary, DetectorAdversary
from mmprivacy.errors import CheckpointError, ConfigError

pytest.importorskip('mmpretrain')

CONFIG = """
default_scope = 'mmpretrain'
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet', depth=18, base_channels=8, stem_channels=8, num_stages=1,
        out_indices=(0,), strides=(1,), dilations=(1,),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=2, in_channels=8),
    data_preprocessor=dict(mean=[127.5] * 3, std=[60.0] * 3, to_rgb=True),
)
test_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='Resize', scale=(16, 16)),
            dict(type='PackInputs'),
        ]
    )
)
"""
COLOURS = {'red': (200, 30, 30), 'blue': (30, 30, 200)}


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """A classifier that tells red from blue, RGB."""
    from mmengine.config import Config
    from mmpretrain.registry import MODELS

    folder = tmp_path_factory.mktemp('classifier')
    (folder / 'config.py').write_text(CONFIG)
    cfg = Config.fromfile(folder / 'config.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(cfg.model)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    rng = np.random.default_rng(0)
    model.train()
    for _ in range(40):
        labels = rng.integers(0, 2, 8)
        colours = np.array(list(COLOURS.values()))[labels]
        noise = rng.normal(0, 20, (8, 3, 16, 16))
        images = torch.tensor(colours[:, :, None, None] + noise).float()
        scores = model.head((model.extract_feat((images - 127.5) / 60)[-1],))
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    meta = dict(dataset_meta=dict(classes=tuple(COLOURS)))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), folder / 'w.pth')
    return folder / 'config.py', folder / 'w.pth'


def test_each_region_is_classified_by_itself(files):
    adversary = ClassifierAdversary(*files, device='cpu')
    assert adversary.classes == ('red', 'blue')
    image = np.full((40, 60, 3), 120, np.uint8)
    image[:, :30], image[:, 30:] = COLOURS['blue'], COLOURS['red']
    boxes = np.array([[2, 2, 20, 20], [36, 5, 58, 38], [55, 38, 99, 99], [3, 3, 3, 3]])
    found = adversary(image, boxes)
    assert found.labels.tolist() == [1, 0, 0, 1]
    assert np.array_equal(found.boxes, boxes)
    assert (found.scores > 0.6).all()
    assert len(adversary(image, boxes[:0]).boxes) == 0


def test_it_sees_the_region_and_a_narrow_border(files):
    adversary = ClassifierAdversary(*files, device='cpu')
    first = np.full((60, 60, 3), 0, np.uint8)
    first[20:40, 20:40] = COLOURS['red']
    second = first.copy()
    second[:17], second[43:], second[:, :17], second[:, 43:] = 255, 99, 7, 180
    box = np.array([[20, 20, 40, 40]])
    assert adversary(first, box).scores == adversary(second, box).scores
    second[19] = 255
    assert adversary(first, box).scores != adversary(second, box).scores


def test_unusable_files(files, tmp_path):
    config, weights = files
    with pytest.raises(CheckpointError, match='no such file'):
        ClassifierAdversary(config, tmp_path / 'none.pth')
    with pytest.raises(ConfigError, match='no such file'):
        ClassifierAdversary(tmp_path / 'none.py', weights)
    state = torch.load(weights)
    torch.save(dict(state_dict=state['state_dict']), tmp_path / 'w.pth')
    with pytest.raises(ConfigError, match='names of the classes'):
        ClassifierAdversary(config, tmp_path / 'w.pth')
    named = ClassifierAdversary(config, tmp_path / 'w.pth', classes=['a', 'b'])
    assert named.classes == ('a', 'b')
    pytest.importorskip('mmdet')
    with pytest.raises(ConfigError, match='no such file'):
        DetectorAdversary(tmp_path / 'none.py', weights)
