"""A PrivObfNet of a few channels, and batches for it."""

import copy

import torch
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

import mmprivacy.privobfnet  # noqa: F401

BACKBONE = dict(
    type='ResNet38',
    base_channels=2,
    depths=(1, 1, 1, 1),
    frozen_stages=0,
    norm_eval=False,
    norm_requires_grad=True,
    dropout=(0.0, 0.0),
)
"""Gives 16, 32 and 128 channels."""

MODEL = dict(
    type='PrivObfNet',
    data_preprocessor=dict(
        type='PrivSegDataPreProcessor',
        mean=[120.0] * 3,
        std=[60.0] * 3,
        bgr_to_rgb=True,
        size_divisor=8,
    ),
    backbone=BACKBONE,
    cam_head=dict(type='CAMHead', in_channels=128, num_classes=3),
    attr_head=dict(type='AttributePairHead', in_channels=128, num_classes=3),
    priv_head=dict(type='PrivacyScoreHead', num_classes=3, num_scores=2),
    mask_types=('none', 'human', 'text'),
    crop_size=32,
)


def build(seed=0, **changes):
    """Build the model, with changes of its top-level options; in training mode."""
    torch.manual_seed(seed)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(copy.deepcopy({**MODEL, **changes}))
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
    return model


def batch(size=(48, 64), num=2, masks=True, seed=0):
    """Draw images and samples: every image has the first two of three classes."""
    generator = torch.Generator().manual_seed(seed)
    inputs = [
        torch.randint(256, (3, *size), generator=generator, dtype=torch.uint8)
        for _ in range(num)
    ]
    samples = []
    for n in range(num):
        sample = SegDataSample(metainfo=dict(img_path=f'{n}.jpg', img_shape=size))
        sample.set_field(torch.tensor([1.0, 1.0, 0.0]), 'gt_score')
        sample.set_field(torch.tensor([0.2, 0.6]), 'gt_privacy_score')
        if masks:
            found = PixelData()
            for name in ('human', 'text'):
                mask = torch.zeros(1, *size, dtype=torch.uint8)
                mask[:, : size[0] // 2] = 1
                found.set_field(mask, name)
            sample.set_field(found, 'priv_masks')
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


def losses_of(model, data, seed=0):
    """Losses of a batch, the windows drawn with a seed."""
    torch.manual_seed(seed)
    data = model.data_preprocessor(copy.deepcopy(data), True)
    return model(**data, mode='loss')


def total(losses):
    """What is optimised."""
    return sum(value for key, value in losses.items() if 'loss' in key)
