"""COCO 2014 with pseudo labels, at 321 px."""

_root = 'data/coco14'
_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='LoadAnnotations'),
    dict(type='PackSegInputs'),
]

train_dataloader = dict(
    batch_size=10,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='COCO14SegDataset',
        data_root=_root,
        ann_file='ImageSets/ImageLevel/train2014.txt',
        data_prefix=dict(img_path='', seg_map_path='PseudoLabels'),
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='LoadAnnotations'),
            dict(
                type='RandomResize',
                scale=(640, 640),
                ratio_range=(0.5, 1.5),
                keep_ratio=True,
            ),
            dict(type='RandomCrop', crop_size=(321, 321)),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackSegInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,  # photos have different sizes
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='COCO14SegDataset',
        data_root=_root,
        ann_file='ImageSets/ImageLevel/val2014.txt',
        data_prefix=dict(img_path='', seg_map_path='SegmentationClass'),
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
# The truth of the test split is kept by a server: what can be measured is val.
test_dataloader = val_dataloader

val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator

prepare = 'python tools/prepare_data.py image-labels --coco data/coco14'

del _root, _test_pipeline  # overriding them would change nothing
