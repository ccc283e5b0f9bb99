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

sample = dict(
    cfg_options={
        'model.backbone.frozen_stages': 2,  # as in privattnet_r50.py
        'model.head.attention': dict(feat_size=(6, 6), in_dropout=0.5, dropout=0.0),
    }
)
