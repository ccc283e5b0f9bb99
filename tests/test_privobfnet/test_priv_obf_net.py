"""The segmentor: what is learned from what, and what a prediction needs."""

import copy
from dataclasses import replace

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from tiny_privobfnet import BACKBONE, MODEL, batch, build, losses_of, total

from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.privobfnet.alignment import cut_maps

LOCAL = ('local_backbone', 'local_cam_head')


@pytest.fixture(scope='module')
def model():
    """The tiny model; tests that change it build their own."""
    return build()


def _grads(model, loss):
    """Gradient of each parameter, 0 where there is none."""
    named = dict(model.named_parameters())
    found = torch.autograd.grad(loss, named.values(), allow_unused=True)
    return {n: 0.0 if g is None else g.abs().sum().item() for n, g in zip(named, found)}


def test_the_losses_are_those_of_the_total(model):
    losses = losses_of(model, batch())
    assert set(losses) == {
        'loss_img', 'loss_cr', 'loss_att', 'loss_priv', 'acc_attr', 'mae_priv',
    }  # fmt: skip
    parsed, logged = model.parse_losses(losses)
    assert parsed.item() == pytest.approx(total(losses).item())
    assert logged['loss'].item() == pytest.approx(parsed.item())


def test_image_loss_teaches_model_image_alone():
    model = build()
    grads = _grads(model, losses_of(model, batch())['loss_img'])
    assert all(g == 0 for n, g in grads.items() if n.startswith('local_'))
    assert grads['backbone.conv1a.weight'] > 0
    assert grads['cam_head.classifier.weight'] > 0
    grads = _grads(model, losses_of(model, batch())['loss_cr'])
    assert all((g > 0) <= n.startswith('local_') for n, g in grads.items())
    assert grads['local_backbone.conv1a.weight'] > 0


def test_the_two_models_share_no_parameter_and_differ():
    model = build()
    ids = {
        part: {id(p) for n, p in model.named_parameters() if n.startswith(part)}
        for part in ('backbone.', 'local_backbone.')
    }
    assert len(ids['backbone.']) == len(ids['local_backbone.']) > 0
    assert not ids['backbone.'] & ids['local_backbone.']
    before = losses_of(model, batch())
    with torch.no_grad():
        model.local_cam_head.classifier.weight.mul_(-1)
    after = losses_of(model, batch())
    assert before['loss_img'] != after['loss_img']
    assert before['loss_att'] == after['loss_att']


def test_pixel_labels_are_never_read():
    model, data = build(), batch()
    plain = losses_of(model, data)
    for sample in data['data_samples']:
        noise = torch.randint(4, (1, 48, 64))
        sample.gt_sem_seg = PixelData(data=noise)
    with_labels = losses_of(model, data)
    assert all(torch.equal(plain[k], with_labels[k]) for k in plain)


def test_windows_do_not_change_the_losses_of_the_image():
    data = batch()
    found = [losses_of(build(num_crops=n), data) for n in (4, 7)]
    assert found[0]['loss_priv'] == found[1]['loss_priv']
    assert found[0]['loss_att'] == found[1]['loss_att']
    assert found[0]['loss_cr'] != found[1]['loss_cr']


def test_masks_weight_the_target_and_not_what_model_image_says():
    """Outside of all masks, Model-Image is told that nobody is there."""
    data = batch()
    for sample in data['data_samples']:
        sample.priv_masks.human.zero_()
        sample.priv_masks.human[:, :24, :24] = 1
    model = build(mask_types='human', loss_cr=dict(type='MultiLabelSoftMarginLoss'))
    seen = {}
    model.cam_head.register_forward_hook(lambda m, i, out: seen.update(maps=out))
    loss = losses_of(model, data)['loss_img']
    grad = torch.autograd.grad(loss, seen['maps'])[0]
    assert grad[:, 1:3, 4:, 4:].abs().sum() > 0
    literal = build(mask_types='human', weight_global=True)
    literal.cam_head.register_forward_hook(lambda m, i, out: seen.update(maps=out))
    loss = losses_of(literal, data)['loss_img']
    grad = torch.autograd.grad(loss, seen['maps'])[0]
    assert grad[:, 1:3, 4:, 4:].abs().sum() == 0


