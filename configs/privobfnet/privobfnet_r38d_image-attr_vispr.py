"""Attention (Image) + Attr: the map of the whole image, and the attribute task.

Task: privacy scores, attributes, masks, by Model-Image without windows and masks.
Aims at: Pearson 0.82, Spearman 0.80 (Table 4, row 3).
Data: VISPR (10,000 / 4,167 / 8,000 photos).
Train: python tools/train.py \
    configs/privobfnet/privobfnet_r38d_image-attr_vispr.py [--sample]
"""

_base_ = 'privobfnet_r38d_vispr.py'

# Eq. 2 has no target without Model-Cropped: the labels teach the map of Model-Image.
# The score follows from the attributes: the paper does not say how this row got one.
model = dict(
    image_only=True,
    loss_cls=dict(type='MultiLabelSoftMarginLoss'),
    test_cfg=dict(cams='logits'),
    priv_head=dict(_delete_=True, type='AttributeScoreHead'),
)
sample = dict(
    cfg_options={'model.priv_head': dict(_delete_=True, type='AttributeScoreHead')}
)
