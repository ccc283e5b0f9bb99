"""The classifier of drawn objects, for pictures in which objects are small.

Task: as encoder_r50.py, with four times the epochs, on views of 48 px: an element has
about the size there that it has in a whole picture of 96 px.
Aims at: weights from which minutes with nothing but scores suffice. No paper has it.
Data: drawn, so always with --sample.
Train: python tools/train.py configs/sample/encoder_r50_48px.py --sample --test
"""

_base_ = 'encoder_r50.py'

train_cfg = dict(max_epochs=40, val_interval=5)

sample = dict(
    cfg_options={
        'train_dataloader.dataset.pipeline.1.scale': 48,
        'val_dataloader.dataset.pipeline.1.scale': (48, 48),
        'test_dataloader.dataset.pipeline.1.scale': (48, 48),
    }
)
