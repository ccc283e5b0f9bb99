"""Channel grouping layer and its loss."""

import math

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.drag import ChannelGroupingLayer, ChannelGroupingLoss


def _train(loss, steps=300):
    torch.manual_seed(0)
    labels = torch.randint(4, (32,))
    groups = F.one_hot(labels, 4).t()
    layer = ChannelGroupingLayer(32, 4)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.02)
    for _ in range(steps):
        value = loss(layer(torch.rand(8, 32, 7, 7)), groups)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    pred = layer(torch.rand(8, 32, 7, 7)).detach()
    return pred, labels, value.item()


def test_d01_polarity_members_get_one():
    pred, labels, value = _train(ChannelGroupingLoss())
    assert (pred.argmax(1) == labels).float().mean() >= 0.99
    assert value < 0.01


def test_d01_legacy_polarity_learns_the_complement():
    pred, labels, value = _train(ChannelGroupingLoss(legacy_inverted=True))
    assert (pred.argmin(1) == labels).float().mean() >= 0.99
    assert value == pytest.approx(math.log(1 + math.exp(-1)), abs=2e-3)


def test_d01_legacy_loss_equals_two_way_cross_entropy():
    pred, groups = torch.rand(2, 8, 16), F.one_hot(torch.arange(16) % 8, 8).t()
    logits = torch.stack((pred, 1 - pred), dim=-1)
    weight = torch.tensor([1 / 8, 7 / 8])  # written out in the notebook, for N = 8
    values = [
        F.cross_entropy(logits[b, i], groups[i], weight=weight)
        for b in range(2)
        for i in range(8)
    ]
    loss = ChannelGroupingLoss(legacy_inverted=True, loss_weight=2.0)
    torch.testing.assert_close(loss(pred, groups), 2 * torch.stack(values).mean())


def test_loss_weights_members_by_their_rarity():
    pred, groups = torch.rand(3, 4, 8), F.one_hot(torch.arange(8) % 4, 4).t()
    weight = torch.where(groups == 1, 3 / 4, 1 / 4).expand_as(pred)
    target = groups.float().expand_as(pred)
    expected = F.binary_cross_entropy(pred, target, weight=weight)
    torch.testing.assert_close(ChannelGroupingLoss()(pred, groups), expected)


def test_loss_under_mixed_precision():
    layer, groups = ChannelGroupingLayer(8, 2), F.one_hot(torch.arange(8) % 2, 2).t()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        pred = layer(torch.rand(2, 8, 7, 7))
        value = ChannelGroupingLoss()(pred, groups)
    assert pred.dtype == value.dtype == torch.float32


def test_d02_shapes_and_range():
    layer = ChannelGroupingLayer(32, 4)
    pred = layer(torch.rand(3, 32, 7, 7))
    assert pred.shape == (3, 4, 32)
    assert ((pred > 0) & (pred < 1)).all()
    assert (pred.sum(1) - 1).abs().max() > 0.1
    assert layer.fc1.weight.shape == (64, 32)
    assert layer.fc2.weight.shape == (128, 64)


def test_d02_number_of_parameters():
    with torch.device('meta'):
        layer = ChannelGroupingLayer(2048, 4)
    assert sum(p.numel() for p in layer.parameters()) == 41_955_328


def test_d02_depends_on_the_pooled_feature_alone():
    layer, feats = ChannelGroupingLayer(32, 4), torch.rand(2, 32, 7, 7)
    pred = layer(feats)
    swapped = layer(feats.flip(0))
    assert not torch.allclose(pred, swapped)
    torch.testing.assert_close(pred.flip(0), swapped)
    shuffled = feats.flatten(2)[..., torch.randperm(49)].view_as(feats)
    torch.testing.assert_close(layer(shuffled), pred)
