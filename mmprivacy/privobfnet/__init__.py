"""PrivObfNet: privacy score, attributes, and a mask of each from image labels.

Host: mmseg. Importing this package registers its components there, and those of the
shared rooms that its configs use.
"""

from mmprivacy.compat import require

require('mmseg', feature='mmprivacy.privobfnet')

import mmprivacy.datasets
import mmprivacy.evaluation
import mmprivacy.privobfnet.mask_providers
import mmprivacy.visualization  # noqa: F401
from mmprivacy.privobfnet.attribute_pair_head import AttributePairHead
from mmprivacy.privobfnet.attribute_score_head import AttributeScoreHead
from mmprivacy.privobfnet.cam_head import CAMHead
from mmprivacy.privobfnet.coco14 import COCO14SegDataset
from mmprivacy.privobfnet.data_preprocessor import PrivSegDataPreProcessor
from mmprivacy.privobfnet.dataset import VISPRDataset
from mmprivacy.privobfnet.deeplab_v2_head import DeepLabV2Head
from mmprivacy.privobfnet.image_level_dataset import ImageLevelSegDataset
from mmprivacy.privobfnet.losses import LocalToGlobalLoss, MultiLabelSoftMarginLoss
from mmprivacy.privobfnet.msc_encoder_decoder import MSCEncoderDecoder
from mmprivacy.privobfnet.pixel_correlation import PixelCorrelationModule
from mmprivacy.privobfnet.priv_obf_net import PrivObfNet
from mmprivacy.privobfnet.privacy_score_head import PrivacyScoreHead
from mmprivacy.privobfnet.resnet38 import ResNet38
from mmprivacy.privobfnet.transforms import LoadPrivMasks, PackPrivSegInputs
from mmprivacy.privobfnet.visual_redactions_dataset import (
    PackRedactionInputs,
    VisualRedactionsDataset,
)

__all__ = [
    'AttributePairHead',
    'AttributeScoreHead',
    'CAMHead',
    'COCO14SegDataset',
    'DeepLabV2Head',
    'ImageLevelSegDataset',
    'LoadPrivMasks',
    'LocalToGlobalLoss',
    'MSCEncoderDecoder',
    'MultiLabelSoftMarginLoss',
    'PackPrivSegInputs',
    'PackRedactionInputs',
    'PixelCorrelationModule',
    'PrivObfNet',
    'PrivSegDataPreProcessor',
    'PrivacyScoreHead',
    'ResNet38',
    'VISPRDataset',
    'VisualRedactionsDataset',
]
