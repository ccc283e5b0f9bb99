"""Drawn pictures in the layout of COCO with all 30 of their classes, at 192 x 128."""

_root = 'data/sample/coco'
_scale = (192, 128)
_classes = (  # COCO's first, as in the annotation file: mmdet keeps the order of that
    'person', 'bicycle', 'car', 'dog', 'handbag', 'sports ball', 'bottle', 'cup',
    'chair', 'potted plant', 'laptop', 'cell phone', 'book', 'clock', 'arm',
    'bank card', 'envelope', 'face', 'identity card', 'landmark', 'medicine',
    'name tag', 'paper', 'passport', 'placard', 'qr code', 'screen', 'sign', 'ticket',
    'wheelchair',
)  # fmt: skip
_pack = dict(
    type='PackDetInputs',
    meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
)
_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='Resize', scale=_scale, keep_ratio=True),
    dict(type='LoadAnnotations', with_bbox=True),
    _pack,
]

_loader = dict(batch_size=8, num_workers=1, persistent_workers=True)
_test = dict(
    type='CocoDataset',
    data_root=_root,
    metainfo=dict(classes=_classes),
    pipeline=_test_pipeline,
    test_mode=True,
)

train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(
        type='CocoDataset',
        data_root=_root,
        ann_file='annotations/instances_train2017.json',
        data_prefix=dict(img='train2017/'),
        metainfo=dict(classes=_classes),
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='LoadAnnotations', with_bbox=True),
            dict(type='Resize', scale=_scale, keep_ratio=True),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackDetInputs'),
        ],
    ),
)
val_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        **_test,
        ann_file='annotations/instances_val2017.json',
        data_prefix=dict(img='val2017/'),
    ),
)
test_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        **_test,
        ann_file='annotations/instances_test2017.json',
        data_prefix=dict(img='test2017/'),
    ),
)
val_evaluator = [dict(type='DetectionRecallMetric', score_thr=0.3)]
test_evaluator = [dict(type='DetectionRecallMetric', score_thr=0.3)]

del _root, _scale, _classes, _pack, _test_pipeline, _loader, _test
