"""Describe a scene for a file: everything that is known, ready for JSON."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from mmprivacy.datasets.rle import encode_rle
from mmprivacy.datasets.sample.scene import Scene


def describe(scene: Scene, parts: bool = False) -> dict:
    """Describe a scene.

    Args:
        scene: The scene.
        parts: Whether to say which pixels of an element show which attribute.

    Returns:
        A dict of plain values: split, index, setting, size ``[h, w]``, label
        (``'private'`` or ``'public'``), names of the pairs, attributes, score, and per
        element id, kind, category, box (xyxy, pixels), mask (COCO run lengths, after
        occlusion), attributes, visible, texts and, if asked for, ``parts``: attribute
        id to mask.
    """
    return dict(
        split=scene.split,
        index=scene.index,
        setting=scene.setting,
        size=list(scene.size),
        label='private' if scene.private else 'public',
        pairs=[pair.name for pair in scene.pairs],
        attributes=list(scene.attributes),
        score=round(scene.score, 3),
        elements=[
            dict(
                id=truth.id,
                kind=truth.kind,
                category=truth.category,
                box=None if truth.box is None else list(truth.box),
                mask=encode_rle(truth.mask),
                attributes=list(truth.attributes),
                visible=truth.visible,
                texts=[[content, list(box)] for content, box in truth.texts],
                **({'parts': _encode(truth.parts)} if parts else {}),
            )
            for truth in scene.elements
        ],
    )


def _encode(parts: dict[str, np.ndarray]) -> dict[str, dict]:
    return {name: encode_rle(mask) for name, mask in parts.items()}


def to_jpeg(image: np.ndarray, quality: int) -> bytes:
    """Encode an RGB uint8 picture ``(h, w, 3)`` as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, 'JPEG', quality=quality)
    return buffer.getvalue()
