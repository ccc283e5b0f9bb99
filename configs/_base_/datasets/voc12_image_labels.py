"""VOC 2012 with image-level labels and masks of people, at 448 px."""

_root = 'data/VOCdevkit'
_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='Resize', scale=(1344, 448), keep_ratio=True),
    dict(type='LoadAnnotations'),
    dict(type='PackPrivSegInputs'),
]

train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='ImageLevelSegDataset',
        data_root=_root,
        ann_file='VOC2012/ImageSets/ImageLevel/train_aug.txt',
        data_prefix=dict(img_path='VOC2012/JPEGImages'),
        masks=('human',),
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='LoadPrivMasks', names=('human',)),
            dict(type='Resize', scale=(2048, 512), keep_ratio=True),
            dict(type='RandomCrop', crop_size=(448, 448)),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PhotoMetricDistortion'),
            dict(type='PackPrivSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,  # photos have different sizes
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='ImageLevelSegDataset',
        data_root=_root,
        ann_file='VOC2012/ImageSets/ImageLevel/val.txt',
        data_prefix=dict(
            img_path='VOC2012/JPEGImages', seg_map_path='VOC2012/SegmentationClass'
        ),
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
# The truth of the test split is kept by a server: what can be measured is val.
test_dataloader = val_dataloader

val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator

prepare = 'python tools/prepare_data.py image-labels --voc data/VOCdevkit/VOC2012'

del _root, _test_pipeline  # overriding them would change nothing
