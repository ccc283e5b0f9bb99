"""Runs of a tiny ERASER on a few random pictures."""

import copy

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image
from tiny_eraser import MODEL

OPTIM = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3)),
    discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4)),
)


@pytest.fixture(scope='session')
def pictures(tmp_path_factory):
    """Folder of six pictures of 32 x 32 pixels, with masks."""
    root = tmp_path_factory.mktemp('pictures')
    rng = np.random.default_rng(0)
    for folder in ('images', 'masks'):
        (root / folder).mkdir()
    for n in range(6):
        picture = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        mask = np.zeros((32, 32), np.uint8)
        mask[8 + n : 20, 6:22] = 255
        Image.fromarray(picture).save(root / 'images' / f'{n}.png')
        Image.fromarray(mask).save(root / 'masks' / f'{n}.png')
    return root


def loader(root, batch_size=2, **dataset):
    return dict(
        batch_size=batch_size,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=True),
        dataset=dict(
            type='InpaintingDataset',
            data_root=str(root),
            data_prefix=dict(img_path='images', mask_path='masks'),
            pipeline=[
                dict(type='LoadPhoto'),
                dict(type='LoadRegionMask'),
                dict(type='PackInpaintingInputs'),
            ],
            **dataset,
        ),
    )


@pytest.fixture
def make_cfg(pictures, tmp_path):
    """Make the config of a run: two epochs of stage 1, two of stage 2."""

    def make(work_dir='work', stages=None, max_epochs=4, **changes):
        import mmprivacy.eraser  # noqa: F401

        if stages is None:
            stages = [
                dict(name='quality', epochs=2),
                dict(
                    name='difference',
                    epochs=2,
                    ramp_iters=2,
                    train_dataloader=loader(pictures, indices=4),
                ),
            ]
        cfg = dict(
            default_scope='mmengine',
            custom_imports=dict(
                imports=['mmprivacy.eraser'], allow_failed_imports=False
            ),
            model=copy.deepcopy(MODEL),
            train_dataloader=loader(pictures),
            val_dataloader=loader(pictures, indices=2),
            optim_wrapper=copy.deepcopy(OPTIM),
            param_scheduler=[dict(type='MultiStepLR', milestones=[2], gamma=0.1)],
            train_cfg=dict(by_epoch=True, max_epochs=max_epochs, val_interval=2),
            val_cfg=dict(),
            val_evaluator=dict(type='InpaintingMetric'),
            custom_hooks=[dict(type='EraserStageHook', stages=stages)],
            default_hooks=dict(
                checkpoint=dict(
                    type='CheckpointHook',
                    interval=1,
                    save_best='inpainting/psnr',
                    rule='greater',
                )
            ),
            visualizer=dict(type='Visualizer', vis_backends=[]),
            model_wrapper_cfg=dict(
                type='MMSeparateDistributedDataParallel',
                broadcast_buffers=False,
                find_unused_parameters=False,
            ),
            randomness=dict(seed=0),
            log_level='WARNING',
            work_dir=str(tmp_path / work_dir),
        )
        return Config({**cfg, **changes})

    return make


@pytest.fixture
def make_runner(make_cfg):
    from mmprivacy.apis.runner import build_runner

    def make(hooks=(), **changes):
        runner = build_runner(make_cfg(**changes), ('train',))
        for hook in hooks:
            runner.register_hook(hook)
        return runner

    return make
