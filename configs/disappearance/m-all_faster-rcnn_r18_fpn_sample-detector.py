"""M_all: no object of the drawn pictures is detected any more.

Task: photos that Faster R-CNN cannot read, measured on the files that are written.
Aims at: the paper's R_all 96.1 % and P_all 0.57 % (COCO), on drawn pictures.
Data: drawn pictures in the layout of COCO (400 to be protected).
Test: python tools/test.py \
    configs/disappearance/m-all_faster-rcnn_r18_fpn_sample-detector.py \
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
        attack=dict(type='ObjectDisappearance', preset='product', mode='all'),
    )
]
test_evaluator = [
    dict(type='DetectionRecallMetric', score_thr=0.3),
    dict(type='DisappearanceMetric', score_thr=0.3),
]
