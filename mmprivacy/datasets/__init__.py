"""The data sets' formats: readers, checks and splits. No host library but MMEngine."""

from mmprivacy.datasets.image_privacy import (
    CLASSES,
    SPLITS,
    ImageRecord,
    check_disjoint,
    class_weights,
    read_folders,
    read_partition_csv,
)
from mmprivacy.datasets.image_privacy_curated import read_curated_csv
from mmprivacy.datasets.inpainting import InpaintingDataset
from mmprivacy.datasets.inpainting_masks import check_mask_size, load_mask
from mmprivacy.datasets.inpainting_transforms import (
    DrawRegionMask,
    FlipWithMask,
    LoadRegionMask,
    PackInpaintingInputs,
    ResizeWithMask,
)
from mmprivacy.datasets.loading import LoadPhoto, load_photo
from mmprivacy.datasets.mask_drawing import (
    STYLES,
    MaskStyle,
    find_style,
    fixed_mask,
)
from mmprivacy.datasets.partitions import make_partitions, split_sizes
from mmprivacy.datasets.redaction_regions import (
    DrawRedactionMask,
    VisualRedactionsDataset,
)
from mmprivacy.datasets.vispr import VISPRRecord, count_mixed, multi_hot, read_vispr
from mmprivacy.datasets.vispr_scores import PrivacyScore, ScoreOptions
from mmprivacy.datasets.vispr_users import (
    load_ratings,
    packaged_means,
    read_profiles,
    read_study,
)

__all__ = [
    'CLASSES',
    'SPLITS',
    'STYLES',
    'DrawRedactionMask',
    'DrawRegionMask',
    'FlipWithMask',
    'ImageRecord',
    'InpaintingDataset',
    'LoadPhoto',
    'LoadRegionMask',
    'MaskStyle',
    'PackInpaintingInputs',
    'PrivacyScore',
    'ResizeWithMask',
    'ScoreOptions',
    'VISPRRecord',
    'VisualRedactionsDataset',
    'check_disjoint',
    'check_mask_size',
    'class_weights',
    'count_mixed',
    'find_style',
    'fixed_mask',
    'load_mask',
    'load_photo',
    'load_ratings',
    'make_partitions',
    'multi_hot',
    'packaged_means',
    'read_curated_csv',
    'read_folders',
    'read_partition_csv',
    'read_profiles',
    'read_study',
    'read_vispr',
    'split_sizes',
]
