"""DRAG with ResNet-18: a small one to experiment with.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no published number.
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_r18.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(
    backbone=dict(depth=18, init_cfg=dict(checkpoint='torchvision://resnet18')),
    head=dict(in_channels=512),
)
