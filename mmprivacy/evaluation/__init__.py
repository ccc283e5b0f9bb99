"""Metrics. No host library but MMEngine."""

from mmprivacy.evaluation.privacy_classification_metric import (
    PrivacyClassificationMetric,
)

__all__ = ['PrivacyClassificationMetric']
