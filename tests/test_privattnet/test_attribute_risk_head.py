from __future__ import annotations

import pytest
import torch
from mmpretrain.structures import DataSample

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS
from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.privattnet import AttributeRiskHead
from mmprivacy.privattnet.privacy_score import attribute_preferences, attribute_risk

FACE = ATTRIBUTE_IDS.index('a9_face_complete')
AGE = ATTRIBUTE_IDS.index('a1_age_approx')
ATTENTION = dict(feat_size=(5, 7), dims=16, state_dims=12, hidden_dims=8)


def _probabilities(**values):
    row = torch.zeros(1, len(ATTRIBUTE_IDS))
    for name, value in values.items():
        row[0, ATTRIBUTE_IDS.index(name)] = value
    return row


def _feats(number=3):
    return (torch.randn(number, 6, 5, 7, generator=torch.Generator().manual_seed(3)),)


def test_risk_is_that_of_the_most_private_attribute():
    table = attribute_preferences('respondents')
    face, age = table[FACE].item(), table[AGE].item()
    both = _probabilities(a9_face_complete=1.0, a1_age_approx=1.0)
    assert attribute_risk(both, table).item() == pytest.approx(face)
    unsure = _probabilities(a9_face_complete=0.2, a1_age_approx=0.9)
    assert attribute_risk(unsure, table).item() == pytest.approx(0.9 * age)
    assert attribute_risk(unsure, table, threshold=0.5).item() == pytest.approx(age)
    assert attribute_risk(_probabilities(a0_safe=1.0), table).item() == 0


def test_risk_for_many_users_is_one_maximum_each():
    table = torch.rand(68, 30, generator=torch.Generator().manual_seed(0))
    probabilities = torch.rand(4, 68, generator=torch.Generator().manual_seed(1))
    risk = attribute_risk(probabilities, table)
    assert risk.shape == (4, 30)
    expected = (probabilities[2] * table[:, 7]).max()
    assert risk[2, 7].item() == pytest.approx(expected.item())


def test_preferences_are_checked():
    with pytest.raises(ConfigError, match='respondents'):
        attribute_preferences('experts')
    with pytest.raises(ConfigError, match='68'):
        attribute_preferences([1.0, 2.0])
    with pytest.raises(ConfigError, match='finite'):
        attribute_preferences([float('nan')] * 68)


@pytest.mark.parametrize('attention', [None, ATTENTION])
def test_predicts_attributes_and_score(attention):
    torch.manual_seed(0)
    head = AttributeRiskHead(in_channels=6, attention=attention).eval()
    for sample in head.predict(_feats()):
        assert sample.pred_score.shape == (68,)
        expected = attribute_risk(sample.pred_score[None], head.preferences)[0]
        torch.testing.assert_close(sample.pred_privacy_score, expected)
        assert ('attention_maps' in sample) == (attention is not None)
        if attention:
            torch.testing.assert_close(sample.privacy_map.sum(), torch.tensor(1.0))


@pytest.mark.parametrize('attention', [None, ATTENTION])
def test_learns_labels_of_any_number(attention):
    torch.manual_seed(0)
    head = AttributeRiskHead(in_channels=6, attention=attention)
    labels = ([0], [1, 9, 14], [2, 3])
    samples = [DataSample().set_gt_label(found) for found in labels]
    losses = head.loss(_feats(), samples)
    assert set(losses) == {'loss'}
    losses['loss'].backward()
    assert all(p.grad is not None for p in head.parameters())


def test_preferences_of_thirty_users():
    head = AttributeRiskHead(in_channels=6, num_scores=30)
    assert head.predict(_feats())[0].pred_privacy_score.shape == (30,)
    head.set_preferences(torch.rand(68, 30))
    other = AttributeRiskHead(in_channels=6, num_scores=30)
    other.load_state_dict(head.state_dict())
    assert torch.equal(other.preferences, head.preferences)
    with pytest.raises(ShapeError, match='num_scores=30'):
        AttributeRiskHead(in_channels=6).set_preferences(torch.rand(68, 30))


def test_pooled_and_whole_maps_give_the_same():
    head = AttributeRiskHead(in_channels=6).eval()
    torch.testing.assert_close(head(_feats()), head((_feats()[0].mean((2, 3)),)))


def test_one_number_is_a_square_map():
    head = AttributeRiskHead(in_channels=6, attention=ATTENTION | dict(feat_size=4))
    assert head.feat_size == (4, 4)
    with pytest.raises(ConfigError, match='feat_size'):
        AttributeRiskHead(in_channels=6, attention=dict(feat_size=0))
    with pytest.raises(ConfigError, match=r"attention\.num_step: .*mean 'num_steps'"):
        AttributeRiskHead(in_channels=6, attention=ATTENTION | dict(num_step=2))


def test_wrong_map_names_the_option():
    with pytest.raises(ShapeError, match='in_channels=6'):
        AttributeRiskHead(in_channels=7)(_feats())
    with pytest.raises(ShapeError, match=r'feat_size=\(5, 7\)'):
        AttributeRiskHead(in_channels=6, attention=dict(feat_size=(4, 4)))(_feats())
