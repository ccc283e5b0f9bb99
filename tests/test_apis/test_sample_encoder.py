"""The encoder that stands in for pretrained weights on the sample data."""

import gc
import shutil
from pathlib import Path

import pytest
import torch

from mmprivacy.apis import load_config
from mmprivacy.apis.runner import build_runner
from mmprivacy.apis.sample_encoder import encoder_config, train_encoder
from mmprivacy.compat import safe_load
from mmprivacy.errors import CheckpointError

ROOT = Path(__file__).parents[2]
METHOD = ROOT / 'configs/privattnet/privattnet_r50.py'
ENCODER = f"""
_base_ = [{str(ROOT / 'configs/sample/encoder_r50.py')!r}]
train_dataloader = dict(batch_size=4, num_workers=0, num_batch_per_epoch=2)
val_dataloader = dict(batch_size=4, num_workers=0)
train_cfg = dict(max_epochs=1, val_interval=1)
param_scheduler = []
sample = dict(
    data=dict(root='data/objects', num=dict(train=8, val=4, test=1), workers=1))
"""
SMALL = {
    'model.backbone.base_channels': 8,
    'model.backbone.stem_channels': 8,
    'model.head.in_channels': 128,
    'model.head.dims': 16,
    'model.head.state_dims': 16,
}


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """Path of a small encoder's config, in a folder to work in."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'encoder.py'
    path.write_text(ENCODER)
    return path


def load(encoder, **more):
    options = SMALL | {'sample.encoder': str(encoder)} | more
    return load_config(METHOD, options, sample=True, draw=False)


def test_the_encoder_has_the_backbone_of_the_method_and_all_of_it_learns(encoder):
    cfg = load(encoder)
    assert cfg.model.backbone.frozen_stages == 2
    backbone = encoder_config(cfg).model.backbone
    assert backbone.base_channels == 8
    assert backbone.frozen_stages == -1
    assert backbone.init_cfg is None


def test_a_backbone_of_another_host_keeps_its_scope(encoder):
    path = ROOT / 'configs/privobfnet/privobfnet_r38d_vispr.py'
    options = {'sample.encoder': str(encoder), 'model.backbone.base_channels': 2}
    cfg = load_config(path, options, sample=True, draw=False)
    child = encoder_config(cfg)
    assert child.default_scope == 'mmpretrain'
    assert child.model.backbone.type == 'mmseg.ResNet38'
    assert 'mmprivacy.privobfnet' in child.custom_imports.imports
    assert child.model.backbone.init_cfg is None
    assert encoder_config(load(encoder)).get('custom_imports') is None


def test_weights_belong_to_backbone_and_schedule(encoder):
    def file(**more):
        return load(encoder, **more).model.backbone.init_cfg.checkpoint

    first = file()
    assert first.startswith('data/encoders/')
    assert file(**{'model.head.num_steps': 2}) == first
    assert file(**{'model.backbone.base_channels': 16}) != first
    encoder.write_text(ENCODER + 'randomness = dict(seed=1)\n')
    assert file() != first


def test_without_an_encoder_the_backbone_begins_at_random(encoder):
    assert load(None).model.backbone.init_cfg is None


def test_it_is_trained_once_and_the_method_begins_with_it(
    encoder, vispr_root, monkeypatch
):
    shutil.copytree(vispr_root, 'data/vispr')
    cfg = load(
        encoder,
        **{'sample.data.root': 'data/vispr', 'visualizer.vis_backends': []},
    )
    cfg.work_dir = 'work'
    file = Path(cfg.model.backbone.init_cfg.checkpoint)
    monkeypatch.setenv('WORLD_SIZE', '1')  # as a launcher would
    train_encoder(cfg)
    state = safe_load(file)['state_dict']
    assert state
    assert all(name.startswith('backbone.') for name in state)
    assert state['backbone.bn1.num_batches_tracked'] == 2
    written = file.stat().st_mtime_ns
    monkeypatch.delenv('WORLD_SIZE')
    runner = build_runner(cfg)
    assert file.stat().st_mtime_ns == written
    runner._init_model_weights()
    own = runner.model.backbone.state_dict()
    for name, value in own.items():
        assert torch.equal(value, state[f'backbone.{name}']), name
    del runner
    gc.collect()


def test_a_failed_run_says_how_to_go_on(encoder, capfd):
    cfg = load(encoder)
    encoder.write_text(ENCODER + "sample['data']['seed'] = -1\n")
    with pytest.raises(CheckpointError, match=r'exit status 2.*sample\.encoder=None'):
        train_encoder(cfg)
    assert 'expected >= 0' in capfd.readouterr().err
    assert not Path(cfg.model.backbone.init_cfg.checkpoint).exists()
