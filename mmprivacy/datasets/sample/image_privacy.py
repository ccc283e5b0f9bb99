"""Write scenes in the Image Privacy layout.

``<root>/private/*.jpg``, ``<root>/public/*.jpg``,
``<root>/exp/partition1/{train,val,test}.csv`` with columns ``,img_name,label`` (names
relative to the root), and ``<root>/scenes.jsonl``, one line of ground truth an image.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import describe, to_jpeg
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.writing import Format


def write_scene(scene: Scene, root: Path) -> dict:
    """Write the picture of one scene and return its annotation."""
    truth = describe(scene)
    name = f'{truth["label"]}/{scene.split}_{scene.index:05d}.jpg'
    write_bytes(root / name, to_jpeg(scene.render(), scene.camera.quality))
    return dict(file=name, **truth)


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the lists of the splits and the ground truth."""
    for split, scenes in lines.items():
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator='\n')
        writer.writerow(['', 'img_name', 'label'])
        writer.writerows([k, s['file'], s['label']] for k, s in enumerate(scenes))
        write_text(root / 'exp' / 'partition1' / f'{split}.csv', buffer.getvalue())
    every = [json.dumps(scene) for scenes in lines.values() for scene in scenes]
    write_text(root / 'scenes.jsonl', '\n'.join(every) + '\n')


IMAGE_PRIVACY = Format(
    'image-privacy',
    write_scene,
    finish,
    'Layout of the Image Privacy data set: `private/`, `public/`, the splits in\n'
    '`exp/partition1/`, and the ground truth of each scene in `scenes.jsonl`.',
)
