"""PrivObfNet with ResNet-38 on COCO 2014: masks of 80 classes from image labels.

Task: class activation maps, and from them pseudo labels for deeplabv2_r101_coco14.py.
Aims at: mIoU 43.9 % on val after the second stage (Table 5).
Data: COCO 2014, image-level labels and masks of people (the paper: "S").
Train: python tools/train.py configs/privobfnet/privobfnet_r38d_coco14.py [--sample]
Then: python tools/pseudo_labels.py <this file> CHECKPOINT --out DIR [--sample]
"""

_base_ = [
    '../_base_/models/privobfnet_r38d.py',
    '../_base_/datasets/coco14_image_labels.py',
    '../_base_/schedules/privobfnet.py',
    '../_base_/mmseg_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privobfnet'], allow_failed_imports=False)

model = dict(
    cam_head=dict(num_classes=80),
    attr_head=dict(num_classes=80),
    priv_head=None,  # there are no privacy scores (Sec. 3.4)
    mask_types=('human',) + ('none',) * 79,
    test_cfg=dict(mask_size='original'),
)
default_hooks = dict(checkpoint=dict(save_best='mIoU'))

# `--sample`: small drawn pictures, an eighth of the width, and weights of drawn objects
# in place of those of ImageNet.
sample = dict(
    data=dict(
        format='coco-image-labels',
        root='data/sample/coco_image_labels',
        num=dict(train=1500, val=100, test=200),
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
        'model.attr_head.in_channels': 512,
        'model.crop_size': 64,
        'model.num_crops': 4,
        'train_cfg.max_epochs': 5,
        'model.test_cfg.scales': (1.0,),
        'train_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/train.txt',
        'val_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/val.txt',
        'test_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/test.txt',
        'train_dataloader.dataset.data_prefix.img_path': '',
        'val_dataloader.dataset.data_prefix.img_path': '',
        'val_dataloader.dataset.data_prefix.seg_map_path': 'SegmentationClass',
        'test_dataloader.dataset.data_prefix.img_path': '',
        'test_dataloader.dataset.data_prefix.seg_map_path': 'SegmentationClass',
        'train_dataloader.batch_size': 16,
        'val_dataloader.batch_size': 50,
        'test_dataloader.batch_size': 50,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline.2': dict(
            _delete_=True, type='Resize', scale=(112, 112)
        ),
        'train_dataloader.dataset.pipeline.3.crop_size': (96, 96),
        'val_dataloader.dataset.pipeline.1': dict(
            _delete_=True, type='Resize', scale=(96, 96)
        ),
        'test_dataloader.dataset.pipeline.1': dict(
            _delete_=True, type='Resize', scale=(96, 96)
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
