"""The configs for the real data: what is trained, and what is left as it was."""

from __future__ import annotations

import pytest
import torch
from mmpretrain.registry import MODELS
from tiny_runs import ROOT

from mmprivacy.apis import load_config

TRAINED = {
    'privattnet_r50': 13_323_461,  # as AMNet
    'privnet_r50': 13_323_461 - 1024**2 - (1024 * 196 + 196) - 1024,
    'privattnet_mlc_r50': 13_323_461 + 67 * (512 + 1),
}
"""Trained parameters: without attention, its three layers less; 68 outputs for one."""


def _build(name):
    cfg = load_config(ROOT / f'configs/privattnet/{name}.py')
    cfg.model.backbone.init_cfg = None
    return MODELS.build(cfg.model)


@pytest.mark.parametrize('name', TRAINED)
def test_the_encoder_is_frozen_and_ends_at_its_third_stage(name):
    model = _build(name).train()
    trained = [p for p in model.parameters() if p.requires_grad]
    assert sum(p.numel() for p in trained) == TRAINED[name]
    assert not any(p.requires_grad for p in model.backbone.parameters())
    assert not [n for n, _ in model.named_parameters() if 'layer4' in n]
    norms = [m for m in model.backbone.modules() if hasattr(m, 'running_mean')]
    assert norms
    assert not any(m.training for m in norms)


@pytest.mark.parametrize('name', ['privattnet_r50', 'privattnet_mlc_r50'])
def test_photos_of_224_px_fit_the_maps(name):
    model = _build(name).eval()
    with torch.no_grad():
        (sample,) = model(torch.zeros(1, 3, 224, 224), mode='predict')
    assert sample.attention_maps.shape == (3, 14, 14)
    torch.testing.assert_close(sample.attention_maps.sum((1, 2)), torch.ones(3))


@pytest.mark.parametrize('name', ['ap-pr_r50', 'pr-cnn_r50'])
def test_the_baselines_train_every_layer_and_give_thirty_scores(name):
    model = _build(name).train()
    assert all(p.requires_grad for p in model.parameters())
    with torch.no_grad():
        (sample,) = model.eval()(torch.zeros(1, 3, 64, 64), mode='predict')
    assert sample.pred_privacy_score.shape == (30,)
