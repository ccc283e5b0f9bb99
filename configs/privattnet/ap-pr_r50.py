"""Baseline AP-PR: a fine-tuned ResNet-50 finds 68 attributes, which give the score.

Task: multi-label classification; score = largest probability x preference, a user each.
Aims at: L1 0.656 (poster, from Orekondy et al. 2017, with GoogLeNet, 30 profiles).
Data: VISPR (10,000 / 4,167 / 8,000 photos), one score for each of 30 user profiles.
Train: python tools/train.py configs/privattnet/ap-pr_r50.py [--sample]
"""

_base_ = [
    '../_base_/datasets/vispr.py',
    '../_base_/schedules/visual_privacy_advisor.py',
    '../_base_/mmpretrain_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.privattnet'], allow_failed_imports=False)

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=50,
        out_indices=(3,),
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    ),
    head=dict(type='AttributeRiskHead', in_channels=2048, num_scores=30),
)
_scores = dict(score_mode='per_profile', users='profiles')
train_dataloader = dict(batch_size=28, dataset=_scores)
val_dataloader = dict(dataset=_scores)
test_dataloader = dict(dataset=_scores)
val_evaluator = [dict(type='PrivacyScoreMetric'), dict(type='AttributeMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='score/spearman'))
custom_hooks = [
    dict(type='ScoreTargetHook'),
    dict(type='PrivacyScoreVisualizationHook'),
]
del _scores

sample = dict(
    cfg_options={
        'model.backbone.depth': 18,
        'model.backbone.stem_channels': 32,
        'model.backbone.base_channels': 32,
        'model.head.in_channels': 256,
    }
)
