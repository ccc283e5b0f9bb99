from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.privattnet import PrivAttNetHead
from mmprivacy.privattnet.privacy_score import stack_targets

SMALL = dict(in_channels=6, feat_size=(5, 7), dims=16, state_dims=12, hidden_dims=8)


def _head(**options):
    torch.manual_seed(0)
    return PrivAttNetHead(**{**SMALL, **options}).eval()


def _feats(number=4):
    return (torch.randn(number, 6, 5, 7, generator=torch.Generator().manual_seed(3)),)


def _samples(*scores):
    samples = []
    for i, score in enumerate(scores):
        sample = DataSample(metainfo={'img_path': f'{i}.jpg'})
        score = np.atleast_1d(np.float32(score))
        sample.set_field(score, 'gt_privacy_score')
        samples.append(sample)
    return samples


def test_default_size_is_that_of_the_reference():
    head = PrivAttNetHead()
    assert sum(p.numel() for p in head.parameters()) == 13_323_461


@pytest.mark.parametrize('num_scores', [1, 30])
@pytest.mark.parametrize('aggregate', ['mean', 'last'])
def test_contributions_add_up_to_the_score(num_scores, aggregate):
    head = _head(num_scores=num_scores, aggregate=aggregate, target_mean=2.3)
    head.target.scale.fill_(0.6)
    for sample in head.predict(_feats()):
        assert sample.pred_privacy_score.shape == (num_scores,)
        assert sample.score_contributions.shape == (3, num_scores)
        assert sample.attention_maps.shape == (3, 5, 7)
        assert sample.privacy_map.shape == (1, 5, 7)
        total = sample.score_contributions.sum(0)
        torch.testing.assert_close(total, sample.pred_privacy_score)
        torch.testing.assert_close(sample.privacy_map.sum(), total.mean())
        shares = sample.score_contributions.mean(1)
        weighted = torch.einsum('t,thw->hw', shares, sample.attention_maps)
        torch.testing.assert_close(sample.privacy_map[0], weighted)


def test_a_network_that_says_nothing_predicts_the_mean():
    head = _head(target_mean=2.25, target_scale=0.5)
    with torch.no_grad():
        head.network.regressor[-1].weight.zero_()
        head.network.regressor[-1].bias.zero_()
    for sample in head.predict(_feats()):
        assert sample.pred_privacy_score.item() == 2.25


def test_loss_is_on_normalised_scores():
    head = _head(target_mean=2.0, target_scale=0.5, loss_attention=None)
    truth = torch.tensor([0.0, 1.0, 3.5, 4.0])
    steps, _ = head(_feats())
    normalised = steps.mean(1)[:, 0]
    expected = ((normalised - (truth - 2) * 0.5) ** 2).mean()
    losses = head.loss(_feats(), _samples(*truth.tolist()))
    assert set(losses) == {'loss_score'}
    torch.testing.assert_close(losses['loss_score'], expected)
    predicted = torch.cat([s.pred_privacy_score for s in head.predict(_feats())])
    torch.testing.assert_close(predicted, normalised / 0.5 + 2)


def test_attention_is_regularised_only_where_there_is_some():
    samples = _samples(0, 1, 2, 3)
    assert set(_head().loss(_feats(), samples)) == {'loss_score', 'loss_attention'}
    assert set(_head(use_attention=False).loss(_feats(), samples)) == {'loss_score'}
    assert set(_head(num_steps=0).loss(_feats(), samples)) == {'loss_score'}


def test_thirty_targets_never_broadcast_against_one_output():
    with pytest.raises(ShapeError, match=r'0\.jpg.*1 scores.*got 30'):
        _head().loss(_feats(1), _samples(np.ones(30)))
    with pytest.raises(ShapeError, match='30 scores'):
        _head(num_scores=30).loss(_feats(1), _samples(1.0))


@pytest.mark.parametrize('score', [float('nan'), float('inf')])
def test_targets_that_are_not_finite_name_the_photo(score):
    with pytest.raises(DataError, match=r'1\.jpg.*finite'):
        _head().loss(_feats(2), _samples(1.0, score))


def test_a_sample_without_score_says_what_to_do():
    with pytest.raises(DataError, match='PackInputs'):
        _head().loss(_feats(1), [DataSample()])