def test_a_mask_that_was_missed_does_not_deny_the_attribute():
    """No mask at all: the class is un-masked. A mask elsewhere: it is not here."""
    data, model = batch(), build(mask_types='human')
    for sample in data['data_samples']:
        sample.priv_masks.human.zero_()
    targets = []
    model.loss_img.register_forward_hook(lambda m, i, out: targets.append(i[1]))
    losses_of(model, data)
    assert targets[-1][:, 1:3].sum() > 0
    for sample in data['data_samples']:
        sample.priv_masks.human[:, :8, :8] = 1
    losses_of(model, data)
    assert targets[-1][:, 1:3, 3:].sum() == 0


@pytest.mark.parametrize('size', [(16, 24), (20, 64), (8, 8)])
def test_images_smaller_than_a_window_are_their_own_window(size):
    losses = losses_of(build(), batch(size))
    assert all(torch.isfinite(v) for v in losses.values())


def test_padded_images_and_masks_have_one_size():
    data = batch((40, 64))
    other = batch((48, 52), num=1)
    data = {k: data[k] + other[k] for k in data}
    model = build()
    done = model.data_preprocessor(copy.deepcopy(data), True)
    assert done['inputs'].shape == (3, 3, 48, 64)
    for sample, height, width in zip(done['data_samples'], (40, 40, 48), (64, 64, 52)):
        for mask in sample.priv_masks.values():
            assert mask.shape == (1, 48, 64)
            assert mask[:, : height // 2, :width].all()
            assert not mask[:, height // 2 :].any()
            assert not mask[..., width:].any()
    losses_of(model, data)


def test_photos_of_several_sizes_are_not_predicted_together(model):
    data, other = batch((40, 64), num=1), batch((48, 64), num=1)
    data = {k: data[k] + other[k] for k in data}
    with pytest.raises(ShapeError, match=r'\(40, 64\), \(48, 64\).*batch_size=1'):
        model.data_preprocessor(data, False)


def test_missing_and_wrong_fields_are_named(model):
    data = batch(masks=False)
    with pytest.raises(DataError, match=r"0\.jpg: expected 'priv_masks\.human'"):
        losses_of(model, data)
    data = batch()
    del data['data_samples'][1].gt_score
    with pytest.raises(DataError, match=r"1\.jpg: expected 'gt_score'"):
        losses_of(model, data)
    data = batch()
    data['data_samples'][0].gt_privacy_score = torch.zeros(30)
    with pytest.raises(ShapeError, match=r'gt_privacy_score of 0\.jpg.*2 numbers'):
        losses_of(model, data)
    prepared = model.data_preprocessor(batch(), True)
    smaller = PixelData(human=torch.zeros(1, 8, 8), text=torch.zeros(1, 8, 8))
    prepared['data_samples'][1].priv_masks = smaller
    with pytest.raises(ShapeError, match=r'masks of 1\.jpg'):
        model(**prepared, mode='loss')


def test_an_attribute_without_any_photo_learns_to_be_absent():
    model = build(mask_types='none', priv_head=None)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    data = batch()
    for _ in range(12):
        optimizer.zero_grad()
        total(losses_of(model, data)).backward()
        optimizer.step()
    model.eval()
    prepared = model.data_preprocessor(data, False)
    with torch.no_grad():
        samples = model(**prepared, mode='predict')
    assert all(s.pred_score[2] < 0.5 < s.pred_score[0] for s in samples)
    assert all(s.attr_masks.data[2].sum() == 0 for s in samples)


def _predict(model, data):
    with torch.no_grad():
        return model.eval()(
            **model.data_preprocessor(copy.deepcopy(data), False), mode='predict'
        )


def test_predictions_have_all_fields_and_need_no_mask():
    model = build(test_cfg=dict(label_source='all'))
    with_masks = _predict(model, batch())
    (sample, _) = plain = _predict(model, batch(masks=False))
    assert sample.pred_score.shape == (3,)
    assert sample.pred_privacy_score.shape == (2,)
    assert sample.attr_masks.data.shape == (3, 48, 64)
    assert sample.attr_masks.data.amax((1, 2)).tolist() == pytest.approx([1] * 3)
    assert sample.pred_sem_seg.data.shape == (1, 48, 64)
    assert torch.equal(sample.seg_logits.data[1:], sample.attr_masks.data)
    for a, b in zip(with_masks, plain):
        assert torch.equal(a.attr_masks.data, b.attr_masks.data)
        assert torch.equal(a.pred_score, b.pred_score)


def test_a_pixel_is_labelled_with_its_class_plus_one():
    """A head that copies the image channels: red on the left is class 0, label 1."""
    model = build(test_cfg=dict(label_source='all', bg_thr=0.5, flip=False))
    with torch.no_grad():
        weight = model.cam_head.classifier.weight.zero_()
        for c in range(3):
            weight[c + 1, c] = 1
    feats = torch.zeros(1, 128, 6, 8)
    feats[:, 0, :, :3] = 1
    feats[:, 1, :, 5:] = 1
    model.backbone.forward = lambda x: (feats.repeat(len(x), 1, 1, 1),)
    (sample,) = _predict(model, batch(num=1))
    # Cells lie 8 px apart, from 0 on: halfway between two of them, the label changes.
    truth = torch.zeros_like(sample.pred_sem_seg.data)
    truth[..., :20], truth[..., 37:] = 1, 2
    names = ('background', 'red', 'green')
    assert _miou(sample, truth, names) == 100
    assert _miou(sample, (3 - truth) % 3, names) < 50  # red and green exchanged


def _miou(sample, truth, names):
    metric = IoUMetric()
    metric.dataset_meta = dict(classes=names)
    sample = sample.clone()
    sample.gt_sem_seg = PixelData(data=truth)
    metric.process({}, [sample.to_dict()])
    return metric.evaluate(1)['mIoU']


@pytest.mark.parametrize('cams', ['logits', 'versus_background'])
def test_a_soft_mask_is_as_high_as_its_attribute_is_probable(cams):
    """Or as its map is, where that says how much there is."""
    model = build(test_cfg=dict(label_source='all', cams=cams))
    (every,) = _predict(model, batch(num=1))
    model.test_options = replace(model.test_options, label_source='soft')
    (soft,) = _predict(model, batch(num=1))
    peaks = soft.attr_masks.data.amax((1, 2))
    torch.testing.assert_close(
        soft.attr_masks.data, every.attr_masks.data * peaks[:, None, None]
    )
    there = every.attr_masks.data.amax((1, 2)) > 0
    assert there.any()
    if cams == 'logits':
        torch.testing.assert_close(peaks[there], soft.pred_score[there])
        return
    assert (peaks >= soft.pred_score - 1e-6).all()
    assert (peaks > soft.pred_score + 0.01).any() or (peaks < 0.99).all()


@pytest.mark.parametrize(
    ('cams', 'nothing', 'shared'),
    [
        ('logits', 0, 1),
        ('softmax', 0.29, 0.55),
        ('versus_background', 0.525, 1),
        ('balanced', (0.525 * 0.29) ** 0.5, 0.55**0.5),
    ],
)
def test_attributes_on_the_same_pixels_lower_each_other_as_read(cams, nothing, shared):
    """Class 0 is everywhere but right, class 1 with it on the left; 3 against 0."""
    model = build(test_cfg=dict(label_source='all', flip=False, cams=cams))
    with torch.no_grad():
        weight = model.cam_head.classifier.weight.zero_()
        for c in range(3):
            weight[c + 1, c] = 1
    feats = torch.zeros(1, 128, 6, 8)
    feats[:, 0, :, :6] = feats[:, 1, :, :3] = 3
    model.backbone.forward = lambda x: (feats,)
    (sample,) = _predict(model, batch(num=1))
    first, second = sample.attr_masks.data[:2]
    assert first[:, 34:38].min() == pytest.approx(1)  # alone
    assert first[:, :14].max().item() == pytest.approx(shared, abs=0.02)
    assert second[:, :14].min() == pytest.approx(1)
    assert first[:, 60:].max().item() == pytest.approx(nothing, abs=0.02)


def test_balanced_masks_are_the_geometric_mean_of_two_readings():
    model = build(test_cfg=dict(label_source='soft', cams='balanced'))
    read = {}
    for cams in ('balanced', 'versus_background', 'softmax'):
        source = 'all' if cams == 'softmax' else 'soft'
        model.test_options = replace(
            model.test_options, cams=cams, label_source=source, flip=False
        )
        read[cams] = _predict(model, batch(num=1))[0].attr_masks.data
    mean = read['versus_background'] * read['softmax']  # the latter, up to a factor
    share = read['balanced'] ** 2 / mean.clamp_min(1e-9)
    there = mean.amax((1, 2)) > 1e-6
    assert there.any()
    for factor in share[there]:
        torch.testing.assert_close(factor, factor.mean().expand_as(factor))
        assert 0 < factor.mean() <= 1
    model.test_options = replace(model.test_options, cams='balanced')
    (every,) = _predict(model, batch(num=1))
    torch.testing.assert_close(every.attr_masks.data.amax((1, 2)), torch.ones(3))


def test_known_labels_leave_no_other_class():
    model = build(test_cfg=dict(label_source='gt'))
    for sample in _predict(model, batch()):
        assert sample.attr_masks.data[2].sum() == 0
        assert not (sample.pred_sem_seg.data == 3).any()
        assert sample.attr_masks.data[0].max() == pytest.approx(1)


def test_mirrored_photos_have_mirrored_masks():
    model = build(test_cfg=dict(label_source='all', scales=(0.5, 1.0)))
    data = batch()
    plain = _predict(model, data)
    data['inputs'] = [x.flip(-1) for x in data['inputs']]
    for a, b in zip(plain, _predict(model, data)):
        torch.testing.assert_close(
            b.attr_masks.data, a.attr_masks.data.flip(-1), atol=1e-4, rtol=0
        )
        torch.testing.assert_close(b.pred_score, a.pred_score)


def test_masks_have_the_size_of_the_photo_if_asked_to():
    model = build(test_cfg=dict(mask_size='original'))
    data = batch()
    for sample in data['data_samples']:
        sample.set_metainfo(dict(ori_shape=(96, 100)))
    assert _predict(model, data)[0].attr_masks.data.shape == (3, 96, 100)


def test_model_image_alone_is_in_memory_and_predicts_the_same():
    model = build()
    alone = build(seed=3, image_only=True)
    local = {n for n, _ in model.named_parameters() if n.startswith('local_')}
    named = dict(alone.named_parameters())
    assert set(named) == {n for n, _ in model.named_parameters()} - local
    sizes = [sum(p.numel() for p in m.parameters()) for m in (alone, model)]
    twice = sum(
        p.numel() for n, p in named.items() if n[:8] in ('backbone', 'cam_head')
    )
    assert sizes[1] - sizes[0] == twice
    state = model.state_dict()
    found = alone.load_state_dict(state)  # strict: nothing missing, nothing left over
    assert not found.missing_keys
    assert set(state) > set(alone.state_dict())
    for a, b in zip(_predict(model, batch()), _predict(alone, batch())):
        assert torch.equal(a.attr_masks.data, b.attr_masks.data)
        assert torch.equal(a.pred_privacy_score, b.pred_privacy_score)


def test_model_cropped_has_no_part_in_a_prediction():
    model = build()
    calls = []
    for part in LOCAL:
        getattr(model, part).register_forward_hook(lambda *_: calls.append(1))
    _predict(model, batch())
    assert not calls
    losses_of(model.train(), batch())
    assert len(calls) == 2  # all windows at once


def test_image_only_models_train_with_a_loss_of_their_own():
    model = build(
        image_only=True,
        loss_cls=dict(type='MultiLabelSoftMarginLoss'),
        attr_head=None,
        priv_head=None,
        mask_types='none',
    )
    losses = losses_of(model, batch(masks=False))
    assert set(losses) == {'loss_cls'}
    grads = _grads(model, losses['loss_cls'])
    assert grads['backbone.conv1a.weight'] > 0


def test_half_precision_trains():
    model, data = build(), batch()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = losses_of(model, data)
    total(losses).backward()
    assert all(v.dtype == torch.float32 for k, v in losses.items() if 'loss' in k)


def test_other_backbones_and_a_wrong_stride():
    resnet = dict(
        type='ResNet',
        depth=18,
        base_channels=8,
        stem_channels=8,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
    )
    heads = dict(
        cam_head=dict(type='CAMHead', in_channels=64, num_classes=3),
        attr_head=dict(type='AttributePairHead', in_channels=64, num_classes=3),
    )
    losses = losses_of(build(backbone=resnet, **heads), batch())
    assert torch.isfinite(total(losses))
    wrong = resnet | dict(strides=(1, 2, 2, 1), dilations=(1, 1, 1, 2))
    with pytest.raises(ConfigError, match=r'model\.stride: expected maps of'):
        losses_of(build(backbone=wrong, **heads), batch())


def test_a_backbone_of_mmpretrain():
    pytest.importorskip('mmpretrain')
    backbone = dict(
        type='mmpretrain.ResNet',
        depth=18,
        base_channels=8,
        stem_channels=8,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1,),
    )
    model = build(
        backbone=backbone,
        cam_head=dict(type='CAMHead', in_channels=16, num_classes=3),
        attr_head=dict(type='AttributePairHead', in_channels=16, num_classes=3),
    )
    assert torch.isfinite(total(losses_of(model, batch())))


def test_pixel_correlation_leaves_the_earlier_features_alone():
    pcm = dict(type='PCM', in_channels=(16, 32), channels=(4, 4))
    head = MODEL['cam_head'] | dict(pcm=pcm)
    model = build(cam_head=head)
    maps = torch.rand(1, 4, 3, 3)
    feats = [torch.rand(1, c, 3, 3, requires_grad=True) for c in (16, 32, 128)]
    spread = model.cam_head.pcm(maps, feats, torch.rand(1, 3, 24, 24))
    spread.sum().backward()
    assert all(f.grad is None for f in feats)
    # Every cell gets a mean of the cells that look like it.
    assert (spread.amax((2, 3)) <= maps.amax((2, 3)) + 1e-5).all()
    assert (spread.amin((2, 3)) >= maps.amin((2, 3)) - 1e-4).all()
    assert torch.isfinite(total(losses_of(model, batch())))
    with pytest.raises(ShapeError, match=r'\(16, 32\) channels'):
        model.cam_head.pcm(maps, feats[1:], torch.rand(1, 3, 24, 24))


def test_windows_of_l2g_are_cut_half_a_cell_beside():
    pytest.importorskip('mmcv.ops')
    data = batch()
    found = [
        losses_of(build(align=a), data)['loss_img'] for a in ('slice', 'roi_align')
    ]
    assert found[0] != found[1]
    maps = torch.arange(8.0)[None, None, None].repeat(2, 1, 6, 1)
    corners = torch.zeros(2, 6, 2, dtype=torch.int64)
    corners[..., 1] = 2
    cut = cut_maps(maps, corners, (4, 4), 'roi_align')
    assert cut.shape == (12, 1, 4, 4)
    torch.testing.assert_close(cut[0, 0, 1], torch.arange(2.0, 6) + 0.5)


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        (dict(crop_size=36), 'crop_size: expected a multiple'),
        (dict(num_crops=3), 'num_crops: expected at least 4'),
        (dict(crop_policy='grid'), 'crop_policy'),
        (dict(align='resize'), 'align'),
        (dict(target_mode='hard'), 'target_mode'),
        (dict(bg_target='none'), 'bg_target'),
        (dict(target_assign='max'), 'target_assign'),
        (dict(mask_types=('none',)), 'mask_types: expected 3 names'),
        (dict(mask_types={'a1_age': 'human'}), 'a1_age_approx'),
        (dict(mask_types='hu-man'), 'mask_types'),
        (dict(test_cfg=dict(scale=1)), r'test_cfg\.scale.*scales'),
        (dict(test_cfg=dict(scales=())), 'scales'),
        (dict(test_cfg=dict(label_source='all labels')), 'label_source'),
        (dict(test_cfg=dict(cams='sigmoid')), 'cams'),
        (
            dict(
                cam_head=dict(MODEL['cam_head'], with_background=False),
                test_cfg=dict(cams='versus_background'),
            ),
            'with_background',
        ),
    ],
)
def test_wrong_options_are_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        build(**changes)


def test_the_table_of_mask_types_is_that_of_the_68_attributes():
    wide = dict(
        cam_head=dict(type='CAMHead', in_channels=128, num_classes=68),
        attr_head=None,
        priv_head=None,
    )
    model = build(**wide, mask_types='vispr')
    assert model.mask_names == ['human', 'text']
    assert model.mask_ids[[0, 1, 17, 26]].tolist() == [0, 1, 2, 0]
    changed = build(**wide, mask_types={'a30_credit_card': 'saliency'})
    assert changed.mask_names == ['human', 'saliency', 'text']
    assert changed.mask_ids[26] == 2


def test_backbone_config_is_not_changed():
    before = copy.deepcopy(BACKBONE)
    build()
    assert before == BACKBONE
