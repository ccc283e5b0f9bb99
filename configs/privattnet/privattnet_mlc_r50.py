"""PrivAttNet_MLC: recurrent attention finds 68 attributes, which give the score.

Task: multi-label classification; score = largest probability x preference.
Aims at: L1 0.44, Pearson 0.83, Spearman 0.76 (poster, table of results).
Data: VISPR (10,000 / 4,167 / 8,000 photos).
Train: python tools/train.py configs/privattnet/privattnet_mlc_r50.py [--sample]
"""

_base_ = [
    '../_base_/models/resnet50_to_stage3.py',
    '../_base_/datasets/vispr.py',
    '../_base_/schedules/privattnet.py',
    '../_base_/mmpretrain_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privattnet'], allow_failed_imports=False)

model = dict(
    head=dict(
        type='AttributeRiskHead',
        in_channels=1024,
        attention=dict(feat_size=(14, 14)),
    )
)
val_evaluator = [dict(type='PrivacyScoreMetric'), dict(type='AttributeMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='score/spearman'))
custom_hooks = [
    dict(type='ScoreTargetHook'),
    dict(type='PrivacyScoreVisualizationHook'),
]

# As in privattnet_r50.py.
sample = dict(
    cfg_options={
        'model.backbone.depth': 18,
        'model.backbone.stem_channels': 32,
        'model.backbone.num_stages': 2,
        'model.backbone.strides': (1, 2),
        'model.backbone.dilations': (1, 1),
        'model.backbone.out_indices': (1,),
        'model.backbone.frozen_stages': -1,
        'model.head.in_channels': 128,
        'model.head.attention': dict(
            feat_size=(12, 12),
            dims=128,
            state_dims=256,
            hidden_dims=256,
            in_dropout=0.1,
            dropout=0.0,
        ),
    }
)
