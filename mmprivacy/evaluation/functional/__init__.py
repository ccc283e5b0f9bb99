"""The maths of the metrics, without any registry."""

from mmprivacy.evaluation.functional.classification import (
    accuracy,
    auroc,
    balanced_accuracy,
    confusion_matrix,
    expected_calibration_error,
    precision_recall_f1,
)
from mmprivacy.evaluation.functional.multilabel import (
    attribute_accuracy,
    average_precision,
)
from mmprivacy.evaluation.functional.regression import (
    average_ranks,
    best_constant,
    mean_absolute_error,
    mean_squared_error,
    pearson,
    safe_unsafe_oracle,
    spearman,
)

__all__ = [
    'accuracy',
    'attribute_accuracy',
    'auroc',
    'average_precision',
    'average_ranks',
    'balanced_accuracy',
    'best_constant',
    'confusion_matrix',
    'expected_calibration_error',
    'mean_absolute_error',
    'mean_squared_error',
    'pearson',
    'precision_recall_f1',
    'safe_unsafe_oracle',
    'spearman',
]
