"""Classical inpainting: fill a region from its border, without anything learned."""

from __future__ import annotations

import cv2
import numpy as np

from mmprivacy.errors import ConfigError, ShapeError, nearest
from mmprivacy.obfuscation.regions import region_mask

ALGORITHMS = {'telea': cv2.INPAINT_TELEA, 'navier-stokes': cv2.INPAINT_NS}
"""Telea 2004, and Bertalmio et al. 2001, by name."""


def inpaint(
    image: np.ndarray,
    algorithm: str = 'telea',
    radius: float = 3.0,
    mask: np.ndarray | None = None,
    boxes: np.ndarray | None = None,
) -> np.ndarray:
    """Continue the surroundings of a region into it, with OpenCV.

    Nothing of the region remains; pixels outside are not touched. Of a picture that is
    masked as a whole nothing is known, and it becomes black.

    Convention:
        Pictures are uint8 (H, W, 3) in [0, 255], in any order of the channels.
        ``mask`` and ``boxes`` are those of
        :func:`~mmprivacy.obfuscation.regions.region_mask`; one of them is needed.

    Args:
        image: Picture (H, W, 3) uint8.
        algorithm: ``'telea'`` (fast marching) or ``'navier-stokes'``.
        radius: How far from a pixel known ones are looked at, in pixels.
        mask: Pixels to change (H, W), or None.
        boxes: Boxes to change (N, 4), or None.

    Returns:
        New picture (H, W, 3) uint8.

    Raises:
        ConfigError: If the algorithm is unknown, the radius is out of range, or there
            is no region.
        ShapeError: If the picture, the mask or the boxes have a wrong shape.
    """
    if algorithm not in ALGORITHMS:
        raise ConfigError.explain(
            'inpaint: algorithm',
            expected=f'one of {", ".join(ALGORITHMS)}',
            got=repr(algorithm),
            fix=nearest(str(algorithm), ALGORITHMS),
        )
    if not 1 <= radius <= 100:
        raise ConfigError.explain(
            'inpaint: radius', expected='from 1 to 100', got=radius, fix='correct it'
        )
    image = np.ascontiguousarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ShapeError.explain(
            'picture to inpaint',
            expected='(H, W, 3) uint8',
            got=f'{image.shape} {image.dtype}',
            fix='put the transform before normalisation and packing',
        )
    chosen = region_mask(image.shape[:2], mask, boxes)
    if chosen is None:
        raise ConfigError.explain(
            'inpaint', expected='a mask or boxes', got='neither', fix='say where'
        )
    if not chosen.any():
        return image.copy()
    if chosen.all():
        return np.zeros_like(image)
    # Blank what is removed: not a bit of it can come through.
    known = np.where(chosen[..., None], np.uint8(0), image)
    filled = cv2.inpaint(known, chosen.astype(np.uint8), radius, ALGORITHMS[algorithm])
    return np.where(chosen[..., None], filled, image)
