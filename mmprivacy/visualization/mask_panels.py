"""Draw masks of attributes over a photo, and the photo with them obfuscated.

Convention: every picture is **RGB** uint8 (H, W, 3); masks are (H, W), 1 = private.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mmprivacy.visualization.panels import draw_grid, fit
from mmprivacy.visualization.verdicts import Headline

MASK_COLOR = (226, 61, 40)


def overlay_mask(
    photo: np.ndarray, mask: np.ndarray, color: Sequence[int] = MASK_COLOR
) -> np.ndarray:
    """Tint the pixels of a mask, outline it, and fade the rest.

    Args:
        photo: The photo (H, W, 3).
        mask: The mask (h, w) bool; resized to the photo.
        color: Colour of the mask.

    Returns:
        The picture (H, W, 3).
    """
    size = photo.shape[1::-1]
    inside = cv2.resize(
        np.asarray(mask, np.uint8), size, interpolation=cv2.INTER_NEAREST
    )
    values = photo.astype(np.float32)
    gray = values.mean(2, keepdims=True)
    faded = 0.45 * gray + 0.35 * values
    tinted = 0.55 * values + 0.45 * np.array(color, np.float32)
    picture = np.where(inside[..., None] > 0, tinted, faded)
    picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(picture, found, -1, tuple(color), max(1, size[1] // 200))


def draw_obfuscation(
    photo: np.ndarray,
    masks: Sequence[np.ndarray],
    names: Sequence[str],
    protected: np.ndarray,
    title: str = '',
    verdict: Headline | None = None,
    tile: int = 256,
    columns: int = 6,
) -> np.ndarray:
    """Draw a photo, the mask of each attribute, and the protected photo.

    The content of Figures 1 and 3 of Tay et al., PrivObfNet (WACV 2024).

    Args:
        photo: The photo (H, W, 3).
        masks: A mask (h, w) for each attribute.
        names: Captions of the masks.
        protected: The photo with the masks obfuscated (H, W, 3).
        title: Headline, such as the file name.
        verdict: What the model said.
        tile: Height of a picture in pixels.
        columns: Pictures in a row at most.

    Returns:
        The panel (H', W', 3).
    """
    small = fit(np.ascontiguousarray(photo), tile)
    tiles = [small, *(overlay_mask(small, mask) for mask in masks)]
    tiles.append(fit(np.ascontiguousarray(protected), tile))
    captions = ['Photo', *names, 'Protected']
    return draw_grid(tiles, captions, columns, title, verdict)
