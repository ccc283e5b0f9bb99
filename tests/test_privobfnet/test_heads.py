"""Attribute and privacy tasks, Eqs. 4 and 5."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmprivacy.errors import ConfigError
from mmprivacy.privobfnet.attribute_pair_head import AttributePairHead
from mmprivacy.privobfnet.attribute_score_head import AttributeScoreHead
from mmprivacy.privobfnet.privacy_score_head import PrivacyScoreHead

LABELS = torch.tensor([[1.0, 1.0, 0.0]])


def _feats(num=2, channels=4):
    torch.manual_seed(0)
    return [torch.rand(num, channels, 3, 5)]


def test_each_attribute_is_decided_by_itself():
    """Two attributes at once cost nothing; a softmax over attributes cannot do that."""
    head = AttributePairHead(4, 3)
    logits = torch.tensor([[20.0, 20.0, -20.0]])
    assert head.loss(logits, LABELS) < 1e-6
    assert head.probabilities(logits).sum() > 1.9
    rival = AttributePairHead(4, 3, q_mode='softmax_channel')
    assert rival.loss(logits, LABELS) > 0.4
    assert rival.probabilities(logits).sum() == pytest.approx(1)


def test_the_pair_is_a_softmax_of_two():
    head = AttributePairHead(4, 3, loss_weight=2.0)
    values = head.classifier(_feats()[0].mean((2, 3))).unflatten(1, (3, 2))
    q = values.softmax(2)[..., 0]
    logits = head(_feats())
    torch.testing.assert_close(head.probabilities(logits), q)
    labels = LABELS.repeat(2, 1)
    by_hand = -(labels * q.log() + (1 - labels) * (1 - q).log()).mean()
    torch.testing.assert_close(head.loss(logits, labels), 2 * by_hand)
    torch.testing.assert_close(
        head.loss(logits, labels),
        2 * F.binary_cross_entropy_with_logits(logits, labels),
    )


def test_the_privacy_loss_is_a_mean_over_images_and_users():
    head = PrivacyScoreHead(3, num_scores=2)
    scores = torch.tensor([[0.0, 1.0], [0.5, 0.5]])
    truth = torch.tensor([[0.5, 1.0], [0.5, 0.0]])
    assert head.loss(scores, truth).item() == pytest.approx((0.25 + 0.25) / 4)


@pytest.mark.parametrize('inputs', ['maps', 'features', 'both'])
def test_the_privacy_head_looks_at_what_it_is_told(inputs):
    head = PrivacyScoreHead(3, 4, num_scores=30, inputs=inputs)
    maps = torch.rand(2, 3, 3, 5, requires_grad=True)
    feats = [f.requires_grad_() for f in _feats()]
    scores = head(maps, feats, None)
    assert scores.shape == (2, 30)
    grads = torch.autograd.grad(scores.sum(), [maps, *feats], allow_unused=True)
    assert [g is not None for g in grads] == [inputs != 'features', inputs != 'maps']


def test_scores_of_attributes_are_the_highest_rating_times_its_probability():
    head = AttributeScoreHead(num_scores=30)
    q = torch.zeros(2, 68)
    q[0, 0] = 1  # safe
    q[1, [9, 26]] = torch.tensor([1.0, 0.5])  # face 3.423, credit card 4.060
    scores = head(None, None, q)
    assert scores.shape == (2, 30)
    assert scores[0].tolist() == [0] * 30
    np.testing.assert_allclose(scores[1], 3.423 / 5, atol=1e-3)
    assert not list(head.parameters())
    assert not head.state_dict()


@pytest.mark.parametrize(
    'build',
    [
        lambda: AttributePairHead(4, 3, q_mode='softmax'),
        lambda: PrivacyScoreHead(3, inputs='map'),
        lambda: PrivacyScoreHead(3, activation='tanh'),
    ],
)
def test_wrong_options_are_refused(build):
    with pytest.raises(ConfigError, match='expected one of'):
        build()
