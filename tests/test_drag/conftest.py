"""A tiny data set and a tiny run of DRAG."""

import copy

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

import mmprivacy.datasets
import mmprivacy.drag
import mmprivacy.evaluation  # noqa: F401
from mmprivacy.apis.runner import build_runner

SPLITS = {'train': 20, 'val': 6, 'test': 6}
PHASES = [
    dict(name='finetune', epochs=2),
    dict(
        name='cgl_pretrain',
        epochs=2,
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=1e-2, weight_decay=1e-7)),
        param_scheduler=[],
    ),
    dict(
        name='joint',
        epochs=4,
        optim_wrapper=dict(
            optimizer=dict(type='Adam', lr=1e-5, weight_decay=1e-7),
            paramwise_cfg=dict(custom_keys={'head.cgl': dict(lr_mult=100.0)}),
        ),
        param_scheduler=[
            dict(
                type='ReduceOnPlateauLR',
                monitor='privacy/accuracy',
                rule='greater',
                factor=0.1,
                patience=0,
            )
        ],
        freeze_backbone_epochs=1,
        cgl_interval=3,
    ),
]


@pytest.fixture(scope='session', autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope='session')
def photos(tmp_path_factory):
    """Folder in the layout of Image Privacy; private photos are darker."""
    root, rng = tmp_path_factory.mktemp('photos'), np.random.default_rng(0)
    (root / 'exp' / 'partition1').mkdir(parents=True)
    for split, number in SPLITS.items():
        rows = [',img_name,label']
        for i in range(number):
            label = 'private' if i % 3 == 0 else 'public'
            (root / label).mkdir(exist_ok=True)
            name = f'{label}/{split}_{i}.jpg'
            pixels = rng.integers(0, 128, (8, 8, 3)) + (0 if label == 'private' else 90)
            Image.fromarray(pixels.astype(np.uint8)).resize((64, 64)).save(root / name)
            rows.append(f'{i},{name},{label}')
        path = root / 'exp' / 'partition1' / f'{split}.csv'
        path.write_text('\n'.join(rows) + '\n', encoding='utf-8')
    return root


@pytest.fixture
def phases():
    """The phases of the tiny run, to be changed."""
    return copy.deepcopy(PHASES)


def _loader(root, split):
    pipeline = [
        dict(type='LoadPhoto'),
        dict(type='Resize', scale=(64, 64), backend='pillow'),
    ]
    if split == 'train':
        pipeline.append(dict(type='RandomFlip', prob=0.5))
    return dict(
        batch_size=8,
        num_workers=0,
        collate_fn=dict(type='default_collate'),
        sampler=dict(type='DefaultSampler', shuffle=split == 'train'),
        dataset=dict(
            type='ImagePrivacyDataset',
            data_root=str(root),
            ann_file=f'exp/partition1/{split}.csv',
            pipeline=[*pipeline, dict(type='PackInputs')],
        ),
    )


@pytest.fixture
def make_cfg(photos, tmp_path):
    """Write configs of a tiny DRAG; every call is a new run of the same folder."""
    count = iter(range(100))

    def make(work_dir='run', phases=None, resume=False, **changes):
        phases = copy.deepcopy(phases or PHASES)
        cfg = dict(
            default_scope='mmpretrain',
            model=dict(
                type='ImageClassifier',
                backbone=dict(
                    type='ResNet', depth=18, base_channels=8, stem_channels=8
                ),
                head=dict(type='DRAGHead', in_channels=64, feat_size=(2, 2)),
            ),
            data_preprocessor=dict(
                mean=[120.0] * 3, std=[60.0] * 3, to_rgb=True, num_classes=2
            ),
            train_dataloader=_loader(photos, 'train'),
            val_dataloader=_loader(photos, 'val'),
            test_dataloader=_loader(photos, 'test'),
            val_evaluator=dict(type='PrivacyClassificationMetric'),
            test_evaluator=dict(type='PrivacyClassificationMetric'),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.02, momentum=0.9)),
            param_scheduler=[dict(type='LinearLR', start_factor=0.5, end=2)],
            train_cfg=dict(by_epoch=True, max_epochs=sum(p['epochs'] for p in phases)),
            val_cfg=dict(),
            test_cfg=dict(),
            custom_hooks=[
                dict(type='DRAGPhaseHook', phases=phases),
                dict(type='ChannelGroupingHook'),
                dict(type='ClassWeightHook'),
            ],
            default_hooks=dict(
                checkpoint=dict(
                    type='CheckpointHook',
                    interval=1,
                    max_keep_ckpts=1,
                    save_best='privacy/accuracy',
                    rule='greater',
                ),
            ),
            visualizer=None,
            env_cfg=dict(dist_cfg=dict(backend='gloo')),
            randomness=dict(seed=9),
            log_level='WARNING',
            find_unused_parameters=True,
            resume=resume,
            work_dir=str(tmp_path / work_dir),
            experiment_name=f'{tmp_path}_{next(count)}',
        )
        cfg.update(changes)
        return Config(copy.deepcopy(cfg))

    return make


@pytest.fixture
def make_runner(make_cfg):
    """Build runners of a tiny DRAG, with further hooks."""

    def make(hooks=(), **changes):
        runner = build_runner(make_cfg(**changes))
        for hook in hooks:
            runner.register_hook(hook)
        return runner

    return make
