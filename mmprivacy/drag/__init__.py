"""DRAG: dynamic region-aware graph network for private / public classification.

Host: mmpretrain. Importing this package registers its components there, and those of
the shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmpretrain', feature='mmprivacy.drag')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.visualization  # noqa: F401
from mmprivacy.drag.channel_grouping import ChannelGroupingLayer
from mmprivacy.drag.channel_grouping_hook import ChannelGroupingHook
from mmprivacy.drag.class_weight_hook import ClassWeightHook
from mmprivacy.drag.dataset import ImagePrivacyDataset
from mmprivacy.drag.dense_gcn import DenseGCNLayer
from mmprivacy.drag.drag_head import DRAGHead
from mmprivacy.drag.drag_phase_hook import DRAGPhaseHook
from mmprivacy.drag.losses import (
    ChannelGroupingLoss,
    RegionDistanceLoss,
    RegionDiversityLoss,
)
from mmprivacy.drag.region_correlation import RegionCorrelation

__all__ = [
    'ChannelGroupingHook',
    'ChannelGroupingLayer',
    'ChannelGroupingLoss',
    'ClassWeightHook',
    'DRAGHead',
    'DRAGPhaseHook',
    'DenseGCNLayer',
    'ImagePrivacyDataset',
    'RegionCorrelation',
    'RegionDistanceLoss',
    'RegionDiversityLoss',
]
