"""Ablation: DRAG without its graph; the regions are classified as they are.

Task: binary image classification, 0 = private, 1 = public.
Aims at: no known number; the part of the paper that holds its ablations is not public.
Data: Image Privacy, partition 1 (18,058 / 12,039 / 8,428 photos).
Train: python tools/train.py configs/drag/drag_r50_wo-gcn.py [--sample]
"""

_base_ = 'drag_r50.py'

model = dict(head=dict(use_gcn=False))
