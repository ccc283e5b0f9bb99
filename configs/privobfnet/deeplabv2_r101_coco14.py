"""DeepLabV2 with ResNet-101 on pseudo labels of COCO 2014: the second stage.

Task: semantic segmentation from image labels.
Aims at: mIoU 43.9 % on val (Table 5).
Data: COCO 2014, pseudo labels of privobfnet_r38d_coco14.py in PseudoLabels/.
Weights: ImageNet.
Train: python tools/train.py configs/privobfnet/deeplabv2_r101_coco14.py [--sample]
Test: python tools/test.py configs/privobfnet/deeplabv2_r101_coco14.py CHECKPOINT
"""

_base_ = [
    '../_base_/models/deeplabv2_r101.py',
    '../_base_/datasets/coco14_pseudo_labels.py',
    '../_base_/schedules/deeplabv2.py',
    '../_base_/mmseg_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privobfnet'], allow_failed_imports=False)

model = dict(decode_head=dict(num_classes=81))
# 50,000 steps of 20 photos, of 82,081.
train_cfg = dict(max_epochs=12)
default_hooks = dict(checkpoint=dict(save_best='mIoU'))

_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='Resize', scale=(96, 96)),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]
# `--sample`: small drawn pictures, the network of the first stage with the weights that
# it began with, and coarse stand-ins for pseudo labels. Those of the first stage:
# train_dataloader.dataset.data_prefix.
sample = dict(
    data=dict(
        format='coco-image-labels',
        root='data/sample/coco_image_labels',
        num=dict(train=1500, val=100, test=200),
        seed=0,
    ),
    encoder='{{ fileDirname }}/../sample/encoder_r50.py',
    cfg_options={
        'model.backbone': dict(
            _delete_=True,
            type='ResNet38',
            base_channels=8,
            depths=(1, 1, 1, 1),
            dilations=(1, 1, 1),
            frozen_stages=0,
            norm_eval=False,
            norm_requires_grad=True,
            dropout=(0.0, 0.1),
        ),
        'model.decode_head.in_channels': 512,
        'model.decode_head.dilations': (1, 2, 3, 4),
        'train_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/train.txt',
        'val_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/val.txt',
        'test_dataloader.dataset.ann_file': 'ImageSets/ImageLevel/test.txt',
        'train_dataloader.dataset.data_prefix.img_path': '',
        'train_dataloader.dataset.data_prefix.seg_map_path': 'PseudoLabels',
        'val_dataloader.dataset.data_prefix.img_path': '',
        'val_dataloader.dataset.data_prefix.seg_map_path': 'SegmentationClass',
        'test_dataloader.dataset.data_prefix.img_path': '',
        'test_dataloader.dataset.data_prefix.seg_map_path': 'SegmentationClass',
        'train_dataloader.batch_size': 16,
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'val_dataloader.batch_size': 16,
        'test_dataloader.batch_size': 16,
        'train_dataloader.dataset.pipeline.2': dict(
            _delete_=True, type='Resize', scale=(112, 112)
        ),
        'train_dataloader.dataset.pipeline.3.crop_size': (96, 96),
        'val_dataloader.dataset.pipeline': _test_pipeline,
        'test_dataloader.dataset.pipeline': _test_pipeline,
        'optim_wrapper.optimizer': dict(
            _delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05
        ),
        'optim_wrapper.accumulative_counts': 1,
        'optim_wrapper.paramwise_cfg': None,
        'train_cfg.max_epochs': 10,
    },
)
del _test_pipeline
