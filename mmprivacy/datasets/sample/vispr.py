"""Write scenes in the VISPR layout.

``<root>/images/<split>2017/<id>.jpg``, ``<root>/annotations/<split>2017/<id>.json``,
the lists ``<root>/{train,val,test}2017.txt``, ``attributes.tsv`` and
``user_studies/``, as VISPR and its authors' code have them;
``<root>/scenes.jsonl``, one line of ground truth an image; and ``<root>/masks/``,
imperfect masks of people and text; and for val and test the exact masks of the
attributes, in the layout of Visual Redactions.
"""

from __future__ import annotations

import json
from pathlib import Path

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import describe, to_jpeg
from mmprivacy.datasets.sample.provider_masks import add_provider_masks, read_scenes
from mmprivacy.datasets.sample.redactions import redactions_file, write_redactions
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.user_study import write_user_study
from mmprivacy.datasets.sample.writing import Format
from mmprivacy.datasets.vispr import list_name


def write_scene(scene: Scene, root: Path) -> dict:
    """Write picture and annotation of one scene and return what is known about it."""
    truth = describe(scene, parts=True)
    name = f'{scene.split}_{scene.index:05d}'
    file = f'images/{scene.split}2017/{name}.jpg'
    write_bytes(root / file, to_jpeg(scene.render(), scene.camera.quality))
    annotation = dict(
        id=name,
        image_path=file,
        labels=truth['attributes'],
        openimages_id=None,
        source_url=None,
    )
    write_text(root / _annotation_path(scene.split, name), json.dumps(annotation))
    return dict(file=file, **truth)


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the lists of the splits, the user study and the ground truth."""
    for split, scenes in lines.items():
        paths = [_annotation_path(split, Path(s['file']).stem) for s in scenes]
        write_text(root / list_name(split), '\n'.join(paths) + '\n')
    write_user_study(root)
    every = [json.dumps(scene) for scenes in lines.values() for scene in scenes]
    write_text(root / 'scenes.jsonl', '\n'.join(every) + '\n')


def add(root: Path, seed: int, workers: int | None) -> None:
    """Write masks of people and text, and for evaluation the exact ones."""
    add_provider_masks(root, seed, workers)
    for split in ('val', 'test'):
        listed = (root / list_name(split)).is_file()
        if listed and not redactions_file(root, split).is_file():
            scenes = (s for s in read_scenes(root) if s['split'] == split)
            write_redactions(root, split, scenes)


def _annotation_path(split: str, name: str) -> str:
    return f'annotations/{split}2017/{name}.json'


VISPR = Format(
    'vispr',
    write_scene,
    finish,
    'Layout of VISPR: `images/`, `annotations/`, the lists `<split>2017.txt`, and the '
    'ground truth of each\nscene (boxes, masks and attributes of its elements, and the '
    'pixels of each attribute) in\n`scenes.jsonl`.\n\n'
    'The user study in `user_studies/` is synthetic: nobody was asked. The mean rating '
    'of each attribute is\nthat of the real study, so scores of `max_of_mean` are '
    'those of the real table; the single users are\ninvented. `attributes.tsv` is that '
    'of tribhuvanesh/vpa (Apache License, Version 2.0).\n\n'
    '`masks/` has masks of people and of text as a detector and an OCR engine would '
    'give them: dilated,\neroded, shifted, some missed, some invented. '
    '`annotations/2017_v1/` has the exact masks of the attributes of val and\ntest, in '
    'the layout of Visual Redactions: for evaluation only.',
    deck='scores',
    num=dict(train=5000, val=200, test=400),
    add=add,
)
