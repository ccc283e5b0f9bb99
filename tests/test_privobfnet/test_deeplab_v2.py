"""DeepLabV2: the head by its definition, the scales, and what distributed runs need."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample

from mmprivacy.errors import ConfigError
from mmprivacy.privobfnet import DeepLabV2Head


def head(**options):
    return DeepLabV2Head(**dict(dict(in_channels=6, num_classes=4), **options))


def test_head_is_the_sum_of_four_dilated_convolutions():
    torch.manual_seed(0)
    module = head(dilations=(1, 2, 3, 4), in_index=1)
    module.init_weights()
    feats = [torch.zeros(1), torch.rand(2, 6, 9, 11)]
    expected = sum(
        F.conv2d(feats[1], conv.weight, conv.bias, padding=d, dilation=d)
        for d, conv in zip((1, 2, 3, 4), module.convs)
    )
    torch.testing.assert_close(module(feats), expected)
    assert module(feats).shape == (2, 4, 9, 11)
    names = {name for name, _ in module.named_parameters()}
    assert names == {f'convs.{k}.{p}' for k in range(4) for p in ('weight', 'bias')}


def test_initial_weights():
    torch.manual_seed(0)
    module = head(in_channels=200)
    module.init_weights()
    for conv in module.convs:
        assert conv.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert not conv.bias.any()
    with pytest.raises(ConfigError, match='dilations'):
        head(dilations=())


@pytest.fixture(scope='module')
def model():
    torch.manual_seed(0)
    cfg = dict(
        type='MSCEncoderDecoder',
        scales=(0.5, 0.75),
        data_preprocessor=dict(type='SegDataPreProcessor', size_divisor=1),
        backbone=dict(
            type='ResNet', depth=18, base_channels=4, stem_channels=4, style='caffe',
            strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=False,
            norm_cfg=dict(type='BN', requires_grad=False), norm_eval=True,
        ),
        decode_head=dict(type='DeepLabV2Head', in_channels=32, num_classes=3,
                         dilations=(1, 2)),
        train_cfg=dict(),
        test_cfg=dict(mode='whole'),
    )  # fmt: skip
    with DefaultScope.overwrite_default_scope('mmseg'):
        built = MODELS.build(ConfigDict(cfg))
    built.init_weights()
    return built.train()


def samples(num, size):
    generator = torch.Generator().manual_seed(0)
    found = []
    for _ in range(num):
        labels = torch.randint(0, 3, (1, *size), generator=generator)
        labels[:, :5] = 255
        sample = SegDataSample(gt_sem_seg=PixelData(data=labels))
        sample.set_metainfo(dict(img_shape=size, ori_shape=size))
        found.append(sample)
    return found


def test_every_scale_and_the_maximum_have_a_loss(model):
    images = torch.rand(2, 3, 33, 41)
    logits = model.logits(images)
    assert [tuple(x.shape) for x in logits] == [
        (2, 3, 5, 6), (2, 3, 2, 3), (2, 3, 3, 4), (2, 3, 5, 6)
    ]  # fmt: skip
    assert (logits[3] >= logits[0]).all()
    small = F.interpolate(logits[1], (5, 6), mode='bilinear')
    assert (logits[3] >= small - 1e-6).all()
    batch = samples(2, (33, 41))
    losses = model.loss(images, batch)
    names = [name for name in losses if 'loss' in name]
    assert names == [
        'whole.loss_ce', 'scale0.5.loss_ce', 'scale0.75.loss_ce', 'max.loss_ce'
    ]  # fmt: skip
    truth = torch.cat([s.gt_sem_seg.data for s in batch])
    for name, part in zip(names, logits):
        large = F.interpolate(part, (33, 41), mode='bilinear')
        torch.testing.assert_close(
            losses[name], F.cross_entropy(large, truth, ignore_index=255)
        )
    model.zero_grad()
    sum(losses[name] for name in names).backward()
    trained = [p for p in model.parameters() if p.requires_grad]
    assert all(p.grad is not None for p in trained)  # distributed runs need that


def test_prediction_is_that_of_the_maximum(model):
    model.eval()
    images = torch.rand(1, 3, 33, 41)
    with torch.no_grad():
        (found,) = model.predict(images, samples(1, (33, 41)))
        largest = F.interpolate(model.logits(images)[-1], (33, 41), mode='bilinear')
    assert torch.equal(found.pred_sem_seg.data, largest.argmax(1))
    model.train()
    bad = dict(
        type='MSCEncoderDecoder',
        scales=(1.5,),
        backbone=dict(type='ResNet', depth=18, base_channels=4, stem_channels=4),
        decode_head=dict(type='DeepLabV2Head', in_channels=32, num_classes=3),
    )
    with pytest.raises(ConfigError, match='scales'):
        MODELS.build(bad)


def test_learning_rates_of_the_config():
    """The head learns 10 times, its biases 20 times and without decay."""
    from mmengine.optim import build_optim_wrapper

    root = Path(__file__).parents[2] / 'configs/_base_/schedules/deeplabv2.py'
    cfg = Config.fromfile(root)
    module = torch.nn.Module()
    module.backbone = torch.nn.Conv2d(3, 4, 1, bias=False)
    module.decode_head = head()
    wrapper = build_optim_wrapper(module, cfg.optim_wrapper)
    groups = {id(g['params'][0]): g for g in wrapper.optimizer.param_groups}
    assert groups[id(module.backbone.weight)]['lr'] == pytest.approx(2.5e-4)
    for conv in module.decode_head.convs:
        weight, bias = groups[id(conv.weight)], groups[id(conv.bias)]
        assert (weight['lr'], weight['weight_decay']) == pytest.approx((2.5e-3, 5e-4))
        assert (bias['lr'], bias['weight_decay']) == pytest.approx((5e-3, 0))


def test_published_backbone_has_stride_8():
    root = Path(__file__).parents[2] / 'configs/_base_/models/deeplabv2_r101.py'
    backbone = Config.fromfile(root).model.backbone
    with torch.device('meta'):
        net = MODELS.build(dict(backbone, init_cfg=None))
        assert net(torch.zeros(1, 3, 321, 321))[-1].shape == (1, 2048, 41, 41)
    first = net.layer4[0]
    assert [first.conv1.stride, first.conv2.dilation] == [(1, 1), (4, 4)]
    assert net.layer2[0].conv1.stride == (2, 2)  # caffe style: in the 1 x 1


@pytest.mark.parametrize(
    ('name', 'photos', 'batch'), [('voc12', 10582, 10), ('coco14', 82081, 20)]
)
def test_second_stage_starts_without_pixel_labels(name, photos, batch):
    """Weights of ImageNet, and the published number of steps."""
    root = Path(__file__).parents[2] / f'configs/privobfnet/deeplabv2_r101_{name}.py'
    cfg = Config.fromfile(root)
    assert cfg.model.backbone.init_cfg.checkpoint == 'torchvision://resnet101'
    assert cfg.load_from is None
    accumulated = cfg.optim_wrapper.accumulative_counts
    assert cfg.train_dataloader.batch_size * accumulated == batch
    steps = cfg.train_cfg.max_epochs * photos / batch
    assert steps == pytest.approx(20000 if name == 'voc12' else 50000, rel=0.02)
    classes = DATASETS.get(cfg.train_dataloader.dataset.type).METAINFO['classes']
    assert cfg.model.decode_head.num_classes == len(classes)
