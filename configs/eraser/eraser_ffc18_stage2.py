"""ERASER, stage 2 alone: go on from stage 1 with the Difference Loss.

Task: replace what a mask covers by something different.
Aims at: Table 3 (PL-V 131.819, PL-R 55.937).
Data: Visual Redactions with its own masks.
Train: python tools/train.py configs/eraser/eraser_ffc18_stage2.py [--sample]

With --sample, name the checkpoint of stage 1: --cfg-options load_from=...
"""

_base_ = [
    '../_base_/models/eraser_ffc18.py',
    '../_base_/schedules/eraser.py',
    '../_base_/mmengine_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)

load_from = 'work_dirs/eraser/eraser_ffc18_stage1/epoch_40.pth'
train_dataloader = dict(_delete_=True, **_base_.private_dataloader)
custom_hooks = [
    dict(
        type='EraserStageHook',
        stages=[dict(name='difference', epochs=20, ramp_iters=1000)],
    )
]
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)),
    discriminator=dict(optimizer=dict(lr=1e-5)),
)
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=1)

sample = dict(
    cfg_options={
        'train_cfg.max_epochs': 4,
        'train_cfg.val_interval': 2,
        'custom_hooks.0.stages.0.epochs': 4,
        'custom_hooks.0.stages.0.ramp_iters': 60,
        # Drawn pictures have files of masks.
        'train_dataloader.dataset': dict(
            type='InpaintingDataset',
            ann_file='',
            data_prefix=dict(img_path='private_large', mask_path='masks/private_large'),
            pipeline=[
                dict(type='LoadPhoto'),
                dict(type='LoadRegionMask'),
                dict(type='ResizeWithMask', scale=(96, 96)),
                dict(type='FlipWithMask', prob=0.5),
                dict(type='PackInpaintingInputs'),
            ],
        ),
    },
)
