"""Describe the exact masks of the attributes as Visual Redactions does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mmprivacy.datasets.file_writing import write_text
from mmprivacy.datasets.polygons import outlines
from mmprivacy.datasets.redaction_attributes import REDACTION_IDS, redaction_id
from mmprivacy.datasets.rle import compress_counts, decode_rle, encode_rle
from mmprivacy.datasets.sample.scene import tight_box
from mmprivacy.datasets.visual_redactions import ANNOTATIONS


def redactions_file(root: Path, split: str) -> Path:
    """Name the annotation file of a split."""
    return root / ANNOTATIONS / f'{split}2017.json'


def write_redactions(root: Path, split: str, scenes: Iterable[dict]) -> None:
    """Write the annotation file of a split.

    Args:
        root: Folder of the data set.
        split: ``'train'``, ``'val'`` or ``'test'``.
        scenes: What is known about its scenes, with ``parts``.
    """
    annotations = {Path(scene['file']).stem: _photo(scene) for scene in scenes}
    rows = [(i, row) for i, a in annotations.items() for row in a['attributes']]
    photos = {i: {p for p, row in rows if row['attr_id'] == i} for i in REDACTION_IDS}
    counts = {i: sum(row['attr_id'] == i for _, row in rows) for i in REDACTION_IDS}
    present = [i for i in REDACTION_IDS if counts[i]]
    stats = dict(
        n_images=len(annotations),
        attr_id_to_n_img={i: len(photos[i]) for i in present},
        attr_id_to_n_inst={i: counts[i] for i in present},
        n_attr=len(present),
        present_attr=present,
    )
    data = dict(created_at='drawn', stats=stats, annotations=annotations)
    write_text(redactions_file(root, split), json.dumps(data) + '\n')


def _photo(scene: dict) -> dict:
    """Describe one scene: an instance for each element and merged attribute."""
    h, w = scene['size']
    merged: dict[tuple[int, str], np.ndarray] = {}
    for element in scene['elements']:
        for name, part in element['parts'].items():
            attr_id = redaction_id(name)
            if attr_id is not None:
                key = (element['id'], attr_id)
                mask = merged.setdefault(key, np.zeros((h, w), bool))
                mask |= decode_rle(part)
    return dict(
        image_id=Path(scene['file']).stem,
        image_path=scene['file'],
        image_height=h,
        image_width=w,
        attributes=[
            _instance(number, attr_id, mask)
            for number, ((_, attr_id), mask) in enumerate(merged.items())
        ],
    )


def _instance(number: int, attr_id: str, mask: np.ndarray) -> dict:
    rle = encode_rle(mask)
    x0, y0, x1, y1 = tight_box(mask)
    return dict(
        instance_id=number,
        attr_id=attr_id,
        polygons=outlines(mask),
        segmentation=dict(size=rle['size'], counts=compress_counts(rle['counts'])),
        area=int(mask.sum()),
        bbox=[x0, y0, x1 - x0, y1 - y0],
        iscrowd=0,
    )
