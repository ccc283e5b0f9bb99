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

__all__ = [
    'CLASSES',
    'SPLITS',
    'ImageRecord',
    'LoadPhoto',
    'check_disjoint',
    'class_weights',
    'load_photo',
    'make_partitions',
    'read_curated_csv',
    'read_folders',
    'read_partition_csv',
    'split_sizes',
]
