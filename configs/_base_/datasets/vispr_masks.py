"""VISPR with masks of people and text for training, at 448 px; its sample runs."""

_root = 'data/vispr'
_test_pipeline = [
    dict(type='LoadPhoto', min_side=896),
    dict(type='Resize', scale=(1344, 448), keep_ratio=True),
    dict(type='PackPrivSegInputs'),
]
# The score for each of 30 user profiles, divided by 5.
_vispr = dict(
    type='VISPRDataset',
    data_root=_root,
    score_mode='per_profile',
    users='profiles',
    scale='unit',
)

train_dataloader = dict(
    batch_size=4,  # Sec. 4.1
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        **_vispr,
        ann_file='train2017.txt',
        masks=('human', 'text'),
        pipeline=[
            dict(type='LoadPhoto', min_side=1024),
            dict(type='LoadPrivMasks', names=('human', 'text')),
            dict(type='Resize', scale=(2048, 512), keep_ratio=True),
            dict(type='RandomCrop', crop_size=(448, 448)),
            dict(type='RandomFlip', prob=0.5),
            dict(
                type='PhotoMetricDistortion',
                contrast_range=(0.7, 1.3),
                saturation_range=(0.7, 1.3),
                hue_delta=18,
            ),
            dict(type='PackPrivSegInputs'),
        ],
    ),
)
# Photos have different sizes, so there is one in a batch.
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        **_vispr, ann_file='val2017.txt', pipeline=_test_pipeline, test_mode=True
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        **_vispr, ann_file='test2017.txt', pipeline=_test_pipeline, test_mode=True
    ),
)

val_evaluator = [dict(type='AttributeMetric'), dict(type='PrivacyScoreMetric')]
test_evaluator = val_evaluator

prepare = (
    'python tools/prepare_data.py vispr --root data/vispr, then '
    'python tools/prepare_data.py masks, as docs/pseudo_labels.md shows'
)

del _root, _test_pipeline, _vispr  # overriding them would change nothing
