"""Places2 at 256 x 256 with the masks of LaMa; its sample runs on drawn pictures.

Drawn pictures have masks of what is sensitive and the true background behind it.
"""

_root = 'data/places2'
_scale = (256, 256)
_test_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='ResizeWithMask', scale=_scale),
    dict(type='DrawRegionMask', style='thick', seed=0),  # the same for each picture
    dict(type='PackInpaintingInputs'),
]
_loader = dict(num_workers=4, persistent_workers=True)

train_dataloader = dict(
    **_loader,
    batch_size=10,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='InpaintingDataset',
        data_root=_root,
        data_prefix='data_large',
        pipeline=[
            dict(type='LoadPhoto', min_side=512),
            dict(type='ResizeWithMask', scale=_scale),
            dict(type='FlipWithMask', prob=0.5),
            dict(type='DrawRegionMask', style='train'),
            dict(type='PackInpaintingInputs'),
        ],
    ),
)
val_dataloader = dict(
    **_loader,
    batch_size=10,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='InpaintingDataset',
        data_root=_root,
        data_prefix='val_large',
        indices=2000,
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = dict(
    **_loader,
    batch_size=10,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='InpaintingDataset',
        data_root=_root,
        data_prefix='test_large',
        pipeline=_test_pipeline,
        test_mode=True,
    ),
)

val_evaluator = dict(type='InpaintingMetric')
test_evaluator = dict(type='InpaintingMetric')

prepare = (
    'unpack train_large_places365standard.tar, val_large.tar and test_large.tar of '
    'http://places2.csail.mit.edu into data/places2'
)

del _root, _scale, _test_pipeline, _loader  # overriding them would change nothing

# `--sample`: drawn pictures, small enough for two CPU cores.
_pair_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='LoadRegionMask'),
    dict(type='ResizeWithMask', scale=(96, 96)),
    dict(type='PackInpaintingInputs'),
]
sample = dict(
    data=dict(
        format='inpainting',
        root='data/sample/inpainting',
        num=dict(train=2000, val=50, test=200),
        seed=0,
    ),
    cfg_options={
        'train_dataloader.num_workers': 1,
        'val_dataloader.num_workers': 1,
        'test_dataloader.num_workers': 1,
        'train_dataloader.dataset.pipeline.0.min_side': 192,
        'train_dataloader.dataset.pipeline.1.scale': (96, 96),
        'val_dataloader.dataset.indices': None,
        'val_dataloader.dataset.region_file': 'regions.json',
        'val_dataloader.dataset.pipeline': _pair_pipeline,
        'test_dataloader.dataset.region_file': 'regions.json',
        'test_dataloader.dataset.pipeline': _pair_pipeline,
        'val_dataloader.dataset.data_prefix': dict(
            img_path='val_large',
            mask_path='masks/val_large',
            background_path='backgrounds/val_large',
        ),
        'test_dataloader.dataset.data_prefix': dict(
            img_path='test_large',
            mask_path='masks/test_large',
            background_path='backgrounds/test_large',
        ),
    },
)

del _pair_pipeline
