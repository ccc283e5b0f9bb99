"""PrivObfNet over ResNet-38 with ImageNet weights, for the 68 attributes of VISPR.

The weights are those of https://github.com/itijyou/ademxapp (Apache-2.0).
"""

model = dict(
    type='PrivObfNet',
    data_preprocessor=dict(
        type='PrivSegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],  # ImageNet, RGB
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        size_divisor=8,
    ),
    backbone=dict(
        type='ResNet38',
        frozen_stages=2,
        norm_eval=True,
        norm_requires_grad=False,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='data/pretrained/ilsvrc-cls_rna-a1_cls1000_ep-0001.params',
        ),
    ),
    cam_head=dict(type='CAMHead', in_channels=4096, num_classes=68),
    attr_head=dict(type='AttributePairHead', loss_weight=1.0),
    priv_head=dict(type='PrivacyScoreHead', num_scores=30, loss_weight=1.0),
    mask_types='vispr',
    loss_img=dict(type='LocalToGlobalLoss', loss_weight=10.0),  # Sec. 4.1
    loss_cr=dict(type='MultiLabelSoftMarginLoss', loss_weight=1.0),
    num_crops=6,  # Sec. 4.1, "patch size"
    crop_size=320,  # Sec. 4.1
    test_cfg=dict(scales=(0.5, 1.0, 1.5, 2.0), flip=True),
)
