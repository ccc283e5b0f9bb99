"""Schedule of PrivObfNet (Sec. 4.1); layers that are new learn ten times as fast."""

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='SGD', lr=0.002, momentum=0.9, nesterov=True, weight_decay=5e-4
    ),
    paramwise_cfg=dict(
        custom_keys={
            'cam_head': dict(lr_mult=10.0),  # also that of Model-Cropped
            'attr_head': dict(lr_mult=10.0),
            'priv_head': dict(lr_mult=10.0),
        }
    ),
)
param_scheduler = [dict(type='MultiStepLR', milestones=[5], gamma=0.1, by_epoch=True)]
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=1)
val_cfg = dict()
test_cfg = dict()
