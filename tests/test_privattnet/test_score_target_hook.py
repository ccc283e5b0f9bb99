from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.privattnet import (
    AttributeRiskHead,
    PrivacyRegressionHead,
    PrivAttNetHead,
    ScoreTargetHook,
    VISPRDataset,
)


def _run(head, dataset):
    model = nn.Module()
    model.head = head
    loader = SimpleNamespace(dataset=dataset)
    runner = SimpleNamespace(
        model=model, train_dataloader=loader, logger=logging.getLogger('test')
    )
    ScoreTargetHook().before_train(runner)


def _dataset(root, **options):
    return VISPRDataset('train2017.txt', str(root), **options)


def test_regression_gets_mean_and_spread(vispr_root):
    dataset = _dataset(vispr_root)
    head = PrivAttNetHead(4, 2, dims=4, state_dims=4, hidden_dims=4)
    _run(head, dataset)
    scores = torch.as_tensor(dataset.get_privacy_scores())
    torch.testing.assert_close(head.target.mean, scores.mean(0))
    normalised = head.target.normalize(scores)
    assert normalised.mean().item() == pytest.approx(0, abs=1e-6)
    assert normalised.std(correction=0).item() == pytest.approx(1, rel=1e-5)


def test_thirty_profiles_get_thirty_targets(vispr_root):
    options = dict(score_mode='per_profile', users='profiles')
    dataset = _dataset(vispr_root, **options)
    head = PrivacyRegressionHead(in_channels=4)
    _run(head, dataset)
    assert head.target.mean.unique().numel() > 5
    risk = AttributeRiskHead(in_channels=4, num_scores=30)
    _run(risk, dataset)
    expected = torch.as_tensor(dataset.preferences, dtype=torch.float32)
    torch.testing.assert_close(risk.preferences, expected)
    assert (risk.preferences[0] == 0).all()


def test_scores_that_are_all_the_same_name_the_list(vispr_root):
    head = PrivAttNetHead(4, 2, dims=4, state_dims=4, hidden_dims=4)
    with pytest.raises(DataError, match=r'train2017\.txt.*differ'):
        _run(head, _dataset(vispr_root, indices=1))


def test_numbers_of_scores_have_to_agree(vispr_root):
    profiles = dict(score_mode='per_profile', users='profiles')
    for head, options in (
        (PrivAttNetHead(4, 2, dims=4, state_dims=4, hidden_dims=4), profiles),
        (PrivacyRegressionHead(in_channels=4), {}),
        (AttributeRiskHead(in_channels=4), profiles),
        (AttributeRiskHead(in_channels=4, num_scores=30), {}),
    ):
        with pytest.raises(ShapeError, match='num_scores'):
            _run(head, _dataset(vispr_root, **options))


@pytest.mark.parametrize(
    'options', [dict(score_mode='mean_of_max'), dict(pool='sum'), dict(pool='avg')]
)
def test_the_most_private_attribute_is_no_sum_and_no_mean(vispr_root, options):
    dataset = _dataset(vispr_root, **options)
    with pytest.raises(ConfigError, match=next(iter(options.values()))):
        _run(AttributeRiskHead(in_channels=4), dataset)
    _run(PrivAttNetHead(4, 2, dims=4, state_dims=4, hidden_dims=4), dataset)


def test_other_heads_and_data_sets_are_refused(vispr_root):
    with pytest.raises(ConfigError, match='VISPRDataset'):
        _run(PrivAttNetHead(4, 2), [1, 2, 3])
    with pytest.raises(ConfigError, match='got Linear'):
        _run(nn.Linear(2, 2), _dataset(vispr_root))
