"""Drawn close views, one element each, at 64 x 64: what an encoder learns from."""

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
del _root, _loader, _test_pipeline  # overriding them would change nothing

sample = dict(
    data=dict(
        format='objects',
        root='data/sample/objects',
        num=dict(train=6000, val=450, test=450),
        seed=0,
    ),
)
