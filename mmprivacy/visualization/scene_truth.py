"""Draw what is known about a drawn scene: boxes, masks, and what makes it private.

What decides depends on the target: the label ``private`` follows from pairs of
elements, the privacy score from those with the highest rated attribute.

Convention: pictures are **RGB** uint8 (H, W, 3), boxes xyxy in pixels of the file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.datasets.rle import decode_rle
from mmprivacy.datasets.sample.labels import PAIRS, SETTING
from mmprivacy.visualization.typography import CLASS_COLORS, font

OTHER = '#2f6fb3'


def draw_scene(photo: np.ndarray, scene: Mapping, target: str = 'label') -> np.ndarray:
    """Draw the visible elements over a picture, those that decide in red.

    Args:
        photo: The picture at any size (H, W, 3).
        scene: One line of ``scenes.jsonl``.
        target: What they decide, ``'label'`` or ``'score'``.

    Returns:
        The picture with masks and boxes (H, W, 3).
    """
    height, width = photo.shape[:2]
    scale_y, scale_x = height / scene['size'][0], width / scene['size'][1]
    deciding = deciding_elements(scene, target)
    picture = photo.astype(np.float32)
    visible = [
        (element, CLASS_COLORS['private'] if decides else OTHER)
        for element, decides in zip(scene['elements'], deciding, strict=True)
        if element['visible'] and element['box']
    ]
    for element, color in visible:
        mask = Image.fromarray(decode_rle(element['mask'])).resize((width, height))
        tint = np.array(_rgb(color), np.float32)
        alpha = 0.38 * np.asarray(mask, np.float32)[..., None]
        picture = picture * (1 - alpha) + tint * alpha
    sheet = Image.fromarray(np.rint(picture).astype(np.uint8))
    pen = ImageDraw.Draw(sheet)
    face = font(11, bold=True)
    for element, color in sorted(visible, key=lambda pair: pair[1] != OTHER):
        x0, y0, x1, y1 = element['box']
        box = [x0 * scale_x, y0 * scale_y, x1 * scale_x - 1, y1 * scale_y - 1]
        pen.rectangle(box, outline=color, width=2)
        text = _words(element['kind'])
        tag = face.getlength(text) + 8
        x = max(0, min(box[0], width - tag))
        y = box[1] - 16 if box[1] >= 16 else box[1]
        pen.rectangle((x, y, x + tag, y + 15), fill=color)
        pen.text((x + 4, y + 8), text, '#ffffff', face, anchor='lm')
    return np.asarray(sheet)


def deciding_elements(scene: Mapping, target: str = 'label') -> list[bool]:
    """Tell which elements decide.

    Args:
        scene: One line of ``scenes.jsonl``.
        target: ``'label'``: those in the pairs that make the scene private;
            ``'score'``: those with the highest rated attribute.

    Returns:
        One value an element.
    """
    elements = scene['elements']
    if target == 'score':
        ratings = [_rating(element) for element in elements]
        highest = max(ratings, default=0.0)
        return [rating == highest > 0 for rating in ratings]
    names = set(scene['pairs'])
    kinds = [p.left | p.right for p in PAIRS if p.name in names]
    kinds = {k for k in frozenset().union(*kinds) if not k.startswith(SETTING)}
    return [element['kind'] in kinds for element in elements]


def explain_scene(scene: Mapping, target: str = 'label') -> str:
    """Say in a few words what decides, or name the setting if nothing does.

    Args:
        scene: One line of ``scenes.jsonl``.
        target: ``'label'``: the first pair; ``'score'``: the highest rated attribute.
    """
    found = scene['pairs']
    if target == 'score':
        shown = [a for element in scene['elements'] for a in element['attributes']]
        found = sorted(shown, key=lambda a: -ATTRIBUTES[a].mean_305)
        found = [_words(name.partition('_')[2]) for name in found]
    return found[0] if found else _words(scene['setting'])


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


def _rating(element: Mapping) -> float:
    """Return the highest mean rating of an element's attributes, 0 if it has none."""
    return max((ATTRIBUTES[a].mean_305 for a in element['attributes']), default=0.0)


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
