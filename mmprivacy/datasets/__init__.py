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
from mmprivacy.datasets.loading import LoadPhoto, load_photo
from mmprivacy.datasets.partitions import make_partitions, split_sizes
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
    'ImageRecord',
    'LoadPhoto',
    'PrivacyScore',
    'ScoreOptions',
    'VISPRRecord',
    'check_disjoint',
    'class_weights',
    'count_mixed',
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
