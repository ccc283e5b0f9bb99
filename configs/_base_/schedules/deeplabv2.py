"""Schedule of DeepLabV2: SGD, poly 0.9; the head learns 10 times, its bias 20 times."""

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4),
    accumulative_counts=2,
    paramwise_cfg=dict(
        custom_keys={
            'decode_head': dict(lr_mult=10.0),
            **{
                f'decode_head.convs.{k}.bias': dict(lr_mult=20.0, decay_mult=0.0)
                for k in range(4)
            },
        }
    ),
)
param_scheduler = [
    dict(
        type='PolyLR', power=0.9, eta_min=0.0, by_epoch=True, convert_to_iter_based=True
    )
]
# 20,000 steps of 10 photos, of 10,582.
train_cfg = dict(by_epoch=True, max_epochs=19, val_interval=1)
val_cfg = dict()
test_cfg = dict()
