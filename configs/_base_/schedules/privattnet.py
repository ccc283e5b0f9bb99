"""Schedule of AMNet, on which PrivAttNet builds."""

optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-6)
)
param_scheduler = []
train_cfg = dict(by_epoch=True, max_epochs=55, val_interval=1)
val_cfg = dict()
test_cfg = dict()
