"""Write scenes for inpainting, in the folders of Places2, with true backgrounds.

``<root>/data_large/<setting>/<name>.jpg`` are pictures to learn from: scenes without
anything that shows a privacy attribute. ``private_large`` has one in four of these
scenes with it, and ``masks/private_large/``. ``val_large`` and ``test_large`` have
scenes with it, too: for each ``<folder>/<name>.png`` there is
``masks/<folder>/<name>.png``, the pixels of what is to be removed, and
``backgrounds/<folder>/<name>.png``, the same scene without it. Outside the mask,
picture and background are equal, bit by bit. ``regions.json`` has box, category and
kind of what is removed from each picture, and ``scenes.jsonl`` one line of ground truth
a picture; ``removed`` are the ids of what its mask covers, or what was left out.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mmprivacy.datasets.file_writing import write_bytes, write_text
from mmprivacy.datasets.sample.annotation import describe, to_jpeg
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.writing import Format

FOLDERS = {'train': 'data_large', 'val': 'val_large', 'test': 'test_large'}
#: Folder of scenes to learn removal from, and how many of the scenes are there.
PRIVATE_FOLDER, PRIVATE_EVERY = 'private_large', 4
#: Largest share of a picture that is removed, unless a single element is larger.
MAX_AREA = 0.4
#: What is said of a region, and where it is said of an element.
_REGION = {'bbox': 'box', 'category': 'category', 'kind': 'kind'}
#: Gaps of the mask up to this width are closed, in pixels.
_GAP = 5


def write_scene(scene: Scene, root: Path) -> dict:
    """Write the pictures of one scene and return its annotation."""
    folder, name = FOLDERS[scene.split], f'{scene.split}_{scene.index:05d}'
    if scene.split == 'train':
        removed = [e.id for e in scene.placed if e.parts]
        file = f'{folder}/{scene.setting}/{name}.jpg'
        jpeg = to_jpeg(scene.render(without=removed), scene.camera.quality)
        write_bytes(root / file, jpeg)
        if scene.index % PRIVATE_EVERY == 0:
            _write_private(scene, root, f'{PRIVATE_FOLDER}/{name}.png')
    else:
        file = f'{folder}/{name}.png'
        removed, background = _write_private(scene, root, file)
        write_bytes(root / 'backgrounds' / file, _to_png(background))
    return dict(file=file, removed=sorted(removed), **describe(scene))


def _write_private(scene: Scene, root: Path, file: str) -> tuple[list[int], np.ndarray]:
    """Write a scene as it is, and the mask of what is to be removed from it."""
    removed, mask, background = remove_sensitive(scene)
    write_bytes(root / 'masks' / file, _to_png(mask.astype(np.uint8) * 255))
    write_bytes(root / file, _to_png(scene.render()))
    return removed, background


def remove_sensitive(scene: Scene) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Choose what to remove from a scene, and render the scene without it.

    All visible elements that show an attribute go, the smallest first, as long as they
    cover :data:`MAX_AREA` of the picture at most; the first goes in any case.

    Args:
        scene: The scene.

    Returns:
        Ids of the elements, none if none is sensitive; mask bool ``(h, w)`` of all
        pixels that they change, their shadows included; and the picture without them,
        RGB uint8 ``(h, w, 3)``.
    """
    areas = {t.id: int(t.mask.sum()) for t in scene.elements if t.attributes}
    removed: list[int] = []
    covered, most = 0, MAX_AREA * np.prod(scene.size)
    for element in sorted(areas, key=areas.get):
        covered += areas[element]
        if removed and covered > most:
            break
        removed.append(element)
    background = scene.render(without=removed)
    mask = (background != scene.render()).any(-1)
    for truth in scene.elements:
        if truth.id in removed:
            mask |= truth.mask
    kernel = np.ones((_GAP, _GAP), np.uint8)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    return removed, mask | closed.astype(bool), background


def finish(root: Path, lines: dict[str, list[dict]]) -> None:
    """Write the regions and the ground truth."""
    regions = {
        Path(scene['file']).stem: [
            {k: element[v] for k, v in _REGION.items()}
            for element in scene['elements']
            if element['id'] in scene['removed']
        ]
        for split in ('val', 'test')
        for scene in lines.get(split, [])
    }
    write_text(root / 'regions.json', json.dumps(regions))
    every = [json.dumps(scene) for scenes in lines.values() for scene in scenes]
    write_text(root / 'scenes.jsonl', '\n'.join(every) + '\n')


def _to_png(image: np.ndarray) -> bytes:
    """Encode a gray or RGB uint8 picture as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, 'PNG')
    return buffer.getvalue()


INPAINTING = Format(
    'inpainting',
    write_scene,
    finish,
    'Layout of Places2: `data_large/`, `val_large/`, `test_large/`. Pictures to learn '
    'from show nothing\nsensitive; the others, and `private_large/`, do, with `masks/` '
    'of what is to be\nremoved. `backgrounds/` are the same scenes without it, for '
    'evaluation only. The ground truth of each scene is in `scenes.jsonl`.',
    deck='removals',
    num=dict(train=2000, val=50, test=200),
)
