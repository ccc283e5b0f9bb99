"""PrivAttNet: privacy score and attention heat map of a photo.

Host: mmpretrain. Importing this package registers its components there, and those of
the shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmpretrain', feature='mmprivacy.privattnet')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.visualization  # noqa: F401
from mmprivacy.privattnet.attribute_risk_head import AttributeRiskHead
from mmprivacy.privattnet.dataset import VISPRDataset
from mmprivacy.privattnet.losses import AttentionSpreadLoss
from mmprivacy.privattnet.privacy_regression_head import PrivacyRegressionHead
from mmprivacy.privattnet.privattnet_head import PrivAttNetHead
from mmprivacy.privattnet.score_target_hook import ScoreTargetHook

__all__ = [
    'AttentionSpreadLoss',
    'AttributeRiskHead',
    'PrivAttNetHead',
    'PrivacyRegressionHead',
    'ScoreTargetHook',
    'VISPRDataset',
]
