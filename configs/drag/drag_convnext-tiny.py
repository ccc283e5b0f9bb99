"""DRAG with ConvNeXt-Tiny: only the backbone and its channels differ from drag_r50.py.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no published number.
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_convnext-tiny.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='ConvNeXt',
        arch='tiny',
        out_indices=(3,),
        gap_before_final_norm=False,  # a map, not its mean
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/convnext/'
            'convnext-tiny_32xb128_in1k_20221207-998cf3e9.pth',
            prefix='backbone.',
        ),
    ),
    head=dict(in_channels=768),
)
