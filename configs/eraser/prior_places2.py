"""The Prior Transformer of ERASER, trained as a masked language model.

Task: guess the colours of hidden cells of a 32 x 32 picture.
Aims at: the priors of Figure 3; the paper borrows the weights of Wan et al. 2021 (ICT).
Data: Places2 with the masks of LaMa.
Train: python tools/train.py configs/eraser/prior_places2.py [--sample]
Test: python tools/test.py configs/eraser/prior_places2.py CHECKPOINT [--sample]
"""

_base_ = ['../_base_/datasets/places2.py', '../_base_/mmengine_runtime.py']
custom_imports = dict(imports=['mmprivacy.eraser'], allow_failed_imports=False)

model = dict(
    type='ImagePrior',
    num_colors=512,  # "Architecture"
    side=32,  # "Architecture"
    channels=512,  # as depth and heads: public ICT weights for Places2
    depth=35,
    num_heads=8,
)
custom_hooks = [dict(type='PaletteHook', num_images=2000)]

# Public configuration of ICT; its epochs are not known.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-4, betas=(0.9, 0.95), weight_decay=0.0),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, end=1, convert_to_iter_based=True),
    dict(
        type='CosineAnnealingLR',
        begin=1,
        eta_min_ratio=0.1,
        convert_to_iter_based=True,
    ),
]
train_cfg = dict(by_epoch=True, max_epochs=20, val_interval=1)
val_cfg = dict()
test_cfg = dict()

sample = dict(
    cfg_options={
        'model.num_colors': 128,
        'model.side': 16,
        'model.channels': 96,
        'model.depth': 3,
        'model.num_heads': 4,
        'custom_hooks.0.num_images': 400,
        'optim_wrapper.optimizer.lr': 2e-3,
        'train_dataloader.batch_size': 32,
        'val_dataloader.batch_size': 25,
        'test_dataloader.batch_size': 25,
        'train_cfg.max_epochs': 8,
        'train_cfg.val_interval': 4,
        'default_hooks.checkpoint.save_best': 'inpainting/clean_region_psnr',
    },
)
