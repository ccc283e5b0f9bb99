"""One cell decides a score: attention finds the cell, and PrivNet cannot show it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmprivacy.evaluation.functional.regression import spearman
from mmprivacy.privattnet import PrivAttNetHead

SIDE, CHANNELS = 14, 8


def _draw(number, generator):
    """Noise with one bright cell whose colour is the score."""
    feat = 0.1 * torch.randn(number, CHANNELS, SIDE, SIDE, generator=generator)
    cells = torch.randint(SIDE**2, (number,), generator=generator)
    scores = 5 * torch.rand(number, generator=generator)
    flat = feat.flatten(2)
    rows = torch.arange(number)
    flat[rows, 0, cells] += 2
    flat[rows, 1, cells] += scores / 2.5 - 1
    samples = []
    for score in scores:
        sample = DataSample()
        sample.set_field(score[None], 'gt_privacy_score')
        samples.append(sample)
    return flat.unflatten(2, (SIDE, SIDE)), cells, scores, samples


def _train(use_attention):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    head = PrivAttNetHead(
        CHANNELS,
        SIDE,
        dims=32,
        state_dims=32,
        hidden_dims=32,
        use_attention=use_attention,
        in_dropout=0.0,
        dropout=0.0,
        target_mean=2.5,
        target_scale=0.7,
    )
    optimizer = torch.optim.Adam(head.parameters(), 3e-3)
    for _ in range(300):
        feat, _, _, samples = _draw(32, generator)
        loss = sum(head.loss((feat,), samples).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    feat, cells, scores, samples = _draw(300, torch.Generator().manual_seed(2))
    with torch.no_grad():
        predicted = head.eval().predict((feat,), samples)
    values = np.array([s.pred_privacy_score.item() for s in predicted])
    maps = torch.stack([s.privacy_map.flatten() for s in predicted])
    return values, scores.numpy(), maps, cells


@pytest.fixture(scope='module')
def attended():
    return _train(use_attention=True)


def test_learns_the_score(attended):
    values, scores, _, _ = attended
    assert spearman(values, scores) > 0.8


def test_attention_points_at_the_cell(attended):
    _, _, maps, cells = attended
    hits = (maps.argmax(1) == cells).float().mean()
    assert hits > 0.8


def test_without_attention_the_map_is_flat():
    _, _, maps, _ = _train(use_attention=False)
    torch.testing.assert_close(maps, maps.mean(1, keepdim=True).expand_as(maps))
