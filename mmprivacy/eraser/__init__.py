"""ERASER: sensitive regions replaced by something natural and different.

Host: MMEngine alone. Importing this package registers its components in MMEngine's root
registries, and those of the shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmengine', feature='mmprivacy.eraser')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.visualization  # noqa: F401
from mmprivacy.eraser.data_preprocessor import EraserDataPreprocessor
from mmprivacy.eraser.eraser import ERASER
from mmprivacy.eraser.eraser_stage_hook import EraserStageHook
from mmprivacy.eraser.image_prior import ImagePrior
from mmprivacy.eraser.losses import (
    DifferenceLoss,
    FeatureMatchingLoss,
    MaskedL1Loss,
    PatchGANLoss,
    ResNetPerceptualLoss,
)
from mmprivacy.eraser.multi_optim_constructor import MultiOptimWrapperConstructor
from mmprivacy.eraser.palette_hook import PaletteHook
from mmprivacy.eraser.prior_sampler import PriorSampler

__all__ = [
    'ERASER',
    'DifferenceLoss',
    'EraserDataPreprocessor',
    'EraserStageHook',
    'FeatureMatchingLoss',
    'ImagePrior',
    'MaskedL1Loss',
    'MultiOptimWrapperConstructor',
    'PaletteHook',
    'PatchGANLoss',
    'PriorSampler',
    'ResNetPerceptualLoss',
]
