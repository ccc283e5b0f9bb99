"""ERASER with 18 FFC residual blocks: both stages in one run.

Task: replace what a mask covers by something natural and different.
Aims at: Table 2 (SSIM 0.862, PSNR 25.592) and Table 3 on Visual Redactions.
Data: Places2 with the masks of LaMa, then Visual Redactions with its own masks.
Train: python tools/train.py configs/eraser/eraser_ffc18.py [--sample]
Test: python tools/test.py configs/eraser/eraser_ffc18.py CHECKPOINT [--sample]

Needs a prior (prior_places2.py, or ICT's), VGG19 and the ADE20k encoder: see
docs/eraser.md. To begin with LaMa: --cfg-options load_from=weights/big-lama.pth
"""

_base_ = [
    '../_base_/models/eraser_ffc18.py',
    '../_base_/schedules/eraser.py',
    '../_base_/mmengine_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)

# Neither rates nor epochs of the two stages are in the paper; 40 epochs are LaMa's.
custom_hooks = [
    dict(
        type='EraserStageHook',
        stages=[
            dict(name='quality', epochs=40),
            dict(
                name='difference',
                epochs=20,
                train_dataloader=_base_.private_dataloader,
                ramp_iters=1000,
            ),
        ],
    ),
]
param_scheduler = [dict(type='MultiStepLR', milestones=[40], gamma=0.1)]
train_cfg = dict(by_epoch=True, max_epochs=60, val_interval=1)

sample = dict(
    cfg_options={
        'train_cfg.max_epochs': 16,
        'train_cfg.val_interval': 2,
        'param_scheduler.0.milestones': [8, 12],  # a short run has to settle
        'param_scheduler.0.gamma': 0.25,
        'custom_hooks.0.stages.0.epochs': 14,
        'custom_hooks.0.stages.1.epochs': 2,
        'custom_hooks.0.stages.1.ramp_iters': 60,
        # Drawn pictures have files of masks.
        'custom_hooks.0.stages.1.train_dataloader': dict(
            num_workers=1,
            batch_size=8,
            dataset=dict(
                type='InpaintingDataset',
                ann_file='',
                data_prefix=dict(
                    img_path='private_large', mask_path='masks/private_large'
                ),
                pipeline=[
                    dict(type='LoadPhoto'),
                    dict(type='LoadRegionMask'),
                    dict(type='ResizeWithMask', scale=(96, 96)),
                    dict(type='FlipWithMask', prob=0.5),
                    dict(type='PackInpaintingInputs'),
                ],
            ),
        ),
    },
)
