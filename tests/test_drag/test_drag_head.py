"""The DRAG head."""

import pickle

import pytest
import torch
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

from mmprivacy.drag import DRAGHead
from mmprivacy.errors import ConfigError, ShapeError


def _head(**kwargs):
    torch.manual_seed(0)
    return DRAGHead(**{'in_channels': 32, 'feat_size': (7, 7), **kwargs})


def _samples(n=2):
    return [DataSample().set_gt_label(i % 2) for i in range(n)]


FEATS = (torch.rand(2, 32, 7, 7, generator=torch.Generator().manual_seed(1)),)


@pytest.mark.parametrize('phase', ['finetune', 'joint'])
@pytest.mark.parametrize('kwargs', [{}, {'use_gcn': False}, {'corr_mode': 'fixed'}])
def test_d08_evaluation_is_deterministic(phase, kwargs):
    head = _head(**kwargs).eval()
    head.phase = phase
    with torch.no_grad():
        whole = head(FEATS)
        single = torch.cat([head((x[None],)) for x in FEATS[0]])
        assert torch.equal(whole, head(FEATS))
        assert torch.equal(whole, single)
        predicted = [s.pred_score for s in head.predict(FEATS)]
        alone = [head.predict((x[None],))[0].pred_score for x in FEATS[0]]
    assert all(map(torch.equal, predicted, alone))


def test_d08_batch_of_one_at_full_size():
    head = _head(in_channels=128, feat_size=(14, 14)).eval()
    feat = torch.rand(5, 128, 14, 14)
    with torch.no_grad():
        whole = head((feat,))
        assert torch.equal(whole, torch.cat([head((x[None],)) for x in feat]))


def test_training_is_stochastic():
    head = _head().train()
    assert not torch.equal(head(FEATS), head(FEATS))


def test_evaluation_equals_training_without_dropout():
    head = _head(dropout=0.0, attn_dropout=0.0)
    torch.testing.assert_close(head.train()(FEATS), head.eval()(FEATS))


def test_d09_classifier_sees_regions_and_one_global_number():
    head = _head().eval()
    assert head.fc.in_features == 5
    assert head.pre_logits(FEATS).shape == (2, 5)
    for layer in head.gcn:
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    mean = FEATS[0].mean(dim=(1, 2, 3))
    expected = mean[:, None] * head.fc.weight[:, 0] + head.fc.bias
    torch.testing.assert_close(head(FEATS), expected)


def test_number_of_parameters_of_the_graph_classifier():
    head = _head(in_channels=16, feat_size=(14, 14))
    parts = (head.correlation, head.gcn, head.fc)
    assert sum(p.numel() for m in parts for p in m.parameters()) == 103_260


@pytest.mark.parametrize(
    ('shape', 'message'),
    [
        ((2, 32, 14, 14), r'head\.feat_size=\(14, 14\)'),
        ((2, 64, 7, 7), r'head\.in_channels=64'),
        ((2, 32), 'last output is'),
    ],
)
@pytest.mark.parametrize('phase', ['finetune', 'joint'])
def test_d14_wrong_maps_are_refused(shape, message, phase):
    head = _head()
    head.phase = phase
    with pytest.raises(ShapeError, match=message):
        head.loss((torch.rand(shape),), _samples())


def test_d14_two_inputs_of_another_size_never_reshape_silently():
    model = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
            head=dict(type='DRAGHead', in_channels=64, feat_size=(2, 2)),
        )
    )
    assert model(torch.rand(1, 3, 64, 64)).shape == (1, 2)
    with pytest.raises(ShapeError, match=r'\(3, 3\)'):
        model(torch.rand(1, 3, 96, 96))


@pytest.mark.parametrize(
    ('phase', 'cgl_epoch', 'keys'),
    [
        ('finetune', False, {'loss_cls'}),
        ('cgl_pretrain', False, {'loss_cgl'}),
        ('joint', False, {'loss_cls'}),
        ('joint', True, {'loss_cls', 'loss_dis', 'loss_div'}),
    ],
)
def test_d15_loss_keys(phase, cgl_epoch, keys):
    head = _head()
    head.set_channel_groups(torch.arange(32) % 4)
    head.phase, head.cgl_epoch = phase, cgl_epoch
    losses = head.loss(FEATS, _samples())
    assert set(losses) == keys
    assert all(v.ndim == 0 and v.requires_grad for v in losses.values())


