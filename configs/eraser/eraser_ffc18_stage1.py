"""ERASER, stage 1 alone: learn to fill masks on Places2.

Task: replace what a mask covers by something natural.
Aims at: Table 1 (PSNR 24.085, SSIM 0.845, which are those after both stages).
Data: Places2 with the masks of LaMa.
Train: python tools/train.py configs/eraser/eraser_ffc18_stage1.py [--sample]
"""

_base_ = [
    '../_base_/models/eraser_ffc18.py',
    '../_base_/schedules/eraser.py',
    '../_base_/mmengine_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)

custom_hooks = [dict(type='EraserStageHook', stages=[dict(name='quality', epochs=40)])]
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=1)

sample = dict(
    cfg_options={
        'train_cfg.max_epochs': 10,
        'train_cfg.val_interval': 2,
        'custom_hooks.0.stages.0.epochs': 10,
    },
)
