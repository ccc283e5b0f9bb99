"""What a map of a drawn photo ought to point at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.rle import decode_rle

GRID = (14, 14)
"""Places that the best fixed point is chosen from."""


def target_masks(
    root: str | Path, split: str = 'test', whole: bool = False
) -> dict[str, np.ndarray]:
    """Read the masks of a split of the drawn data.

    Args:
        root: Folder of the data.
        split: The split.
        whole: See :func:`most_private_mask`.

    Returns:
        Stem of the photo's file to mask (H, W) bool; unsafe photos only.
    """
    masks = {}
    for line in Path(root, 'scenes.jsonl').read_text(encoding='utf-8').splitlines():
        scene = json.loads(line)
        if scene['split'] != split:
            continue
        mask = most_private_mask(scene, whole)
        if mask is not None:
            masks[Path(scene['file']).stem] = mask
    return masks


def most_private_mask(scene: Mapping, whole: bool = False) -> np.ndarray | None:
    """Find what decides the score: where the highest rated attribute shows.

    Args:
        scene: One line of ``scenes.jsonl``.
        whole: Take the whole elements that show it, not only the pixels that do: of
            somebody whose face decides, the person, not the face.

    Returns:
        Mask (H, W) bool, of several elements with that attribute all together; None if
        no element has an attribute: the photo is safe.
    """
    rated = [
        (ATTRIBUTES[attribute].mean_305, element['mask'] if whole else part)
        for element in scene['elements']
        for attribute, part in element['parts'].items()
    ]
    highest = max((rating for rating, _ in rated), default=0.0)
    chosen = [decode_rle(mask) for rating, mask in rated if rating == highest]
    return np.any(chosen, axis=0) if chosen else None
