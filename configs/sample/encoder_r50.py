"""Classifier of drawn objects: what the encoder of a sample run begins with.

Task: classification of close views, one element each, in 45 classes.
Aims at: weights in place of those of ImageNet, for configs whose `sample.encoder` names
this file: they train it with a backbone of their own. No paper has it.
Data: drawn, so always with --sample.
Train: python tools/train.py configs/sample/encoder_r50.py --sample --test
"""

_base_ = [
    '../_base_/models/resnet50_to_stage3.py',
    '../_base_/datasets/sample_objects.py',
    '../_base_/mmpretrain_runtime.py',
]

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
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1, save_best='accuracy/top1'))
