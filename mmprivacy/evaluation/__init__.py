"""Metrics. No host library but MMEngine."""

from mmprivacy.evaluation.attribute_metric import AttributeMetric
from mmprivacy.evaluation.privacy_classification_metric import (
    PrivacyClassificationMetric,
)
from mmprivacy.evaluation.privacy_score_metric import PrivacyScoreMetric

__all__ = ['AttributeMetric', 'PrivacyClassificationMetric', 'PrivacyScoreMetric']
