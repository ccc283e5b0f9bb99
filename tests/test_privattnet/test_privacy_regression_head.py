from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch import nn

from mmprivacy.errors import ShapeError
from mmprivacy.privattnet import PrivacyRegressionHead


def _feats(number=3):
    return (torch.randn(number, 6, 5, 7, generator=torch.Generator().manual_seed(3)),)


def _samples(scores):
    samples = []
    for score in scores:
        sample = DataSample()
        sample.set_field(np.float32(score), 'gt_privacy_score')
        samples.append(sample)
    return samples


def test_defaults_are_pr_cnn():
    layers = PrivacyRegressionHead(in_channels=1024).network
    linear = [m for m in layers if isinstance(m, nn.Linear)]
    widths = [(m.in_features, m.out_features) for m in linear]
    assert widths == [(1024, 68), (68, 128), (128, 128), (128, 30)]
    assert sum(isinstance(m, nn.Sigmoid) for m in layers) == 2


def test_loss_is_half_the_squared_distance():
    torch.manual_seed(0)
    head = PrivacyRegressionHead(in_channels=6).eval()
    truth = np.random.default_rng(0).uniform(0, 5, (3, 30))
    scores = head(_feats())
    expected = 0.03 * ((scores - torch.tensor(truth)) ** 2).sum() / 2 / 3
    loss = head.loss(_feats(), _samples(truth))['loss_score']
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_scores_come_in_units_of_the_truth():
    head = PrivacyRegressionHead(6, 1, None, (), target_mean=2.0, target_scale=0.5)
    head.eval()
    for sample, raw in zip(head.predict(_feats()), head(_feats())):
        torch.testing.assert_close(sample.pred_privacy_score, raw / 0.5 + 2)


def test_pooled_and_whole_maps_give_the_same():
    head = PrivacyRegressionHead(in_channels=6).eval()
    torch.testing.assert_close(head(_feats()), head((_feats()[0].mean((2, 3)),)))


def test_wrong_features_are_named():
    for feat in (_feats()[0], torch.zeros(2, 6)):
        with pytest.raises(ShapeError, match='in_channels=6'):
            PrivacyRegressionHead(in_channels=7)((feat,))
    with pytest.raises(ShapeError, match=r'\(B, C, H, W\)'):
        PrivacyRegressionHead(in_channels=7)((torch.zeros(2, 7, 6),))
