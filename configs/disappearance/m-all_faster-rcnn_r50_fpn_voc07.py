"""M_all: no object of VOC is detected any more.

Task: photos that Faster R-CNN cannot read, measured on the files that are written.
Aims at: R_all 99.3 %, P_all 0.07 % (Tables 1 and 2), with another detector.
Data: VOC 2007 test (4,952 photos; the paper takes 1,000).
Test: python tools/test.py \
    configs/disappearance/m-all_faster-rcnn_r50_fpn_voc07.py
Train the detector: python tools/train.py, with the config below
"""

_base_ = 'faster-rcnn_r50_fpn_voc07.py'
custom_imports = dict(imports=['mmprivacy.disappearance'], allow_failed_imports=False)

# In a padded batch, a detector sees a photo a little differently.
test_dataloader = dict(batch_size=1)
custom_hooks = [
    dict(
        type='ObjectDisappearanceHook',
        attack=dict(type='ObjectDisappearance', preset='product', mode='all'),
    )
]
test_evaluator = [
    dict(type='DetectionRecallMetric', score_thr=0.3),
    dict(type='DisappearanceMetric', score_thr=0.3),
]
