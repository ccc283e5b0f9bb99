"""Attention (Image) + Priv + Attr: the map of the whole image, and both tasks.

Task: privacy scores, attributes, masks, by Model-Image without windows and masks.
Aims at: Pearson 0.85, Spearman 0.83 (Table 4, row 4).
Data: VISPR (10,000 / 4,167 / 8,000 photos).
Train: python tools/train.py \
    configs/privobfnet/privobfnet_r38d_image-priv-attr_vispr.py [--sample]
"""

_base_ = 'privobfnet_r38d_vispr.py'

# Eq. 2 has no target without Model-Cropped: the labels teach the map of Model-Image.
model = dict(
    image_only=True,
    loss_cls=dict(type='MultiLabelSoftMarginLoss'),
    test_cfg=dict(cams='logits'),
)
