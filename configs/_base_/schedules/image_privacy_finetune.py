"""Fine-tuning of an ImageNet backbone on Image Privacy, and its sample schedule."""

optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=1e-4, momentum=0.9)
)
# The authors' notebook watches the accuracy with a rule that lowers the rate when the
# accuracy rises; this is the rule that was meant.
param_scheduler = [
    dict(
        type='ReduceOnPlateauLR',
        monitor='privacy/accuracy',
        rule='greater',
        factor=0.1,
        patience=1,
    )
]
train_cfg = dict(by_epoch=True, max_epochs=50, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# `--sample`: drawn pictures, trained from scratch in minutes on two CPU cores. Small
# pictures, Adam and the usual augmentation stand in for the missing pretraining.
sample = dict(
    data=dict(
        format='image-privacy',
        root='data/sample/image_privacy',
        num=dict(train=2000, val=200, test=400),
        seed=0,
    ),
    cfg_options={
        'train_cfg.max_epochs': 11,
        'default_hooks.checkpoint.interval': 2,
        'train_dataloader.batch_size': 64,
        'val_dataloader.batch_size': 50,
        'test_dataloader.batch_size': 50,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline': [
            dict(type='LoadPhoto', min_side=108),
            dict(type='Resize', scale=(54, 54), backend='pillow'),
            dict(type='RandomCrop', crop_size=48),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackInputs'),
        ],
        'val_dataloader.dataset.pipeline.0.min_side': 96,
        'test_dataloader.dataset.pipeline.0.min_side': 96,
        'val_dataloader.dataset.pipeline.1.scale': (48, 48),
        'test_dataloader.dataset.pipeline.1.scale': (48, 48),
        'optim_wrapper.optimizer': dict(
            _delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05
        ),
        'param_scheduler': [
            dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
            dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
        ],
    },
)