def test_d15_accuracy_is_logged_but_not_optimised():
    losses = _head(cal_acc=True).loss(FEATS, _samples())
    assert set(losses) == {'loss_cls', 'accuracy_top-1'}


def test_d15_predict_without_samples():
    samples = _head().eval().predict(FEATS)
    assert [s.pred_score.shape for s in samples] == [(2,), (2,)]
    assert samples[0].region_maps.shape == (4, 7, 7)
    assert not samples[0].region_maps.requires_grad
    copy = pickle.loads(pickle.dumps(samples[0]))
    assert torch.equal(copy.region_maps, samples[0].region_maps)


def test_d15_predict_keeps_the_samples_fields():
    samples = _samples()
    samples[0].set_field('a.jpg', 'img_path', field_type='metainfo')
    out = _head().eval().predict(FEATS, samples)
    assert out[0] is samples[0]
    assert out[0].img_path == 'a.jpg'
    assert int(out[1].gt_label) == 1


def test_phase_survives_a_checkpoint_and_chooses_the_classifier():
    head, other = _head(), _head()
    assert head.phase == 'joint'
    head.phase = 'finetune'
    other.load_state_dict(head.state_dict())
    assert other.phase == 'finetune'
    sample = other.eval().predict(FEATS)[0]
    assert 'region_maps' not in sample
    pooled = FEATS[0].mean(dim=(2, 3))
    torch.testing.assert_close(other(FEATS), other.finetune_fc(pooled))


def test_d05_groups_survive_a_checkpoint():
    head, other = _head(), _head()
    head.set_channel_groups(torch.arange(32) % 4)
    other.load_state_dict(head.state_dict())
    assert bool(other.groups_ready)
    assert torch.equal(other.channel_groups.argmax(0), torch.arange(32) % 4)
    assert (other.channel_groups.sum(0) == 1).all()


def test_errors_of_use():
    head = _head()
    with pytest.raises(ConfigError, match='num_regions'):
        _head(num_regions=1)
    with pytest.raises(ConfigError, match="did you mean 'joint'"):
        head.phase = 'jiont'
    with pytest.raises(ShapeError, match=r'\(32,\)'):
        head.set_channel_groups(torch.zeros(31, dtype=torch.long))
    with pytest.raises(ConfigError, match=r'labels in \[0, 4\)'):
        head.set_channel_groups(torch.arange(32))
    head.phase = 'cgl_pretrain'
    with pytest.raises(ConfigError, match='ChannelGroupingHook'):
        head.loss(FEATS, _samples())


def test_d13_loss_divides_by_the_batch_size():
    head = _head(loss=dict(type='CrossEntropyLoss', class_weight=[0.63894, 0.36106]))
    head.phase = 'finetune'
    scores, labels = head(FEATS), torch.tensor([0, 1])
    weight = torch.tensor([0.63894, 0.36106])
    values = torch.nn.functional.cross_entropy(
        scores, labels, weight=weight, reduction='sum'
    )
    torch.testing.assert_close(head.loss(FEATS, _samples())['loss_cls'], values / 2)


@pytest.mark.parametrize(
    'backbone',
    [
        dict(type='MobileNetV2', out_indices=(7,)),
        dict(type='ConvNeXt', arch='atto', gap_before_final_norm=False),
    ],
)
def test_other_backbones(backbone):
    channels = {'MobileNetV2': 1280, 'ConvNeXt': 320}[backbone['type']]
    head = dict(type='DRAGHead', in_channels=channels, num_regions=2, feat_size=2)
    model = MODELS.build(dict(type='ImageClassifier', backbone=backbone, head=head))
    samples = model.eval()(torch.rand(1, 3, 64, 64), mode='predict')
    assert samples[0].region_maps.shape == (2, 2, 2)
