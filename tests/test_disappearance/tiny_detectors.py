"""Small detectors and the pictures they learn, for tests."""

import copy

import cv2
import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import ConfigDict
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData

CLASSES = ('ball', 'box', 'bar', 'cross', 'ring', 'wedge')
PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(96, 96), keep_ratio=True),
    dict(type='LoadAnnotations', with_bbox=True),
    dict(type='PackDetInputs'),
]
_PREPROCESSOR = dict(
    type='DetDataPreprocessor',
    mean=[120.0] * 3,
    std=[60.0] * 3,
    bgr_to_rgb=True,
    pad_size_divisor=32,
)
_BACKBONE = dict(
    type='ResNet',
    depth=18,
    base_channels=16,
    stem_channels=16,
    out_indices=(1, 2, 3),
    norm_cfg=dict(type='BN', requires_grad=True),
    norm_eval=False,
)
_NECK = dict(type='FPN', in_channels=[32, 64, 128], out_channels=32, num_outs=3)
_ANCHORS = dict(
    type='AnchorGenerator', scales=[3], ratios=[0.5, 1.0, 2.0], strides=[8, 16, 32]
)
_CODER = dict(type='DeltaXYWHBBoxCoder', target_stds=[0.1, 0.1, 0.2, 0.2])
_NMS = dict(type='nms', iou_threshold=0.5)


def _assigner(high, low, allow=True):
    return dict(
        type='MaxIoUAssigner',
        pos_iou_thr=high,
        neg_iou_thr=low,
        min_pos_iou=low,
        match_low_quality=allow,
        ignore_iof_thr=-1,
    )


def _sampler(num, add_gt=True):
    return dict(
        type='RandomSampler', num=num, pos_fraction=0.5, neg_pos_ub=-1,
        add_gt_as_proposals=add_gt,
    )  # fmt: skip


def _box_head(num_classes):
    return dict(
        type='Shared2FCBBoxHead',
        in_channels=32,
        fc_out_channels=64,
        roi_feat_size=5,
        num_classes=num_classes,
        bbox_coder=_CODER,
        loss_cls=dict(type='CrossEntropyLoss'),
        loss_bbox=dict(type='L1Loss'),
    )


def faster_rcnn(num_classes=6):
    """Config of a Faster R-CNN."""
    extractor = dict(
        type='SingleRoIExtractor',
        roi_layer=dict(type='RoIAlign', output_size=5, sampling_ratio=1),
        out_channels=32,
        featmap_strides=[8, 16],
    )
    rcnn = dict(assigner=_assigner(0.5, 0.5, False), sampler=_sampler(64))
    rcnn.update(pos_weight=-1, debug=False)
    rpn = dict(assigner=_assigner(0.6, 0.3), sampler=_sampler(64, False))
    rpn.update(allowed_border=-1, pos_weight=-1, debug=False)
    proposal = dict(nms_pre=200, max_per_img=60, min_bbox_size=0)
    proposal['nms'] = dict(type='nms', iou_threshold=0.7)
    return dict(
        type='FasterRCNN',
        data_preprocessor=_PREPROCESSOR,
        backbone=_BACKBONE,
        neck=_NECK,
        rpn_head=dict(
            type='RPNHead',
            in_channels=32,
            feat_channels=32,
            anchor_generator=_ANCHORS,
            bbox_coder=dict(type='DeltaXYWHBBoxCoder'),
            loss_cls=dict(type='CrossEntropyLoss', use_sigmoid=True),
            loss_bbox=dict(type='L1Loss'),
        ),
        roi_head=dict(
            type='StandardRoIHead',
            bbox_roi_extractor=extractor,
            bbox_head=_box_head(num_classes),
        ),
        train_cfg=dict(rpn=rpn, rpn_proposal=proposal, rcnn=rcnn),
        test_cfg=dict(
            rpn=proposal, rcnn=dict(score_thr=0.05, nms=_NMS, max_per_img=50)
        ),
    )


def cascade_rcnn(num_classes=6):
    """Config of a Cascade R-CNN of two stages."""
    cfg = copy.deepcopy(faster_rcnn(num_classes))
    cfg['type'] = 'CascadeRCNN'
    head = cfg['roi_head']
    head.update(type='CascadeRoIHead', num_stages=2, stage_loss_weights=[1, 0.5])
    head['bbox_head'] = [dict(head['bbox_head'], reg_class_agnostic=True)] * 2
    cfg['train_cfg']['rcnn'] = [cfg['train_cfg']['rcnn']] * 2
    return cfg


