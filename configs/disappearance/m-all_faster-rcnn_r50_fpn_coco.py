"""M_all: no object of COCO is detected any more.

Task: photos that Faster R-CNN cannot read, measured on the files that are written.
Aims at: R_all 96.1 %, P_all 0.57 % (Tables 1 and 2), with another detector.
Data: COCO val2017 (5,000 photos; the paper takes 1,000 of COCO).
Test: python tools/test.py \
    configs/disappearance/m-all_faster-rcnn_r50_fpn_coco.py
Train the detector: python tools/train.py, with the config below
"""

_base_ = 'faster-rcnn_r50_fpn_coco.py'
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
