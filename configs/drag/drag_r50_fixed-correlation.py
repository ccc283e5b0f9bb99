"""Ablation: DRAG with one learned correlation matrix for all images.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no known number; tests the claim that the correlation has to adapt to the image
(Introduction of the paper).
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_r50_fixed-correlation.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(head=dict(corr_mode='fixed'))
