"""COCO 2017, 80 classes, at 1333 x 800 pixels at most."""

_root = 'data/coco'
_loader = dict(batch_size=2, num_workers=2, persistent_workers=True)
_meta_keys = ('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor')
_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='Resize', scale=(1333, 800), keep_ratio=True),
    # Behind Resize: ground truth is compared in the coordinates of the file.
    dict(type='LoadAnnotations', with_bbox=True),
    dict(type='PackDetInputs', meta_keys=_meta_keys),
]
_val = dict(
    type='CocoDataset',
    data_root=_root,
    ann_file='annotations/instances_val2017.json',
    data_prefix=dict(img='val2017/'),
    pipeline=_test_pipeline,
    test_mode=True,
)
_evaluators = [
    dict(
        type='CocoMetric',
        ann_file=f'{_root}/annotations/instances_val2017.json',
        metric='bbox',
    ),
    dict(type='DetectionRecallMetric', score_thr=0.3),
]

train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(
        type='CocoDataset',
        data_root=_root,
        ann_file='annotations/instances_train2017.json',
        data_prefix=dict(img='train2017/'),
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='LoadAnnotations', with_bbox=True),
            dict(type='Resize', scale=(1333, 800), keep_ratio=True),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackDetInputs'),
        ],
    ),
)
val_dataloader = dict(
    **_loader, sampler=dict(type='DefaultSampler', shuffle=False), dataset=_val
)
# The annotations of COCO's test split are not published.
test_dataloader = dict(
    **_loader, sampler=dict(type='DefaultSampler', shuffle=False), dataset=_val
)

val_evaluator = _evaluators
test_evaluator = _evaluators

prepare = (
    'unpack train2017.zip, val2017.zip and annotations_trainval2017.zip of '
    'https://cocodataset.org into data/coco'
)

del _root, _loader, _meta_keys, _test_pipeline, _val, _evaluators
