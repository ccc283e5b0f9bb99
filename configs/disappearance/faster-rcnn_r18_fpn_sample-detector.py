"""A small Faster R-CNN for the drawn pictures: something to hide from.

Task: detection of the 30 classes of the sample data.
Aims at: recall of 90 % at a score of 0.3 on the drawn test split. No published number.
Data: drawn pictures in the layout of COCO (5,200 / 200 / 400).
Train: python tools/train.py \
    configs/disappearance/faster-rcnn_r18_fpn_sample-detector.py --sample --test
"""

_base_ = [
    '../_base_/models/faster-rcnn_r50_fpn.py',
    '../_base_/datasets/sample_coco.py',
    '../_base_/mmdet_runtime.py',
]
custom_imports = dict(
    imports=['mmprivacy.evaluation', 'mmprivacy.datasets'], allow_failed_imports=False
)

model = dict(
    backbone=dict(
        depth=18,
        base_channels=32,
        frozen_stages=-1,
        norm_eval=False,
        init_cfg=None,
    ),
    neck=dict(
        in_channels=[32, 64, 128, 256], out_channels=64, start_level=1, num_outs=3
    ),
    rpn_head=dict(
        in_channels=64,
        feat_channels=64,
        anchor_generator=dict(scales=[2, 2.83], strides=[8, 16, 32]),
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(
            out_channels=64,
            finest_scale=28,
            featmap_strides=[8, 16, 32],
            # RoIAlign is slow on a CPU.
            roi_layer=dict(output_size=5, sampling_ratio=1),
        ),
        bbox_head=dict(
            in_channels=64,
            roi_feat_size=5,
            fc_out_channels=256,
            num_classes=30,
            reg_class_agnostic=True,
        ),
    ),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=32)),
        rpn_proposal=dict(nms_pre=100, max_per_img=64),
        rcnn=dict(sampler=dict(num=32, pos_fraction=0.5)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=300, max_per_img=100)),
)
train_dataloader = dict(batch_size=16)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1.4e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=10.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=100),
    dict(type='CosineAnnealingLR', convert_to_iter_based=True),
]
train_cfg = dict(by_epoch=True, max_epochs=6, val_interval=6)
val_cfg = dict()
test_cfg = dict()

sample = dict(
    data=dict(
        format='coco',
        root='data/sample/coco',
        num=dict(train=5200, val=200, test=400),
        seed=0,
    ),
    encoder='{{ fileDirname }}/../sample/encoder_r50.py',
    cfg_options={},
)
