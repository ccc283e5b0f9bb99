"""The advisor's assessors that run trained models of mmpretrain."""

import numpy as np
import pytest

pytest.importorskip('mmpretrain')

import torch
from tiny_score_head import BACKBONE, save_model

from mmprivacy.advisor import Photo
from mmprivacy.advisor.assessors import ClassifierAssessor, ScoreAssessor
from mmprivacy.advisor.check import check_part
from mmprivacy.apis import PrivacyScoreInferencer, load_config
from mmprivacy.errors import ConfigError

CONFIG = """
default_scope = 'mmpretrain'
custom_imports = dict(imports=['mmprivacy.datasets'])
data_preprocessor = dict(mean=[120.0] * 3, std=[60.0] * 3, to_rgb=True)
model = dict(type='ImageClassifier', backbone={BACKBONE}, neck={NECK}, head={HEAD})
test_dataloader = dict(
    dataset=dict(
        type='CustomDataset', data_root='nowhere',
        pipeline=[
            dict(type='LoadPhoto', min_side=128),
            dict(type='Resize', scale=(64, 64)),
            dict(type='PackInputs'),
        ],
    ),
)
"""
SCORE = dict(type='TinyScoreHead', in_channels=32)
POOL = dict(type='GlobalAveragePooling')


def linear(classes):
    loss = dict(type='CrossEntropyLoss')
    return dict(type='LinearClsHead', num_classes=classes, in_channels=32, loss=loss)


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    """Write a config and random weights; returns a function of the head."""

    def write(name, head, neck=None):
        folder = tmp_path_factory.mktemp(name)
        text = CONFIG.replace('{BACKBONE}', repr(BACKBONE))
        text = text.replace('{HEAD}', repr(head)).replace('{NECK}', repr(neck))
        (folder / 'config.py').write_text(text)
        torch.manual_seed(0)
        save_model(load_config(folder / 'config.py'), folder / 'model.pth')
        return dict(config=folder / 'config.py', checkpoint=folder / 'model.pth')

    return write


@pytest.fixture(scope='module')
def photo():
    rng = np.random.default_rng(0)
    return Photo(rng.integers(0, 256, (80, 96, 3), np.uint8))


def test_score_is_that_of_the_inferencer(model, photo):
    files = model('score', SCORE)
    said = ScoreAssessor(**files).assess(photo)
    result = PrivacyScoreInferencer(**files)(photo.pixels[..., ::-1])
    assert said.score == pytest.approx(min(max(result.score, 0), 5), abs=1e-5)
    assert said.heat_map.shape == result.privacy_map.shape[1:]
    assert said.heat_map.max() == 1
    assert said.source == 'ScoreAssessor config'
    assert [c for c in check_part(ScoreAssessor, files) if not c.ok] == []


def test_classifier_gives_the_probability_of_private(model, photo):
    files = model('classes', linear(2), POOL)
    assessor = ClassifierAssessor(**files)
    said = assessor.assess(photo)
    weight = assessor._classifier.head.fc
    with torch.no_grad():
        weight.weight.zero_()
        weight.bias.copy_(torch.tensor([1.0, 3.0]))  # private, public
    sure = assessor.assess(photo)
    assert 0 < said.private_probability < 1
    assert sure.private_probability == pytest.approx(1 / (1 + np.exp(2)), abs=1e-5)
    assert sure.findings[0].name == 'public'
    assert [c for c in check_part(ClassifierAssessor, files) if not c.ok] == []
    with pytest.raises(ConfigError, match='two classes'):
        ClassifierAssessor(**model('three', linear(3), POOL)).assess(photo)
