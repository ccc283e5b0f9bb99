"""What a detector sees in a photo, before and after it was protected.

Convention: pictures are **RGB** uint8 (H, W, 3); boxes are xyxy in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from mmprivacy.errors import ShapeError
from mmprivacy.evaluation.functional import l_inf, psnr
from mmprivacy.evaluation.functional.detections import Boxes
from mmprivacy.visualization.panels import draw_grid, fit
from mmprivacy.visualization.typography import font

# Okabe and Ito, Color Universal Design, 2008; a colour for each class, in turns.
_COLORS = ('#d55e00', '#0072b2', '#009e73', '#cc79a7', '#8a6d00', '#56308a')
_MIDDLE = 128


def draw_detections(
    picture: np.ndarray,
    found: Boxes,
    classes: Sequence[str],
    score_thr: float = 0.3,
    height: int = 320,
) -> np.ndarray:
    """Draw boxes with class and score over a picture.

    Args:
        picture: The picture (H, W, 3).
        found: Detections in pixels of the picture.
        classes: Names of the classes in label order.
        score_thr: Scores below it are not drawn.
        height: Height of the result in pixels.

    Returns:
        The picture with boxes (height, W', 3).
    """
    shown = fit(picture, height)
    scale = np.array([shown.shape[1] / picture.shape[1], height / picture.shape[0]])
    canvas = Image.fromarray(shown)
    pen, face = ImageDraw.Draw(canvas), font(11, bold=True)
    kept = found.above(score_thr)
    for box, label, score in sorted(zip(*kept), key=lambda item: item[2]):
        color = _COLORS[int(label) % len(_COLORS)]
        left, top, right, bottom = (box.reshape(2, 2) * scale).ravel().tolist()
        pen.rectangle((left, top, max(left, right), max(top, bottom)), None, color, 2)
        text = f'{classes[int(label)]} {score:.2f}'
        width = face.getlength(text) + 6
        x = min(max(left, 0), max(0, canvas.width - width))
        y = max(top - 15, 0)
        pen.rectangle((x, y, x + width, y + 15), color)
        pen.text((x + 3, y + 7.5), text, '#ffffff', face, anchor='lm')
    return np.asarray(canvas)


def draw_change(
    original: np.ndarray, protected: np.ndarray
) -> tuple[np.ndarray, float]:
    """Draw what was changed, around a middle grey, as strong as grey levels allow.

    Args:
        original: The picture before (H, W, 3).
        protected: The picture after, the same shape.

    Returns:
        The change (H, W, 3), and what it was multiplied by.

    Raises:
        ShapeError: If the shapes differ.
    """
    if original.shape != protected.shape:
        raise ShapeError.explain(
            'pictures before and after',
            expected=f'one shape, {original.shape}',
            got=protected.shape,
            fix='compare a photo with its own original',
        )
    change = protected.astype(np.float64) - original
    gain = (_MIDDLE - 1) / max(1.0, np.abs(change).max(initial=0))
    return (_MIDDLE + gain * change).round().astype(np.uint8), gain


def draw_protection(
    original: np.ndarray,
    protected: np.ndarray,
    before: Boxes,
    after: Boxes,
    classes: Sequence[str],
    score_thr: float = 0.3,
    title: str = '',
    height: int = 320,
) -> np.ndarray:
    """Draw a photo, what was changed, and the protected photo, side by side.

    Args:
        original: The picture before (H, W, 3).
        protected: The picture after, the same shape.
        before: Detections in the original.
        after: Detections in the protected picture.
        classes: Names of the classes in label order.
        score_thr: Threshold T of the detector.
        title: Headline, such as the file name.
        height: Height of a picture in pixels.

    Returns:
        The panel (H', W', 3).

    Raises:
        ShapeError: If the shapes differ.
    """
    change, gain = draw_change(original, protected)
    quality = psnr(protected, original)
    said = 'unchanged' if np.isinf(quality) else f'PSNR {quality:.1f} dB'
    tiles = [
        draw_detections(original, before, classes, score_thr, height),
        fit(change, height),
        draw_detections(protected, after, classes, score_thr, height),
    ]
    most = l_inf(protected, original)
    counts = [len(found.above(score_thr).scores) for found in (before, after)]
    captions = [
        f'Original\n{_count(counts[0])} at T = {score_thr:g}',
        f'Change, {gain:.0f} times\n{said}, at most {most:g} levels',
        f'Protected\n{_count(counts[1])} at T = {score_thr:g}',
    ]
    return draw_grid(tiles, captions, columns=3, title=title)


def _count(number: int) -> str:
    return '1 detection' if number == 1 else f'{number} detections'
