"""A small Cascade R-CNN for the drawn pictures: a third detector to hide from.

Task: detection of the 30 classes of the sample data.
Aims at: a look of its own at photos that were protected from two other detectors.
    No published number.
Data: drawn pictures in the layout of COCO (5,200 / 200 / 400).
Train: python tools/train.py \
    configs/disappearance/cascade-rcnn_r18_fpn_sample-detector.py --sample --test
"""

_base_ = 'faster-rcnn_r18_fpn_sample-detector.py'

_stages = [  # overlap from which a box is an object, weight of the loss, spread
    (0.5, 1.0, (0.1, 0.1, 0.2, 0.2)),
    (0.6, 0.5, (0.05, 0.05, 0.1, 0.1)),
    (0.7, 0.25, (0.033, 0.033, 0.067, 0.067)),
]

model = dict(
    type='CascadeRCNN',
    roi_head=dict(
        type='CascadeRoIHead',
        num_stages=3,
        stage_loss_weights=[weight for _, weight, _ in _stages],
        bbox_head=[
            dict(
                type='Shared2FCBBoxHead',
                in_channels=64,
                fc_out_channels=256,
                roi_feat_size=5,
                num_classes=30,
                bbox_coder=dict(
                    type='DeltaXYWHBBoxCoder',
                    target_means=[0.0, 0.0, 0.0, 0.0],
                    target_stds=list(spread),
                ),
                reg_class_agnostic=True,
                loss_cls=dict(type='CrossEntropyLoss'),
                loss_bbox=dict(type='SmoothL1Loss', beta=1.0),
            )
            for _, _, spread in _stages
        ],
    ),
    train_cfg=dict(
        rcnn=[
            dict(
                assigner=dict(
                    type='MaxIoUAssigner',
                    pos_iou_thr=overlap,
                    neg_iou_thr=overlap,
                    min_pos_iou=overlap,
                    match_low_quality=False,
                    ignore_iof_thr=-1,
                ),
                sampler=dict(type='RandomSampler', num=32, pos_fraction=0.5),
                pos_weight=-1,
                debug=False,
            )
            for overlap, _, _ in _stages
        ]
    ),
)

del _stages
