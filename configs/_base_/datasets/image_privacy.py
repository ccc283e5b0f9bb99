"""Image Privacy, partition 1: private / public photos at 448 x 448, no augmentation."""

_root = 'data/image_privacy'
_loader = dict(
    batch_size=16,
    num_workers=4,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
)
_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='Resize', scale=(448, 448), backend='pillow'),
    dict(type='PackInputs'),
]

data_preprocessor = dict(
    num_classes=2,
    mean=[123.675, 116.28, 103.53],  # ImageNet, RGB
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)

train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='ImagePrivacyDataset',
        data_root=_root,
        ann_file='exp/partition1/train.csv',
        pipeline=_pipeline,
    ),
)
val_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ImagePrivacyDataset',
        data_root=_root,
        ann_file='exp/partition1/val.csv',
        pipeline=_pipeline,
        test_mode=True,
    ),
)
test_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ImagePrivacyDataset',
        data_root=_root,
        ann_file='exp/partition1/test.csv',
        pipeline=_pipeline,
        test_mode=True,
    ),
)

val_evaluator = dict(type='PrivacyClassificationMetric')
test_evaluator = dict(type='PrivacyClassificationMetric')

del _root, _loader, _pipeline  # overriding them would change nothing
