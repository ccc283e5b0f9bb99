"""VISPR: attributes and privacy scores of photos at 224 x 224; its sample runs."""

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

# `--sample`: drawn pictures and an encoder that knows drawn objects, minutes on two
# CPU cores.
sample = dict(
    data=dict(
        format='vispr',
        root='data/sample/vispr',
        num=dict(train=5000, val=200, test=400),
        seed=0,
    ),
    encoder='{{ fileDirname }}/../../sample/encoder_r50_48px.py',
    cfg_options={
        'train_cfg.max_epochs': 21,
        'train_dataloader.batch_size': 32,
        'val_dataloader.batch_size': 50,
        'test_dataloader.batch_size': 50,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline': [
            dict(type='LoadPhoto', min_side=112),
            dict(type='Resize', scale=(112, 112), backend='pillow'),
            dict(type='RandomResizedCrop', scale=96, crop_ratio_range=(0.75, 1.0)),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackInputs', algorithm_keys=('gt_privacy_score',)),
        ],
        'val_dataloader.dataset.pipeline.0.min_side': 96,
        'test_dataloader.dataset.pipeline.0.min_side': 96,
        'val_dataloader.dataset.pipeline.1.scale': (96, 96),
        'test_dataloader.dataset.pipeline.1.scale': (96, 96),
        'optim_wrapper.optimizer': dict(
            _delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05
        ),
        'param_scheduler': [
            dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
            dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
        ],
    },
)
