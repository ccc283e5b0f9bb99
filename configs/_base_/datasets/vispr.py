"""VISPR: attributes and privacy scores of photos at 224 x 224."""

_root = 'data/vispr'
_loader = dict(
    batch_size=222,
    num_workers=4,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
)
_pack = dict(type='PackInputs', algorithm_keys=('gt_privacy_score',))
_test_pipeline = [
    dict(type='LoadPhoto', min_side=448),
    dict(type='Resize', scale=(224, 224), backend='pillow'),
    _pack,
]

data_preprocessor = dict(
    num_classes=68,
    mean=[123.675, 116.28, 103.53],  # ImageNet, RGB
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)

train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VISPRDataset',
        data_root=_root,
        ann_file='train2017.txt',
        pipeline=[
            dict(type='LoadPhoto', min_side=528),
            dict(type='Resize', scale=(264, 264), backend='pillow'),
            dict(type='RandomResizedCrop', scale=224),
            dict(type='RandomFlip', prob=0.5),
            _pack,
        ],
    ),
)
val_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VISPRDataset',
        data_root=_root,
        ann_file='val2017.txt',
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VISPRDataset',
        data_root=_root,
        ann_file='test2017.txt',
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)

val_evaluator = dict(type='PrivacyScoreMetric')
test_evaluator = dict(type='PrivacyScoreMetric')

del _root, _loader, _pack, _test_pipeline  # overriding them would change nothing
