"""The same Faster R-CNN, trained on COCO, on VOC 2007: the paper's second data set.

Task: detection of COCO's 80 classes in photos of VOC, whose 20 are among them.
Aims at: no published number; the paper gives none of its detector.
Data: VOC 2007 (5,011 / 4,952 photos).
Test: python tools/test.py \
    configs/disappearance/faster-rcnn_r50_fpn_voc07.py
Train: python tools/train.py \
    configs/disappearance/faster-rcnn_r50_fpn_voc07.py [--sample]
"""

_base_ = [
    '../_base_/models/faster-rcnn_r50_fpn.py',
    '../_base_/datasets/voc07.py',
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

sample = dict(data=dict(format='voc', root='data/sample/voc'))
