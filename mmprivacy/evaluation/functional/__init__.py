"""The maths of the metrics, without any registry."""

from mmprivacy.evaluation.functional.classification import (
    accuracy,
    auroc,
    balanced_accuracy,
    confusion_matrix,
    expected_calibration_error,
    precision_recall_f1,
)
from mmprivacy.evaluation.functional.detections import Boxes, box_iou, match_boxes
from mmprivacy.evaluation.functional.disappearance import (
    Counts,
    count_detections,
    disappearance_rates,
)
from mmprivacy.evaluation.functional.image_quality import (
    image_mse,
    l_inf,
    psnr,
    ssim,
)
from mmprivacy.evaluation.functional.masks import (
    MaskCounts,
    blind_iou,
    count_pixels,
    dataset_iou,
    photo_iou,
)
from mmprivacy.evaluation.functional.multilabel import (
    attribute_accuracy,
    average_precision,
)
from mmprivacy.evaluation.functional.pointing import (
    best_fixed_point,
    mask_at_cells,
    pointing_hit,
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
from mmprivacy.evaluation.functional.segmentation import class_iou, confusion

__all__ = [
    'Boxes',
    'Counts',
    'MaskCounts',
    'accuracy',
    'attribute_accuracy',
    'auroc',
    'average_precision',
    'average_ranks',
    'balanced_accuracy',
    'best_constant',
    'best_fixed_point',
    'blind_iou',
    'box_iou',
    'class_iou',
    'confusion',
    'confusion_matrix',
    'count_detections',
    'count_pixels',
    'dataset_iou',
    'disappearance_rates',
    'expected_calibration_error',
    'image_mse',
    'l_inf',
    'mask_at_cells',
    'match_boxes',
    'mean_absolute_error',
    'mean_squared_error',
    'pearson',
    'photo_iou',
    'pointing_hit',
    'precision_recall_f1',
    'psnr',
    'safe_unsafe_oracle',
    'spearman',
    'ssim',
]
