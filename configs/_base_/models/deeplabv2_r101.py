"""DeepLabV2 over ResNet-101 at stride 8, on three scales, without CRF.

Settings of kazuto1011/deeplab-pytorch, whose results weakly supervised methods report.
"""

model = dict(
    type='MSCEncoderDecoder',
    scales=(0.5, 0.75),
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],  # ImageNet, RGB
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
        size_divisor=1,  # pad to the largest image of the batch
        test_cfg=dict(size_divisor=1),
    ),
    backbone=dict(
        type='ResNet',
        depth=101,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        style='caffe',
        contract_dilation=False,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101'),
    ),
    decode_head=dict(type='DeepLabV2Head', in_channels=2048, num_classes=21),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
