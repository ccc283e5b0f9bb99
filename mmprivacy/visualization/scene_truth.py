"""Draw what is known about a drawn scene: boxes, masks, and what makes it private.

Convention: pictures are **RGB** uint8 (H, W, 3), boxes xyxy in pixels of the file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample.labels import PAIRS, SETTING
from mmprivacy.visualization.typography import CLASS_COLORS, font

OTHER = '#2f6fb3'


def draw_scene(photo: np.ndarray, scene: Mapping) -> np.ndarray:
    """Draw the visible elements over a picture, those that decide the label in red.

    Args:
        photo: The picture at any size (H, W, 3).
        scene: One line of ``scenes.jsonl``.

    Returns:
        The picture with masks and boxes (H, W, 3).
    """
    height, width = photo.shape[:2]
    scale_y, scale_x = height / scene['size'][0], width / scene['size'][1]
    deciding = deciding_kinds(scene)
    picture = photo.astype(np.float32)
    visible = [e for e in scene['elements'] if e['visible'] and e['box']]
    for element in visible:
        mask = Image.fromarray(decode_rle(element['mask'])).resize((width, height))
        tint = np.array(_rgb(_color(element, deciding)), np.float32)
        alpha = 0.38 * np.asarray(mask, np.float32)[..., None]
        picture = picture * (1 - alpha) + tint * alpha
    sheet = Image.fromarray(np.rint(picture).astype(np.uint8))
    pen = ImageDraw.Draw(sheet)
    face = font(11, bold=True)
    for element in sorted(visible, key=lambda e: e['kind'] in deciding):
        x0, y0, x1, y1 = element['box']
        box = [x0 * scale_x, y0 * scale_y, x1 * scale_x - 1, y1 * scale_y - 1]
        color = _color(element, deciding)
        pen.rectangle(box, outline=color, width=2)
        text = _words(element['kind'])
        tag = face.getlength(text) + 8
        x = max(0, min(box[0], width - tag))
        y = box[1] - 16 if box[1] >= 16 else box[1]
        pen.rectangle((x, y, x + tag, y + 15), fill=color)
        pen.text((x + 4, y + 8), text, '#ffffff', face, anchor='lm')
    return np.asarray(sheet)


def deciding_kinds(scene: Mapping) -> frozenset[str]:
    """List the kinds of elements in the pairs that make the scene private."""
    names = set(scene['pairs'])
    kinds = [p.left | p.right for p in PAIRS if p.name in names]
    return frozenset(k for k in frozenset().union(*kinds) if not k.startswith(SETTING))


def describe_scene(scene: Mapping) -> list[str]:
    """Put the truth of a scene into lines.

    Args:
        scene: One line of ``scenes.jsonl``.

    Returns:
        Setting, score and pairs, then one line for each visible element.
    """
    why = '; '.join(scene['pairs']) or 'no pair of the table'
    lines = [
        f'{_words(scene["setting"])}, {scene["label"]}: {why}  '
        f'(score {scene["score"]:.2f})'
    ]
    for element in scene['elements']:
        if element['visible']:
            shown = ', '.join(_attribute(a) for a in element['attributes'])
            lines.append(f'{_words(element["kind"])}: {shown or "no attribute"}')
    return lines


def _color(element: Mapping, deciding: frozenset[str]) -> str:
    """Red for what decides, blue for the rest."""
    return CLASS_COLORS['private'] if element['kind'] in deciding else OTHER


def _rgb(color: str) -> tuple[int, ...]:
    """Parse ``#rrggbb``."""
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def _words(name: str) -> str:
    """Write an identifier as words."""
    return name.replace('_', ' ')


def _attribute(name: str) -> str:
    """Write ``a9_face_complete`` as ``face complete (a9)``."""
    number, _, words = name.partition('_')
    return f'{_words(words)} ({number})' if words else number
