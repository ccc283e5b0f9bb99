"""DRAG with ResNet-50: is a photo private or public?

Task: binary image classification, 0 = private, 1 = public.
Aims at: 87 % accuracy (abstract; the authors use ResNet-101, see drag_r101.py).
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_r50.py [--sample]
Test: python tools/test.py configs/drag/drag_r50.py CHECKPOINT [--sample]
"""

_base_ = [
    '../_base_/datasets/image_privacy.py',
    '../_base_/schedules/image_privacy_finetune.py',
    '../_base_/mmpretrain_runtime.py',
]
custom_imports = dict(imports=['mmprivacy.drag'], allow_failed_imports=False)

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=50,
        out_indices=(3,),
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    ),
    head=dict(type='DRAGHead', num_classes=2, in_channels=2048, feat_size=(14, 14)),
)
find_unused_parameters = True  # distributed: some part always rests

# Phases of the authors' notebooks 01, (02,) 03 and main. Batch size 16 in all of them;
# theirs is 32 in the first.
custom_hooks = [
    dict(
        type='DRAGPhaseHook',
        phases=[
            # optimizer and scheduler: optim_wrapper and param_scheduler of the schedule
            dict(name='finetune', epochs=50),
            dict(
                name='cgl_pretrain',
                epochs=3,
                optim_wrapper=dict(
                    optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-7)
                ),
                param_scheduler=[],
            ),
            dict(
                name='joint',
                epochs=15,
                optim_wrapper=dict(
                    optimizer=dict(type='Adam', lr=1e-5, weight_decay=1e-7),
                    paramwise_cfg=dict(
                        custom_keys={
                            'backbone': dict(lr_mult=1.0),
                            'head.cgl': dict(lr_mult=100.0),
                        }
                    ),
                ),
                param_scheduler=None,  # the one of finetune, begun anew
                freeze_backbone_epochs=5,
                cgl_interval=None,  # 20 in the notebook: never within 15 epochs
            ),
        ],
    ),
    dict(type='ChannelGroupingHook'),
    dict(type='ClassWeightHook'),
    dict(type='HeatMapVisualizationHook', field='region_maps', title='Region {}'),
]
train_cfg = dict(max_epochs=68)

sample = dict(
    cfg_options={
        'model.head.feat_size': (2, 2),
        'model.head.dropout': 0.1,  # a region is the mean of 4 cells, not of 196
        'train_cfg.max_epochs': 15,
        'custom_hooks.0.phases.0.epochs': 11,
        'custom_hooks.0.phases.1.epochs': 1,
        'custom_hooks.0.phases.1.optim_wrapper.optimizer.lr': 1e-3,
        'custom_hooks.0.phases.2.epochs': 3,
        'custom_hooks.0.phases.2.optim_wrapper.optimizer.lr': 5e-2,
        'custom_hooks.0.phases.2.optim_wrapper.paramwise_cfg.custom_keys'
        '.backbone.lr_mult': 4e-3,
        'custom_hooks.0.phases.2.param_scheduler': [
            dict(type='CosineAnnealingLR', convert_to_iter_based=True)
        ],
        'custom_hooks.0.phases.2.freeze_backbone_epochs': 1,
    },
)