def test_targets_follow_the_predictions_to_their_device():
    like = torch.empty(2, 1, device='meta')
    targets = stack_targets(_samples(1.0, 2.0), like)
    assert (targets.device.type, targets.shape) == ('meta', (2, 1))


def test_half_precision_does_not_round_the_targets():
    like = torch.empty(1, 1, dtype=torch.bfloat16)
    assert stack_targets(_samples(3.69508), like).item() == pytest.approx(3.69508)
    with torch.autocast('cpu', torch.bfloat16):
        losses = _head().loss(_feats(2), _samples(1.0, 2.0))
    assert losses['loss_score'].dtype == torch.float32


def test_targets_of_any_kind():
    losses = []
    for score in (np.float32(3.5), torch.tensor([3.5]), 3.5, [3.5], np.array([3.5])):
        sample = DataSample()
        sample.set_field(score, 'gt_privacy_score')
        losses.append(_head().loss(_feats(1), [sample])['loss_score'].item())
    assert len(set(losses)) == 1


def test_wrong_feature_map_names_the_option():
    with pytest.raises(ShapeError, match=r'feat_size=\(6, 6\)'):
        _head()((torch.zeros(1, 6, 6, 6),))
    with pytest.raises(ShapeError, match='in_channels=9'):
        _head()((torch.zeros(1, 9, 5, 7),))


@pytest.mark.parametrize(
    'options',
    [
        dict(aggregate='max'),
        dict(num_steps=-1),
        dict(num_scores=0),
        dict(feat_size=0),
        dict(feat_size=(5, 7, 9)),
        dict(target_scale=0),
        dict(target_scale=float('nan')),
    ],
)
def test_options_out_of_range_are_named(options):
    with pytest.raises(ConfigError, match=f'head.{next(iter(options))}'):
        _head(**options)


def test_one_number_is_a_square_map():
    assert _head(feat_size=7).feat_size == (7, 7)


def test_predictions_need_no_samples_and_survive_pickling():
    head = _head()
    fresh = head.predict(_feats(), None)
    kept = head.predict(_feats(), _samples(1, 2, 3, 4))
    for a, b in zip(fresh, kept):
        assert torch.equal(a.pred_privacy_score, b.pred_privacy_score)
        again = pickle.loads(pickle.dumps(b))
        assert torch.equal(again.attention_maps, b.attention_maps)
        assert not b.attention_maps.requires_grad


def test_evaluation_is_deterministic_and_training_is_not():
    head = _head()
    assert torch.equal(head(_feats())[0], head(_feats())[0])
    head.train()
    assert not torch.equal(head(_feats())[0], head(_feats())[0])


def test_statistics_are_kept_in_the_state_dict():
    head = _head()
    head.target.fit([2.5], [1.25])
    other = _head()
    other.load_state_dict(head.state_dict())
    assert other.target.mean.item() == 2.5
    assert other.target.scale.item() == pytest.approx(0.8)


def test_statistics_are_checked():
    with pytest.raises(ShapeError, match='num_scores'):
        _head().target.fit([1.0] * 30, [1.0] * 30)
    with pytest.raises(DataError, match='differ'):
        _head().target.fit([1.0], [0.0])
    with pytest.raises(DataError, match='finite'):
        _head().target.fit([float('nan')], [1.0])


def test_encoder_is_frozen_to_the_bit():
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(
                type='ResNet',
                depth=18,
                base_channels=8,
                stem_channels=8,
                num_stages=3,
                strides=(1, 2, 2),
                dilations=(1, 1, 1),
                out_indices=(2,),
                frozen_stages=3,
            ),
            head=dict(type='PrivAttNetHead', **{**SMALL, 'in_channels': 32}),
        )
    )
    model.train()
    assert not [n for n, _ in model.named_parameters() if 'layer4' in n]
    before = {k: v.clone() for k, v in model.backbone.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 0.1)
    losses = model(torch.randn(2, 3, 80, 112), _samples(1.0, 3.0), mode='loss')
    sum(losses.values()).backward()
    optimizer.step()
    assert any('running_mean' in name for name in before)
    for name, values in model.backbone.state_dict().items():
        assert torch.equal(values, before[name]), name
    steps, weights = model(torch.randn(2, 3, 80, 112), mode='tensor')
    assert steps.shape == (2, 3, 1)
    assert weights.shape == (2, 3, 35)
