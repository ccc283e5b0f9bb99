"""Masks as an imperfect person detector and OCR engine would give them.

The masks guide training, so they must not be the truth. The silhouettes of people and
the boxes of texts are dilated or eroded by up to 4 % of the short side and shifted by
up to 2 %, less if they are small; one in ten is missed, and one photo in twenty has one
where there is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from mmprivacy.datasets.mask_files import MaskIndex
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample.identity import SPLITS
from mmprivacy.datasets.sample.writing import mapper

PROVIDERS = ('human', 'text')
#: Detection classes that are people, or large parts of them.
PEOPLE = ('person', 'face', 'arm')
#: What of other elements is a person: on a photo of a document, or in a wheelchair.
PERSON_PART = 'a1_age_approx'
#: Dilation or erosion, and shift, at most: shares of the short side.
GROWTH, SHIFT = 0.04, 0.02
#: Detectors err less on what is small: shares of the smaller side of the object that it
#: is dilated by, and shifted or (on both sides together) eroded by, at most.
GAIN, LOSS = 0.3, 0.2
#: Share of the objects that are missed, and of photos with an object too many.
MISSED, SPURIOUS = 0.1, 0.05
_MADE_BY = dict(type='sample data', growth=GROWTH, shift=SHIFT, missed=MISSED,
                spurious=SPURIOUS)  # fmt: skip
_CHUNK = 50


def add_provider_masks(root: Path, seed: int, workers: int | None = None) -> None:
    """Write the masks of a drawn data set, those of splits that have none.

    Args:
        root: Its folder, with ``scenes.jsonl``.
        seed: Seed of the data set.
        workers: Number of processes; None for one per CPU.
    """
    lacking = {
        s for s in SPLITS for p in PROVIDERS if not MaskIndex(root, p, s).file.is_file()
    }
    scenes = [scene for scene in read_scenes(root) if scene['split'] in lacking]
    chunks = [scenes[k : k + _CHUNK] for k in range(0, len(scenes), _CHUNK)]
    coverage: dict[tuple[str, str], dict[str, float]] = {}
    with mapper(workers, len(chunks)) as run:
        for done in run(partial(_write_chunk, root, seed), chunks):
            for key, found in done.items():
                coverage.setdefault(key, {}).update(found)
    for (provider, split), found in coverage.items():
        MaskIndex(root, provider, split, dict(_MADE_BY), found).write()


def read_scenes(root: Path) -> Iterator[dict]:
    """Yield the ground truth of each scene of a drawn data set."""
    with (root / 'scenes.jsonl').open(encoding='utf-8') as file:
        yield from map(json.loads, file)


def _write_chunk(
    root: Path, seed: int, scenes: list[dict]
) -> dict[tuple[str, str], dict[str, float]]:
    """Write the masks of some scenes; return their shares by provider and split."""
    indices: dict[tuple[str, str], MaskIndex] = {}
    for scene in scenes:
        for provider in PROVIDERS:
            key = (provider, scene['split'])
            index = indices.setdefault(key, MaskIndex(root, *key))
            index.add(scene['file'], provider_mask(scene, provider, seed))
    return {key: index.coverage for key, index in indices.items()}


def provider_mask(scene: dict, provider: str, seed: int) -> np.ndarray:
    """Draw what a provider makes of a scene.

    Args:
        scene: What is known about it, a line of ``scenes.jsonl``.
        provider: ``'human'`` or ``'text'``.
        seed: Seed of the data set.

    Returns:
        bool ``(h, w)``, True = a person, or text.
    """
    key = [seed, SPLITS.index(scene['split']), scene['index']]
    rng = np.random.default_rng([*key, 7000 + PROVIDERS.index(provider)])
    h, w = scene['size']
    found = np.zeros((h, w), bool)
    exact = _people if provider == 'human' else _texts
    for mask in exact(scene):
        missed = rng.random() < MISSED
        seen = _imperfect(rng, mask, round_shape=provider == 'human')
        if not missed:
            found |= seen
    if rng.random() < SPURIOUS:
        found |= _spurious(rng, (h, w), provider)
    return found


def _people(scene: dict) -> Iterator[np.ndarray]:
    """Yield the silhouettes of the people, bool ``(h, w)``."""
    for element in scene['elements']:
        if element['category'] in PEOPLE and element['box'] is not None:
            yield decode_rle(element['mask'])
        elif PERSON_PART in element.get('parts', {}):
            yield decode_rle(element['parts'][PERSON_PART])


def _texts(scene: dict) -> Iterator[np.ndarray]:
    """Yield the boxes of the texts, bool ``(h, w)``."""
    h, w = scene['size']
    for element in scene['elements']:
        for content, box in element['texts']:
            x0, y0, x1, y1 = (round(v) for v in box)
            x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, w), min(y1, h)
            if '://' not in content and x1 > x0 and y1 > y0:  # not that of a QR code
                mask = np.zeros((h, w), bool)
                mask[y0:y1, x0:x1] = True
                yield mask


def _imperfect(
    rng: np.random.Generator, mask: np.ndarray, round_shape: bool
) -> np.ndarray:
    """Dilate or erode a mask, and shift it."""
    h, w = mask.shape
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    side = min(rows[-1] - rows[0], cols[-1] - cols[0]) + 1
    most = LOSS * side
    growth = rng.uniform(-1, 1) * GROWTH * min(h, w)
    shift = np.clip(rng.uniform(-1, 1, 2) * SHIFT * min(h, w), -most, most)
    limit = GAIN * side if growth > 0 else most / 2
    radius = int(min(abs(growth), limit) + 0.5)
    shape = cv2.MORPH_ELLIPSE if round_shape else cv2.MORPH_RECT
    kernel = cv2.getStructuringElement(shape, (2 * radius + 1, 2 * radius + 1))
    # Objects go on beyond the edges: erosion does not start there.
    changed = (cv2.dilate if growth > 0 else cv2.erode)(mask.astype(np.uint8), kernel)
    move = np.array([[1, 0, round(shift[0])], [0, 1, round(shift[1])]], np.float64)
    return cv2.warpAffine(changed, move, (w, h), flags=cv2.INTER_NEAREST) > 0


def _spurious(
    rng: np.random.Generator, size: tuple[int, int], provider: str
) -> np.ndarray:
    """Draw an object where there is none: something upright, or a line of text."""
    h, w = size
    tall = rng.uniform(0.2, 0.5) * h if provider == 'human' else rng.uniform(8, 20)
    wide = tall * (
        rng.uniform(0.3, 0.5) if provider == 'human' else rng.uniform(2.5, 6)
    )
    x, y = rng.uniform(0, w), rng.uniform(0, h)
    mask = np.zeros(size, np.uint8)
    if provider == 'human':
        box = ((float(x), float(y)), (float(wide), float(tall)), 0.0)
        cv2.ellipse(mask, box, 1, -1)
    else:
        corner = (int(x - wide / 2), int(y - tall / 2))
        cv2.rectangle(mask, corner, (int(x + wide / 2), int(y + tall / 2)), 1, -1)
    return mask > 0
