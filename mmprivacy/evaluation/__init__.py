"""Metrics. No host library but MMEngine."""

from mmprivacy.evaluation.attribute_mask_metric import AttributeMaskMetric
from mmprivacy.evaluation.attribute_metric import AttributeMetric
from mmprivacy.evaluation.detection_recall_metric import DetectionRecallMetric
from mmprivacy.evaluation.disappearance_metric import DisappearanceMetric
from mmprivacy.evaluation.privacy_classification_metric import (
    PrivacyClassificationMetric,
)
from mmprivacy.evaluation.privacy_score_metric import PrivacyScoreMetric

__all__ = [
    'AttributeMaskMetric',
    'AttributeMetric',
    'DetectionRecallMetric',
    'DisappearanceMetric',
    'PrivacyClassificationMetric',
    'PrivacyScoreMetric',
]
