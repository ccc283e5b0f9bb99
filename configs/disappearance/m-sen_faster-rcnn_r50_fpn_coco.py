"""M_sen: people in COCO are taken for something else.

Task: photos that Faster R-CNN cannot read, measured on the files that are written.
Aims at: R_sen 96.5 %, P_sen 2.23 % (Tables 1 and 2), with another detector.
Data: COCO val2017 (5,000 photos; the paper takes 1,000 of COCO).
Test: python tools/test.py \
    configs/disappearance/m-sen_faster-rcnn_r50_fpn_coco.py
Train the detector: python tools/train.py, with the config below
"""

_base_ = 'faster-rcnn_r50_fpn_coco.py'
custom_imports = dict(imports=['mmprivacy.disappearance'], allow_failed_imports=False)

# In a padded batch, a detector sees a photo a little differently.
test_dataloader = dict(batch_size=1)
custom_hooks = [
    dict(
        type='ObjectDisappearanceHook',
        attack=dict(
            type='ObjectDisappearance',
            preset='product',
            mode='sen',
            sensitive=['person'],
            decoy='dining table',
        ),
    )
]
test_evaluator = [
    dict(type='DetectionRecallMetric', score_thr=0.3),
    dict(type='DisappearanceMetric', score_thr=0.3, sensitive=['person']),
]
