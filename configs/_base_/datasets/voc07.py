"""VOC 2007 with the labels of a detector of COCO's 80 classes.

The paper evaluates a COCO detector (K = 80) on VOC. These are the 80 classes in COCO's
order, 20 of them spelled as in VOC: ground truth and detections have the same labels.
"""

_root = 'data/VOCdevkit'
_classes = (
    'person', 'bicycle', 'car', 'motorbike', 'aeroplane', 'bus', 'train', 'truck',
    'boat', 'traffic light', 'fire hydrant', 'stop sign', 'parking meter', 'bench',
    'bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra',
    'giraffe', 'backpack', 'umbrella', 'handbag', 'tie', 'suitcase', 'frisbee', 'skis',
    'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove', 'skateboard',
    'surfboard', 'tennis racket', 'bottle', 'wine glass', 'cup', 'fork', 'knife',
    'spoon', 'bowl', 'banana', 'apple', 'sandwich', 'orange', 'broccoli', 'carrot',
    'hot dog', 'pizza', 'donut', 'cake', 'chair', 'sofa', 'pottedplant', 'bed',
    'diningtable', 'toilet', 'tvmonitor', 'laptop', 'mouse', 'remote', 'keyboard',
    'cell phone', 'microwave', 'oven', 'toaster', 'sink', 'refrigerator', 'book',
    'clock', 'vase', 'scissors', 'teddy bear', 'hair drier', 'toothbrush',
)  # fmt: skip
_loader = dict(batch_size=2, num_workers=2, persistent_workers=True)
_dataset = dict(
    type='VOCDataset',
    data_root=_root,
    data_prefix=dict(sub_data_root='VOC2007/'),
    metainfo=dict(classes=_classes),
)
_meta_keys = ('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor')
_test = dict(
    **_dataset,
    ann_file='VOC2007/ImageSets/Main/test.txt',
    pipeline=[
        dict(type='LoadPhoto'),
        dict(type='Resize', scale=(1000, 600), keep_ratio=True),
        # Behind Resize: ground truth is compared in the coordinates of the file.
        dict(type='LoadAnnotations', with_bbox=True),
        dict(type='PackDetInputs', meta_keys=_meta_keys),
    ],
    test_mode=True,
)

train_dataloader = dict(
    **_loader,
    sampler=dict(type='DefaultSampler', shuffle=True),
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(
        **_dataset,
        ann_file='VOC2007/ImageSets/Main/trainval.txt',
        filter_cfg=dict(filter_empty_gt=True, min_size=32),
        pipeline=[
            dict(type='LoadPhoto'),
            dict(type='LoadAnnotations', with_bbox=True),
            dict(type='Resize', scale=(1000, 600), keep_ratio=True),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackDetInputs'),
        ],
    ),
)
val_dataloader = dict(
    **_loader, sampler=dict(type='DefaultSampler', shuffle=False), dataset=_test
)
test_dataloader = dict(
    **_loader, sampler=dict(type='DefaultSampler', shuffle=False), dataset=_test
)

# VOCMetric knows 20 names and cannot print a table of 80.
val_evaluator = [dict(type='DetectionRecallMetric', score_thr=0.3)]
test_evaluator = [dict(type='DetectionRecallMetric', score_thr=0.3)]

prepare = (
    'unpack VOCtrainval_06-Nov-2007.tar and VOCtest_06-Nov-2007.tar of '
    'http://host.robots.ox.ac.uk/pascal/VOC/voc2007 in data'
)

del _root, _classes, _loader, _dataset, _meta_keys, _test
