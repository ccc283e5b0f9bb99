"""Baseline: fine-tuned ResNet-50 with a linear classifier, DRAG's first phase alone.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no published number.
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/baseline_r50.py [--sample]
"""

_base_ = [
    '../_base_/datasets/image_privacy.py',
    '../_base_/schedules/image_privacy_finetune.py',
    '../_base_/mmpretrain_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.drag'], allow_failed_imports=False)

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=50,
        out_indices=(3,),
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=2,
        in_channels=2048,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
custom_hooks = [dict(type='ClassWeightHook')]
