"""Schedule 1x of mmdet's model zoo, and its sample schedule."""

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.02, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, end=500),
    dict(type='MultiStepLR', milestones=[8, 11], gamma=0.1),
]
train_cfg = dict(by_epoch=True, max_epochs=12, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(enable=False, base_batch_size=16)

# `--sample`: drawn pictures, a first look at the large model on two CPU cores.
_scale = (240, 160)
_pipeline = 'dataloader.dataset.pipeline'
sample = dict(
    data=dict(num=dict(train=2000, val=200, test=400), seed=0),
    cfg_options={
        'train_cfg.max_epochs': 4,
        'model.backbone.frozen_stages': -1,
        'model.backbone.norm_eval': False,
        'train_dataloader.batch_size': 8,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        f'train_{_pipeline}.2.scale': _scale,
        f'val_{_pipeline}.1.scale': _scale,
        f'test_{_pipeline}.1.scale': _scale,
        'param_scheduler': [
            dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
            dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
        ],
    },
)

del _scale, _pipeline