def retinanet(num_classes=6):
    """Config of a RetinaNet."""
    return dict(
        type='RetinaNet',
        data_preprocessor=_PREPROCESSOR,
        backbone=_BACKBONE,
        neck=_NECK,
        bbox_head=dict(
            type='RetinaHead',
            num_classes=num_classes,
            in_channels=32,
            feat_channels=32,
            stacked_convs=1,
            anchor_generator=_ANCHORS,
            bbox_coder=dict(type='DeltaXYWHBBoxCoder'),
            loss_cls=dict(type='FocalLoss', use_sigmoid=True),
            loss_bbox=dict(type='L1Loss'),
        ),
        train_cfg=dict(assigner=_assigner(0.5, 0.4), allowed_border=-1, pos_weight=-1),
        test_cfg=dict(nms_pre=300, min_bbox_size=0, score_thr=0.05, nms=_NMS,
                      max_per_img=50),
    )  # fmt: skip


def build(cfg, seed=0):
    """Build an untrained detector, the same at each call."""
    torch.manual_seed(seed)
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(ConfigDict(copy.deepcopy(cfg)))
        model.init_weights()
    model.eval()
    return model


def draw(number, size=(96, 96)):
    """Draw a picture of two shapes: BGR uint8, boxes (2, 4), labels (2,)."""
    rng = np.random.default_rng(100 + number)
    height, width = size
    noise = rng.normal(0, 12, (height // 4 + 1, width // 4 + 1, 3)).astype(np.float32)
    canvas = cv2.resize(noise, (width, height)) + rng.integers(60, 190, 3)
    canvas = np.clip(canvas, 0, 255).astype(np.uint8)
    boxes, labels = [], []
    for half in range(2):
        label = int(rng.integers(len(CLASSES)))
        side = int(rng.integers(26, 36))
        left = int(rng.integers(3, width // 2 - side - 3)) + half * (width // 2)
        top = int(rng.integers(4, height - side - 4))
        colour = [int(c) for c in rng.permutation([250, 20, int(rng.integers(256))])]
        _shape(canvas, label, (left, top), side, colour)
        boxes.append([left, top, left + side, top + side])
        labels.append(label)
    return canvas, np.array(boxes, np.float32), np.array(labels)


def _shape(canvas, label, corner, side, colour):
    x, y, r = corner[0], corner[1], side // 2
    third = side // 3
    if label in (0, 4):
        width = -1 if label == 0 else side // 6
        cv2.circle(canvas, (x + r, y + r), r - (label == 4) * side // 12, colour, width)
    elif label == 1:
        cv2.rectangle(canvas, (x, y), (x + side, y + side), colour, -1)
    elif label == 2:
        cv2.rectangle(canvas, (x, y + third), (x + side, y + 2 * third), colour, -1)
    elif label == 3:
        cv2.rectangle(canvas, (x, y + third), (x + side, y + 2 * third), colour, -1)
        cv2.rectangle(canvas, (x + third, y), (x + 2 * third, y + side), colour, -1)
    else:
        points = np.array([[x, y + side], [x + side, y + side], [x + r, y]])
        cv2.fillPoly(canvas, [points], colour)


def fit(model, pictures, iters, lr=2e-3, batch=4, seed=0):
    """Teach a detector a few pictures by heart."""
    torch.manual_seed(seed)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, iters)
    for step in range(iters):
        chosen = [pictures[(step * batch + n) % len(pictures)] for n in range(batch)]
        inputs, samples = [], []
        for image, boxes, labels in chosen:
            sample = DetDataSample(
                metainfo=dict(img_shape=image.shape[:2], ori_shape=image.shape[:2],
                              scale_factor=(1.0, 1.0))
            )  # fmt: skip
            sample.gt_instances = InstanceData(
                bboxes=torch.from_numpy(boxes), labels=torch.from_numpy(labels)
            )
            inputs.append(torch.from_numpy(image.transpose(2, 0, 1).copy()))
            samples.append(sample)
        data = model.data_preprocessor(dict(inputs=inputs, data_samples=samples), True)
        losses = model(**data, mode='loss')
        loss, _ = model.parse_losses(losses)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimizer.step()
        scheduler.step()
    model.eval()
    return loss.item()
