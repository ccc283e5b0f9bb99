"""The configs of DRAG, without data: they build, and their sizes fit together."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from mmprivacy.apis.config import load_config

ROOT = Path(__file__).parents[2] / 'configs' / 'drag'
CONFIGS = sorted(p.name for p in ROOT.glob('*.py'))


@pytest.fixture(autouse=True)
def _no_drawing(monkeypatch):
    monkeypatch.setattr('mmprivacy.apis.config.draw_sample', lambda cfg: None)


def _forward(model, size):
    """Run a model on meta tensors, which have shapes but no values."""
    head = model.pop('head')
    model = MODELS.build(model).to('meta')
    with torch.device('meta'):
        return MODELS.build(head)(model(torch.empty(2, 3, *size)))


def image_size(pipeline):
    """Height and width after the last step that sets them."""
    sizes = [step.get('scale') or step.get('crop_size') for step in pipeline]
    size = [s for s in sizes if s][-1]
    return (size, size) if isinstance(size, int) else tuple(size)


@pytest.mark.parametrize('name', CONFIGS)
@pytest.mark.parametrize('sample', [False, True])
def test_model_fits_its_images(name, sample):
    cfg = load_config(ROOT / name, sample=sample)
    init_default_scope('mmpretrain')
    sizes = {
        image_size(cfg[f'{split}_dataloader'].dataset.pipeline)
        for split in ('train', 'val', 'test')
    }
    assert len(sizes) == 1
    assert _forward(cfg.model, *sizes).shape == (2, 2)
    if not sample:
        assert sizes == {(448, 448)}


@pytest.mark.parametrize('name', [n for n in CONFIGS if n.startswith('drag')])
def test_phases_add_up(name):
    for sample in (False, True):
        cfg = load_config(ROOT / name, sample=sample)
        phases = cfg.custom_hooks[0].phases
        assert sum(p.epochs for p in phases) == cfg.train_cfg.max_epochs
        assert cfg.find_unused_parameters


def test_official_numbers():
    cfg = Config.fromfile(ROOT / 'drag_r101.py')
    assert cfg.model.backbone.depth == 101
    assert [p.epochs for p in cfg.custom_hooks[0].phases] == [50, 3, 15]
    joint = cfg.custom_hooks[0].phases[2]
    assert joint.freeze_backbone_epochs == 5
    assert joint.optim_wrapper.optimizer.lr == 1e-5
    assert joint.optim_wrapper.paramwise_cfg.custom_keys['head.cgl'].lr_mult == 100
    assert cfg.param_scheduler[0].rule == 'greater'  # D-18


def test_swin_differs_in_backbone_and_channels_alone():
    base = Config.fromfile(ROOT / 'drag_r50.py').to_dict()
    other = Config.fromfile(ROOT / 'drag_swin-tiny.py').to_dict()
    other['model']['backbone'] = base['model']['backbone']
    other['model']['head']['in_channels'] = 2048
    assert other == base
