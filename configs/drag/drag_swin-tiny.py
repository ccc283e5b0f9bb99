"""DRAG with Swin-T: only the backbone and its channels differ from drag_r50.py.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no published number.
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_swin-tiny.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='SwinTransformer',
        arch='tiny',
        drop_path_rate=0.2,
        out_indices=(3,),
        pad_small_map=True,  # a last map smaller than the window of 7 x 7
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'swin-transformer/swin_tiny_224_b16x64_300e_imagenet_20210616_090925-'
            '66df6be6.pth',
            prefix='backbone.',
        ),
    ),
    head=dict(in_channels=768),
)
