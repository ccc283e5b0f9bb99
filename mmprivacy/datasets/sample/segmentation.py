"""Add what semantic segmentation from image labels needs to drawn VOC and COCO data.

Lists of photos with their classes, segmentation maps, imperfect masks of people and
text, and for training coarse stand-ins for pseudo labels, so that a second network can
be tried out without a first one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from mmprivacy.datasets.image_level_lists import write_image_level_list
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample.identity import SPLITS
from mmprivacy.datasets.sample.provider_masks import add_provider_masks, read_scenes
from mmprivacy.datasets.sample.writing import mapper
from mmprivacy.datasets.segmentation_maps import write_segmentation_map

#: Folders of the true maps and of the stand-ins for pseudo labels.
TRUTH, PSEUDO = 'SegmentationClass', 'PseudoLabels'
#: Folder of the lists.
LISTS = 'ImageSets/ImageLevel'
_CHUNK = 50


@dataclass(frozen=True)
class Segmentation:
    """What differs between the layouts.

    Attributes:
        folder: Folder below the root that holds maps and lists.
        classes: Names of the classes, background left out, as the sample data have
            them.
        name: Name of a photo in the lists, of its file name below the root.
    """

    folder: str
    classes: Sequence[str]
    name: Callable[[str], str]

    def add(self, root: Path, seed: int, workers: int | None) -> None:
        """Write whatever is not there."""
        add_provider_masks(root, seed, workers)
        base = root / self.folder
        for split in SPLITS:
            path = base / LISTS / f'{split}.txt'
            scenes = [s for s in read_scenes(root) if s['split'] == split]
            if path.is_file() or not scenes:
                continue
            chunks = [scenes[k : k + _CHUNK] for k in range(0, len(scenes), _CHUNK)]
            records: list[tuple[str, list[int]]] = []
            with mapper(workers, len(chunks)) as run:
                for done in run(partial(self._write, base, seed), chunks):
                    records += done
            write_image_level_list(path, records)

    def _write(
        self, base: Path, seed: int, scenes: list[dict]
    ) -> list[tuple[str, list[int]]]:
        """Write the maps of some scenes; return names and classes."""
        records = []
        for scene in scenes:
            name = self.name(scene['file'])
            objects = self._objects(scene)
            truth = np.zeros(scene['size'], np.uint8)
            for number, mask in objects:
                truth[mask] = number
            write_segmentation_map(base / TRUTH / f'{name}.png', truth)
            if scene['split'] == 'train':
                coarse = _coarse(scene, objects, seed)
                write_segmentation_map(base / PSEUDO / f'{name}.png', coarse)
            records.append((name, sorted({number - 1 for number, _ in objects})))
        return records

    def _objects(self, scene: dict) -> list[tuple[int, np.ndarray]]:
        """List label and mask of the visible objects that have a class."""
        return [
            (self.classes.index(element['category']) + 1, decode_rle(element['mask']))
            for element in scene['elements']
            if element['visible'] and element['category'] in self.classes
        ]


def _coarse(
    scene: dict, objects: list[tuple[int, np.ndarray]], seed: int
) -> np.ndarray:
    """Draw a map as class activation would give it: round, and off the edges."""
    key = [seed, SPLITS.index(scene['split']), scene['index'], 7100]
    rng = np.random.default_rng(key)
    labels = np.zeros(scene['size'], np.uint8)
    for number, mask in objects:
        side = max(np.sqrt(mask.sum()), 4.0)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.18 * side)
        shift = rng.uniform(-0.08, 0.08, 2) * side
        move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        soft = cv2.warpAffine(soft, move, mask.shape[::-1])
        labels[soft > rng.uniform(0.2, 0.6) * soft.max()] = number
    return labels
