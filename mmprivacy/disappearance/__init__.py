"""Object disappearance: photos that an object detector cannot read.

Host: mmdet. Importing this package registers its components there, and those of the
shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmdet', feature='mmprivacy.disappearance')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.visualization  # noqa: F401
from mmprivacy.disappearance.detection_pipeline import DetectionPipeline
from mmprivacy.disappearance.detector_views import (
    CascadeView,
    DenseView,
    TwoStageView,
    view_of,
)
from mmprivacy.disappearance.object_disappearance import ObjectDisappearance
from mmprivacy.disappearance.object_disappearance_hook import ObjectDisappearanceHook
from mmprivacy.disappearance.options import PRESETS
from mmprivacy.disappearance.result import ProtectionResult
from mmprivacy.disappearance.view import Detections, DetectorView

__all__ = [
    'PRESETS',
    'CascadeView',
    'DenseView',
    'DetectionPipeline',
    'Detections',
    'DetectorView',
    'ObjectDisappearance',
    'ObjectDisappearanceHook',
    'ProtectionResult',
    'TwoStageView',
    'view_of',
]
