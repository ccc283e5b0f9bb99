"""PrivAttNet with ResNet-50 up to its third stage: a privacy score and its sources.

Task: regression of a privacy score, 0 (safe) to 5, with attention maps.
Aims at: L1 0.40, Pearson 0.87, Spearman 0.84 (poster, table of results).
Data: VISPR (10,000 / 4,167 / 8,000 photos), score = largest mean rating of 305 people.
Train: python tools/train.py configs/privattnet/privattnet_r50.py [--sample]
Test: python tools/test.py configs/privattnet/privattnet_r50.py CHECKPOINT [--sample]
"""

_base_ = [
    '../_base_/models/resnet50_to_stage3.py',
    '../_base_/datasets/vispr.py',
    '../_base_/schedules/privattnet.py',
    '../_base_/mmpretrain_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privattnet'], allow_failed_imports=False)

model = dict(head=dict(type='PrivAttNetHead', in_channels=1024, feat_size=(14, 14)))
default_hooks = dict(checkpoint=dict(save_best='score/spearman'))
custom_hooks = [
    dict(type='ScoreTargetHook'),
    dict(type='PrivacyScoreVisualizationHook'),
]

# Two stages of a ResNet-18: 12 x 12 cells, none of which sees all of a picture, so that
# attention has to be where the score comes from.
sample = dict(
    cfg_options={
        'train_cfg.max_epochs': 25,
        'model.backbone.depth': 18,
        'model.backbone.stem_channels': 32,
        'model.backbone.num_stages': 2,
        'model.backbone.strides': (1, 2),
        'model.backbone.dilations': (1, 1),
        'model.backbone.out_indices': (1,),
        'model.backbone.frozen_stages': 2,
        'model.head': dict(
            in_channels=128,
            feat_size=(12, 12),
            dims=256,
            state_dims=256,
            hidden_dims=256,
            in_dropout=0.1,
            dropout=0.0,
        ),
    }
)
