"""M_sen: people in the drawn pictures are taken for something else.

Task: photos that Faster R-CNN cannot read, measured on the files that are written.
Aims at: the paper's R_sen 96.5 % and P_sen 2.23 % (COCO), on drawn pictures.
Data: drawn pictures in the layout of COCO (400 to be protected).
Test: python tools/test.py \
    configs/disappearance/m-sen_faster-rcnn_r18_fpn_sample-detector.py \
    CHECKPOINT --sample
Train the detector: python tools/train.py, with the config below
"""

_base_ = 'faster-rcnn_r18_fpn_sample-detector.py'
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
            sensitive=['person', 'face'],
            decoy='potted plant',
        ),
    )
]
test_evaluator = [
    dict(type='DetectionRecallMetric', score_thr=0.3),
    dict(type='DisappearanceMetric', score_thr=0.3, sensitive=['person', 'face']),
]
