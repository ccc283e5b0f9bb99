"""DeepLabV2 with ResNet-101 on pseudo labels of VOC 2012: the second stage.

Task: semantic segmentation from image labels.
Aims at: mIoU 71.5 % on test (Table 5); L2G 72.1 % on val.
Data: VOC 2012, pseudo labels of privobfnet_r38d_voc12.py in PseudoLabels/.
Weights: ImageNet. L2G starts from weights trained on pixel labels of COCO, which
leaks supervision; which ones PrivObfNet starts from it does not say.
Train: python tools/train.py configs/privobfnet/deeplabv2_r101_voc12.py [--sample]
Test: python tools/test.py configs/privobfnet/deeplabv2_r101_voc12.py CHECKPOINT
"""

_base_ = [
    '../_base_/models/deeplabv2_r101.py',
    '../_base_/datasets/voc12_pseudo_labels.py',
    '../_base_/schedules/deeplabv2.py',
    '../_base_/mmseg_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privobfnet'], allow_failed_imports=False)

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
        format='voc-image-labels',
        root='data/sample/voc_image_labels',
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
        'train_dataloader.dataset.ann_file': 'VOC2007/ImageSets/ImageLevel/train.txt',
        'val_dataloader.dataset.ann_file': 'VOC2007/ImageSets/ImageLevel/val.txt',
        'test_dataloader.dataset.ann_file': 'VOC2007/ImageSets/ImageLevel/test.txt',
        'train_dataloader.dataset.data_prefix.img_path': 'VOC2007/JPEGImages',
        'train_dataloader.dataset.data_prefix.seg_map_path': 'VOC2007/PseudoLabels',
        'val_dataloader.dataset.data_prefix.img_path': 'VOC2007/JPEGImages',
        'val_dataloader.dataset.data_prefix.seg_map_path': 'VOC2007/SegmentationClass',
        'test_dataloader.dataset.data_prefix.img_path': 'VOC2007/JPEGImages',
        'test_dataloader.dataset.data_prefix.seg_map_path': 'VOC2007/SegmentationClass',
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
