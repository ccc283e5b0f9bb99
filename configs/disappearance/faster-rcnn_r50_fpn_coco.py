"""Faster R-CNN with ResNet-50 and FPN on COCO: the detector to hide from.

Task: detection of COCO's 80 classes, with the weights of mmdet's model zoo.
Aims at: 37.4 % box AP on COCO val2017 (model zoo). The paper's detector is Faster R-CNN
    with Inception v2, for which mmdet has no weights.
Data: COCO 2017 (118,287 / 5,000 photos).
Test: python tools/test.py \
    configs/disappearance/faster-rcnn_r50_fpn_coco.py
Train: python tools/train.py \
    configs/disappearance/faster-rcnn_r50_fpn_coco.py [--sample]
"""

_base_ = [
    '../_base_/models/faster-rcnn_r50_fpn.py',
    '../_base_/datasets/coco.py',
    '../_base_/schedules/detection_1x.py',
    '../_base_/mmdet_runtime.py',
]
custom_imports = dict(
    imports=['mmprivacy.datasets', 'mmprivacy.evaluation'], allow_failed_imports=False
)

load_from = (
    'https://download.openmmlab.com/mmdetection/v2.0/faster_rcnn/'
    'faster_rcnn_r50_fpn_1x_coco/faster_rcnn_r50_fpn_1x_coco_20200130-047c8118.pth'
)

# The same pictures as those of the small detectors.
sample = dict(
    data=dict(format='coco', root='data/sample/coco', num=dict(train=5200)),
    cfg_options={'train_cfg.max_epochs': 2},
)
