"""PrivAttNet_MLC: recurrent attention finds 68 attributes, which give the score.

Task: multi-label classification; score = largest probability x preference.
Aims at: L1 0.44, Pearson 0.83, Spearman 0.76 (poster, table of results).
Data: VISPR (10,000 / 4,167 / 8,000 photos).
Train: python tools/train.py configs/privattnet/privattnet_mlc_r50.py [--sample]
"""

_base_ = 'privattnet_r50.py'

model = dict(
    head=dict(
        _delete_=True,
        type='AttributeRiskHead',
        in_channels=1024,
        attention=dict(feat_size=(14, 14)),
    )
)
val_evaluator = [dict(type='PrivacyScoreMetric'), dict(type='AttributeMetric')]
test_evaluator = val_evaluator

sample = dict(
    cfg_options={
        'model.head': dict(
            _delete_=True,
            in_channels=128,
            attention=dict(
                feat_size=(12, 12),
                dims=256,
                state_dims=256,
                hidden_dims=256,
                in_dropout=0.1,
                dropout=0.0,
            ),
        ),
    }
)
