"""PrivObfNet on VISPR, its masks compared with the pixels of Visual Redactions.

Task: as privobfnet_r38d_vispr.py, whose checkpoints it tests.
Aims at: no published number; image labels in, masks of 24 attributes out.
Data: VISPR, and for the test annotations/2017_v1 of tribhuvanesh/visual_redactions.
Test: python tools/test.py configs/privobfnet/privobfnet_r38d_redactions.py CHECKPOINT
Train: python tools/train.py configs/privobfnet/privobfnet_r38d_redactions.py [--sample]
"""

_base_ = 'privobfnet_r38d_vispr.py'

model = dict(test_cfg=dict(scales=(0.5, 1.0, 1.5, 2.0)))
test_evaluator = [
    dict(type='AttributeMetric'),
    dict(type='PrivacyScoreMetric'),
    dict(
        type='AttributeMaskMetric',
        ann_file='data/vispr/annotations/2017_v1/test2017.json',
        thrs=(0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.5),
    ),
]

# The drawn pictures are small.
sample = dict(
    cfg_options={
        'model.test_cfg.scales': (1.0, 2.0),
        'test_evaluator.2.least_area': 64,
    }
)
