"""Metrics. No host library but MMEngine."""

from mmprivacy.evaluation.attribute_mask_metric import AttributeMaskMetric
from mmprivacy.evaluation.attribute_metric import AttributeMetric
from mmprivacy.evaluation.detection_recall_metric import DetectionRecallMetric
from mmprivacy.evaluation.difference_metric import DifferenceMetric
from mmprivacy.evaluation.disappearance_metric import DisappearanceMetric
from mmprivacy.evaluation.fid_metric import FIDMetric
from mmprivacy.evaluation.inpainting_metric import InpaintingMetric
from mmprivacy.evaluation.lpips_metric import LPIPSMetric
from mmprivacy.evaluation.privacy_classification_metric import (
    PrivacyClassificationMetric,
)
from mmprivacy.evaluation.privacy_score_metric import PrivacyScoreMetric
from mmprivacy.evaluation.region_recall_metric import RegionRecallMetric

__all__ = [
    'AttributeMaskMetric',
    'AttributeMetric',
    'DetectionRecallMetric',
    'DifferenceMetric',
    'DisappearanceMetric',
    'FIDMetric',
    'InpaintingMetric',
    'LPIPSMetric',
    'PrivacyClassificationMetric',
    'PrivacyScoreMetric',
    'RegionRecallMetric',
]
