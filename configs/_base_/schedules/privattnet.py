"""Schedule of AMNet, on which PrivAttNet builds, and its sample schedule."""

optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-6)
)
param_scheduler = []
train_cfg = dict(by_epoch=True, max_epochs=55, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# `--sample`: drawn pictures, trained from scratch in minutes on two CPU cores. The
# encoder has no ImageNet weights then, so it is trained too.
sample = dict(
    data=dict(
        format='vispr',
        root='data/sample/vispr',
        num=dict(train=2000, val=200, test=400),
        seed=0,
    ),
    cfg_options={
        'train_cfg.max_epochs': 12,
        'default_hooks.checkpoint.interval': 2,
        'train_dataloader.batch_size': 32,
        'val_dataloader.batch_size': 50,
        'test_dataloader.batch_size': 50,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline': [
            dict(type='LoadPhoto', min_side=144),
            dict(type='Resize', scale=(72, 72), backend='pillow'),
            dict(type='RandomCrop', crop_size=64),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackInputs', algorithm_keys=('gt_privacy_score',)),
        ],
        'val_dataloader.dataset.pipeline.0.min_side': 128,
        'test_dataloader.dataset.pipeline.0.min_side': 128,
        'val_dataloader.dataset.pipeline.1.scale': (64, 64),
        'test_dataloader.dataset.pipeline.1.scale': (64, 64),
        'model.backbone.frozen_stages': -1,
        'optim_wrapper.optimizer': dict(
            _delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05
        ),
        'param_scheduler': [
            dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
            dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
        ],
    },
)
