"""Classifier with a frozen ImageNet ResNet-50 up to its third stage, without a head."""

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=50,
        num_stages=3,  # no fourth stage whose parameters would never be used
        strides=(1, 2, 2),
        dilations=(1, 1, 1),
        out_indices=(2,),
        frozen_stages=3,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    ),
)
