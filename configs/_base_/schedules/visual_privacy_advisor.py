"""Schedule of tribhuvanesh/vpa (its prototxt files)."""

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=2e-4),
)
param_scheduler = [dict(type='StepLR', by_epoch=False, step_size=5000, gamma=0.96)]
train_cfg = dict(by_epoch=True, max_epochs=84, val_interval=1)  # 30,000 batches of 28
val_cfg = dict()
test_cfg = dict()
