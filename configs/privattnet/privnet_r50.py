"""PrivNet: PrivAttNet with its attention switched off.

Task: regression of a privacy score, 0 (safe) to 5.
Aims at: L1 0.43, Pearson 0.83, Spearman 0.78 (poster, table of results).
Data: VISPR (10,000 / 4,167 / 8,000 photos), score = largest mean rating of 305 people.
Train: python tools/train.py configs/privattnet/privnet_r50.py [--sample]
"""

_base_ = 'privattnet_r50.py'

model = dict(head=dict(use_attention=False))
