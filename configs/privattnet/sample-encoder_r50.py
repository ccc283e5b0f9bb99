"""Classifier of drawn objects: what the encoder of a sample run begins with.

Task: classification of close views, one element each, in 45 classes.
Aims at: weights in place of those of ImageNet, for configs whose `sample.encoder` names
this file: they train it with a backbone of their own. No paper has it.
Data: drawn, so always with --sample.
Train: python tools/train.py configs/privattnet/sample-encoder_r50.py --sample --test
"""

_base_ = ['../_base_/models/resnet50_to_stage3.py', '../_base_/mmpretrain_runtime.py']

model = dict(
    backbone=dict(frozen_stages=-1, init_cfg=None),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=45,
        in_channels=1024,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)

_root = 'data/sample/objects'
_loader = dict(
    batch_size=64,
    num_workers=1,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
)
_test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(64, 64), backend='pillow'),
    dict(type='PackInputs'),
]
data_preprocessor = dict(
    num_classes=45,
    mean=[123.675, 116.28, 103.53],  # ImageNet, RGB
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CustomDataset',
        data_root=_root,
        data_prefix='train',
        pipeline=[
            dict(type='LoadImageFromFile'),
            dict(
                type='RandomResizedCrop',
                scale=64,
                crop_ratio_range=(0.4, 1.0),
                backend='pillow',
            ),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackInputs'),
        ],
    ),
)
val_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='CustomDataset',
        data_root=_root,
        data_prefix='val',
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='CustomDataset',
        data_root=_root,
        data_prefix='test',
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
val_evaluator = dict(type='Accuracy')
test_evaluator = dict(type='Accuracy')
del _root, _loader, _test_pipeline

optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05)
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
]
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=2)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1, save_best=None))

sample = dict(
    data=dict(
        format='objects',
        root='data/sample/objects',
        num=dict(train=6000, val=450, test=450),
        seed=0,
    ),
    cfg_options={},
)
