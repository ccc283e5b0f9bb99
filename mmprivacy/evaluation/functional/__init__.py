"""The maths of the metrics, without any registry."""

from mmprivacy.evaluation.functional.classification import (
    accuracy,
    auroc,
    balanced_accuracy,
    confusion_matrix,
    expected_calibration_error,
    precision_recall_f1,
)

__all__ = [
    'accuracy',
    'auroc',
    'balanced_accuracy',
    'confusion_matrix',
    'expected_calibration_error',
    'precision_recall_f1',
]
