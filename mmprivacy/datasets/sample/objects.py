"""Write close views of single elements in the layout of ImageNet.

``<root>/<split>/<class>/<split>_<index>.jpg``, as mmpretrain's ``CustomDataset`` and
``ImageNet`` read it; and ``<root>/classes.txt``, a class a line, sorted.
"""

from __future__ import annotations

from pathlib import Path

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import to_jpeg
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.object_plans import SCENERY, object_class
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.writing import Format


def write_scene(scene: Scene, root: Path) -> dict:
    """Write the picture of one scene."""
    name = object_class(scene.index)
    file = f'{scene.split}/{name}/{scene.split}_{scene.index:05d}.jpg'
    write_bytes(root / file, to_jpeg(scene.render(), scene.camera.quality))
    return dict(file=file)


def finish(root: Path, lines: dict[str, list[dict]]) -> None:  # noqa: ARG001
    """Write the list of the classes."""
    write_text(root / 'classes.txt', '\n'.join(sorted((*ELEMENTS, SCENERY))) + '\n')


OBJECTS = Format(
    'objects',
    write_scene,
    finish,
    'Layout of ImageNet: `<split>/<class>/`, close views of one element each, and '
    'scenery without any.',
    deck='objects',
    num=dict(train=6000, val=450, test=450),
)
