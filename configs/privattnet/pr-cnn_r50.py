"""Baseline PR-CNN: a fine-tuned ResNet-50 regresses the scores of 30 user profiles.

Task: regression of 30 privacy scores, 0 (safe) to 5.
Aims at: L1 0.637 (poster, from Orekondy et al. 2017, with GoogLeNet).
Data: VISPR (10,000 / 4,167 / 8,000 photos), one score for each of 30 user profiles.
Train: python tools/train.py configs/privattnet/pr-cnn_r50.py [--sample]
"""

_base_ = 'ap-pr_r50.py'

model = dict(head=dict(_delete_=True, type='PrivacyRegressionHead', in_channels=2048))
# The layers behind the attributes learn ten times as fast (prototxt: lr_mult 10).
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'head': dict(lr_mult=10.0)}))
val_evaluator = dict(_delete_=True, type='PrivacyScoreMetric')
test_evaluator = val_evaluator
