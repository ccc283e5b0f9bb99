"""DRAG with ResNet-101, the authors' depth.

Task: binary image classification, 0 = private, 1 = public.
Aims at: 87 % accuracy (abstract).
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_r101.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(
    backbone=dict(depth=101, init_cfg=dict(checkpoint='torchvision://resnet101'))
)
