"""Drawn sample data: every config runs on them without a download."""

from __future__ import annotations

from pathlib import Path

from mmprivacy.datasets.sample.coco import COCO, COCO_IMAGE_LABELS
from mmprivacy.datasets.sample.contact_sheet import contact_sheet
from mmprivacy.datasets.sample.generator import SceneGenerator
from mmprivacy.datasets.sample.image_privacy import IMAGE_PRIVACY
from mmprivacy.datasets.sample.inpainting import INPAINTING
from mmprivacy.datasets.sample.labels import PAIRS, Pair, find_pairs
from mmprivacy.datasets.sample.objects import OBJECTS
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.vispr import VISPR
from mmprivacy.datasets.sample.visual_redactions import VISUAL_REDACTIONS
from mmprivacy.datasets.sample.voc import VOC, VOC_IMAGE_LABELS
from mmprivacy.datasets.sample.writing import Format, write_folder
from mmprivacy.errors import DataError, nearest

#: Formats by name.
FORMATS: dict[str, Format] = {
    fmt.name: fmt
    for fmt in (
        IMAGE_PRIVACY,
        VISPR,
        VISUAL_REDACTIONS,
        OBJECTS,
        COCO,
        COCO_IMAGE_LABELS,
        VOC,
        VOC_IMAGE_LABELS,
        INPAINTING,
    )
}


def write_sample(
    format: str,
    root: str | Path,
    num: dict[str, int],
    seed: int = 0,
    workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Write a drawn data set in one of the :data:`FORMATS`.

    A complete folder of the same format, numbers, seed and generator is left alone; an
    interrupted one is completed. The result does not depend on ``workers``.

    Args:
        format: Name of the format, such as ``'image-privacy'``.
        root: Folder to write.
        num: Number of images per split, such as ``dict(train=1500, val=500)``.
        seed: Seed of the data set.
        workers: Number of processes; None for one per CPU.
        progress: Whether to show a bar on stderr.

    Returns:
        The folder.

    Raises:
        DataError: The format is unknown, ``num`` is wrong, or the folder holds
            something else.
    """
    if format not in FORMATS:
        raise DataError.explain(
            'sample.data.format',
            expected='a format of the sample data',
            got=repr(format),
            fix=nearest(format, FORMATS),
        )
    return write_folder(FORMATS[format], root, num, seed, workers, progress)


__all__ = [
    'FORMATS',
    'PAIRS',
    'Format',
    'Pair',
    'Scene',
    'SceneGenerator',
    'contact_sheet',
    'find_pairs',
    'write_folder',
    'write_sample',
]
