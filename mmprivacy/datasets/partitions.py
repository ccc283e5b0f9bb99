"""Random partitions of a labelled set of photos into train, val and test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmprivacy.datasets.image_privacy import (
    CLASSES,
    PAPER_RATIO,
    SPLITS,
    ImageRecord,
)
from mmprivacy.errors import DataError


def split_sizes(n: int, ratio: Sequence[int] = PAPER_RATIO) -> list[int]:
    """Share n photos out in a ratio, by largest remainder, at least one each.

    For the 13,910 private and 24,615 public photos of Image Privacy and 15:10:7 this
    gives 18,058 / 12,039 / 8,428 photos, the sizes behind the paper's Table 1.

    Args:
        n: Number of photos, at least ``len(ratio)``.
        ratio: Parts of each split.

    Returns:
        Sizes that sum to n, none of them 0.

    Raises:
        DataError: If there are fewer photos than splits.

    Examples:
        >>> split_sizes(13910), split_sizes(24615), split_sizes(3)
        ([6520, 4347, 3043], [11538, 7692, 5385], [1, 1, 1])
    """
    if n < len(ratio):
        raise DataError.explain(
            'partition',
            expected=f'at least {len(ratio)} photos of each class, one for each split',
            got=n,
            fix='add photos',
        )
    total = sum(ratio)
    sizes = [n * part // total for part in ratio]
    by_remainder = sorted(range(len(ratio)), key=lambda i: -(n * ratio[i] % total))
    for i in by_remainder[: n - sum(sizes)]:
        sizes[i] += 1
    while min(sizes) == 0:
        sizes[sizes.index(max(sizes))] -= 1
        sizes[sizes.index(0)] += 1
    return sizes


def make_partitions(
    records: Sequence[ImageRecord],
    ratio: Sequence[int] = PAPER_RATIO,
    seeds: Sequence[int] = range(5),
    allow_overlap: bool = False,
) -> list[dict[str, list[ImageRecord]]]:
    """Split each class at random, once a seed (Yang et al. 2022, Sec. 4.1).

    The result depends on the set of photos and the seed, not on the order they come in.
    Classes with few photos still get one in each split; a class with fewer photos than
    splits cannot, and is refused unless ``allow_overlap`` is set, in which case **all**
    its photos are in all splits: good for trying a pipeline out, never for a result.

    Args:
        records: All photos.
        ratio: Parts of train, val and test.
        seeds: One partition a seed.
        allow_overlap: Repeat the photos of a class that is too small.

    Returns:
        One dictionary a seed, split name to photos, sorted by class and path.

    Raises:
        DataError: If a class has too few photos.
    """
    by_class = [
        sorted((r for r in records if r.gt_label == c), key=lambda r: r.img_path)
        for c in range(len(CLASSES))
    ]
    for name, members in zip(CLASSES, by_class, strict=True):
        if not members or (len(members) < len(SPLITS) and not allow_overlap):
            fix = f'add {name} photos'
            if members:
                fix += ', or allow the same photo in train and test with --overlap '
                fix += '(to try the pipeline out, never for a result)'
            raise DataError.explain(
                f'{name} photos',
                expected=f'at least {len(SPLITS)}, one for each of {", ".join(SPLITS)}',
                got=len(members),
                fix=fix,
            )
    return [_one_partition(by_class, ratio, seed) for seed in seeds]


def _one_partition(
    by_class: Sequence[Sequence[ImageRecord]], ratio: Sequence[int], seed: int
) -> dict[str, list[ImageRecord]]:
    """Draw one partition."""
    rng = np.random.default_rng(seed)
    partition: dict[str, list[ImageRecord]] = {name: [] for name in SPLITS}
    for members in by_class:
        if len(members) < len(SPLITS):
            for name in SPLITS:
                partition[name] += members
            continue
        order = rng.permutation(len(members))
        bounds = np.cumsum([0, *split_sizes(len(members), ratio)])
        for i, name in enumerate(SPLITS):
            chosen = sorted(order[bounds[i] : bounds[i + 1]].tolist())
            partition[name] += [members[j] for j in chosen]
    return partition
