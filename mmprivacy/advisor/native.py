"""Pixels as files hold them: to 8-bit colour for the parts, and back into the file.

Shapes: ``H`` x ``W`` pixels, ``C`` channels.

Convention:
    Native pixels are uint8 or uint16, (H, W) for one channel, else (H, W, C) in the
    order of the mode's letters; alpha is the last channel. Colour is **RGB**.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

MODES = {
    'L': (1, np.uint8), 'LA': (2, np.uint8), 'RGB': (3, np.uint8),
    'RGBA': (4, np.uint8), 'CMYK': (4, np.uint8), 'I;16': (1, np.uint16),
    'RGB;16': (3, np.uint16), 'RGBA;16': (4, np.uint16),
}  # fmt: skip
"""Mode to the number of channels and the type of the values."""


def has_alpha(mode: str) -> bool:
    """Tell whether the last channel of a mode is opacity."""
    return mode in ('LA', 'RGBA', 'RGBA;16')


def to_colour(native: np.ndarray, mode: str) -> np.ndarray:
    """Show native pixels as a viewer does.

    Args:
        native: Native pixels.
        mode: Their mode.

    Returns:
        (H, W, 3) RGB uint8; what is transparent is laid on white.
    """
    if mode == 'RGB':
        return native
    if mode == 'CMYK':
        return np.asarray(Image.fromarray(native, 'CMYK').convert('RGB'))
    if native.dtype == np.uint16:
        native = ((native.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if native.ndim == 2:
        return np.repeat(native[..., None], 3, axis=2)
    if not has_alpha(mode):
        return native
    colour, alpha = (
        native[..., :-1].astype(np.uint32),
        native[..., -1:].astype(np.uint32),
    )
    on_white = (colour * alpha + 255 * (255 - alpha) + 127) // 255
    return np.broadcast_to(on_white, (*native.shape[:2], 3)).astype(np.uint8)


def paste(
    native: np.ndarray, mode: str, picture: np.ndarray, where: np.ndarray
) -> np.ndarray:
    """Put pixels of a protected picture into native ones, and leave the rest alone.

    Pasted pixels become opaque.

    Args:
        native: Native pixels.
        mode: Their mode.
        picture: The protected picture (H, W, 3) RGB uint8.
        where: Which pixels to take from it, (H, W) bool.

    Returns:
        New native pixels.
    """
    result = native.copy()
    if mode == 'RGB':  # twenty times as fast as indexing by the mask
        picture = np.ascontiguousarray(picture)
        return cv2.copyTo(picture, where.view(np.uint8), result)
    colour = picture[where]
    if mode == 'CMYK':
        row = Image.fromarray(np.ascontiguousarray(colour[None]))
        result[where] = np.asarray(row.convert('CMYK'))[0] if len(colour) else 0
        return result
    if mode in ('L', 'LA', 'I;16'):
        luma = colour.astype(np.uint32) @ np.array([299, 587, 114], np.uint32)
        colour = ((luma + 500) // 1000)[:, None].astype(np.uint8)
    if has_alpha(mode):
        opaque = np.full((len(colour), 1), 255, np.uint8)
        colour = np.concatenate([colour, opaque], axis=1)
    if native.dtype == np.uint16:
        colour = colour.astype(np.uint16) * 257
    result[where] = colour[:, 0] if native.ndim == 2 else colour
    return result


def clear_hidden(native: np.ndarray, mode: str) -> np.ndarray:
    """Blacken the colours of pixels that cannot be seen.

    Editors keep what was erased under full transparency; whoever drops the alpha
    channel sees it again.

    Args:
        native: Native pixels.
        mode: Their mode.

    Returns:
        The pixels; the same array if nothing is hidden.
    """
    if not has_alpha(mode):
        return native
    hidden = (native[..., -1] == 0) & (native[..., :-1] != 0).any(axis=2)
    if not hidden.any():
        return native
    result = native.copy()
    result[hidden] = 0
    return result
