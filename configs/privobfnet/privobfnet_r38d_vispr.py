"""PrivObfNet with ResNet-38 on VISPR: score, 68 attributes, a mask of each.

Task: privacy scores of 30 user profiles (0 to 1), attributes, masks from image labels.
Aims at: L1 0.09, Pearson 0.88, Spearman 0.86 (Table 2); accuracy 92.8 % of the 26
attributes with more than 300 training photos (Table 3).
Data: VISPR (10,000 / 4,167 / 8,000 photos), masks of people and text for training.
Train: python tools/train.py configs/privobfnet/privobfnet_r38d_vispr.py [--sample]
Test: python tools/test.py configs/privobfnet/privobfnet_r38d_vispr.py CHECKPOINT
"""

_base_ = [
    '../_base_/models/privobfnet_r38d.py',
    '../_base_/datasets/vispr_masks.py',
    '../_base_/schedules/privobfnet.py',
    '../_base_/mmseg_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privobfnet'], allow_failed_imports=False)
# Several attributes are on the same pixels: they share them. Scores and attributes come
# from one scale; masks are better with four.
model = dict(
    target_assign='share',
    test_cfg=dict(scales=(1.0,), cams='balanced', label_source='soft'),
)
custom_hooks = [dict(type='AttributeMaskVisualizationHook')]

# `--sample`: small drawn pictures, an eighth of the width, and weights of drawn objects
# in place of those of ImageNet.
sample = dict(
    data=dict(
        format='visual-redactions',
        root='data/sample/visual_redactions',
        num=dict(train=4000, val=150, test=400),
        seed=0,
    ),
    encoder='{{ fileDirname }}/../sample/encoder_r50.py',
    cfg_options={
        'model.backbone.base_channels': 8,
        'model.backbone.depths': (1, 1, 1, 1),
        'model.backbone.dilations': (1, 1, 1),  # on 12 x 12 cells
        'model.backbone.frozen_stages': 0,
        'model.backbone.norm_eval': False,
        'model.backbone.norm_requires_grad': True,
        'model.backbone.dropout': (0.0, 0.1),
        'model.cam_head.in_channels': 512,
        'model.priv_head': dict(activation='relu', inputs='both'),
        'model.crop_size': 80,
        'model.num_crops': 3,
        'model.crop_policy': 'random',
        'model.loss_img.loss_weight': 50.0,  # a mean over 69 maps
        'model.min_mask_area': 0.002,
        # Every other drawn wheelchair is empty: masks of people are elsewhere.
        'model.mask_types': dict(a39_disability_physical='none'),
        'model.target_norm': 'image',
        'train_cfg.max_epochs': 11,
        'train_cfg.val_interval': 3,
        'train_dataloader.batch_size': 16,
        'val_dataloader.batch_size': 50,
        'test_dataloader.batch_size': 50,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline.0.min_side': 112,
        'train_dataloader.dataset.pipeline.2': dict(
            type='Resize', scale=(112, 112), keep_ratio=False
        ),
        'train_dataloader.dataset.pipeline.3.crop_size': (96, 96),
        'val_dataloader.dataset.pipeline.0.min_side': 96,
        'test_dataloader.dataset.pipeline.0.min_side': 96,
        'val_dataloader.dataset.pipeline.1': dict(
            type='Resize', scale=(96, 96), keep_ratio=False
        ),
        'test_dataloader.dataset.pipeline.1': dict(
            type='Resize', scale=(96, 96), keep_ratio=False
        ),
        'optim_wrapper.optimizer': dict(
            _delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05
        ),
        'optim_wrapper.paramwise_cfg': None,
        'param_scheduler': [
            dict(type='LinearLR', start_factor=0.1, end=1, convert_to_iter_based=True),
            dict(type='CosineAnnealingLR', begin=1, convert_to_iter_based=True),
        ],
    },
)
