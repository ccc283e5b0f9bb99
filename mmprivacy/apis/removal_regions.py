"""What is to be removed from a photo: masks, boxes, or what a model has found.

Convention:
    Masks are bool (H, W), 1 = to be removed. Boxes are xyxy in pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmprivacy.datasets.image_files import list_images
from mmprivacy.datasets.inpainting_masks import load_mask
from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.obfuscation.regions import region_mask


def read_mask(mask: str | Path | np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Read a mask.

    Args:
        mask: A file (see :func:`~mmprivacy.datasets.inpainting_masks.load_mask`), or an
            array (H, W), bool or of 0 and 1, or of 0 and 255.
        size: ``(H, W)`` of the photo.

    Returns:
        Mask (H, W).

    Raises:
        DataError: If the file is missing or broken, or an array has other values.
        ShapeError: If the mask has another size.
    """
    if isinstance(mask, (str, Path)):
        return load_mask(mask, size).astype(bool)
    mask = np.asarray(mask)
    if mask.shape != tuple(size):
        raise ShapeError.explain(
            'mask',
            expected=f'{tuple(size)}, the size of the photo',
            got=mask.shape,
            fix='resize the mask with the photo',
        )
    values = set(np.unique(mask).tolist())
    if not (values <= {0, 1} or values <= {0, 255}):
        raise DataError.explain(
            'mask',
            expected='bool, or 0 and 1, or 0 and 255',
            got=f'{len(values)} values up to {max(values)}',
            fix='threshold it',
        )
    return mask > 0


def found_regions(
    found: Any,
    size: tuple[int, int],
    classes: Sequence[int] | None = None,
    threshold: float = 0.3,
) -> np.ndarray:
    """Unite what a model has found.

    Args:
        found: A prediction: of mmdet (``pred_instances`` with ``masks``, else
            ``bboxes``), of PrivObfNet (``attr_masks``), or anything with a ``mask``
            (H, W), such as the result of
            :class:`~mmprivacy.apis.obfuscation_inferencer.ObfuscationInferencer`.
        size: ``(H, W)`` of the photo.
        classes: Use only these: labels of instances, or channels of attribute maps.
        threshold: Least score of an instance, or value of an attribute map.

    Returns:
        Mask (H, W).

    Raises:
        ConfigError: If it is none of these.
        ShapeError: If its masks have another size than the photo.
    """
    instances = _field(found, 'pred_instances')
    if instances is not None:
        keep = _array(instances, 'scores') >= threshold
        if classes is not None:
            keep &= np.isin(_array(instances, 'labels'), list(classes))
        if _field(instances, 'masks') is None:
            return region_mask(size, boxes=_array(instances, 'bboxes')[keep])
        return _union(_masks(instances)[keep], size)
    attributes = _field(found, 'attr_masks')
    if attributes is not None:
        maps = _array(attributes, 'data')
        chosen = maps if classes is None else maps[list(classes)]
        return _union(chosen > threshold, size)
    mask = _field(found, 'mask')
    if mask is not None:
        return read_mask(np.asarray(mask), size)
    raise ConfigError.explain(
        'found',
        expected='a prediction with pred_instances, attr_masks or mask',
        got=type(found).__name__,
        fix='pass masks or boxes instead',
    )


def grow(mask: np.ndarray, pixels: int) -> np.ndarray:
    """Widen a mask, so that no outline of what is removed is left.

    Args:
        mask: Mask (H, W).
        pixels: How far.

    Returns:
        Mask (H, W).
    """
    if pixels < 1:
        return mask
    side = 2 * pixels + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def match_masks(folder: str | Path, photos: Sequence[str | np.ndarray]) -> list[str]:
    """Find the mask of each photo in a folder, by the photo's stem.

    Args:
        folder: Folder with mask files.
        photos: Paths of photos.

    Returns:
        Paths of the masks.

    Raises:
        ConfigError: If a photo is no file.
        DataError: If a photo has no mask, or two.
    """
    names: dict[str, list[str]] = {}
    for name in list_images(folder):
        names.setdefault(Path(name).stem, []).append(name)
    matched = []
    for photo in photos:
        if not isinstance(photo, str):
            raise ConfigError.explain(
                'masks',
                expected='arrays, for photos that are arrays',
                got=f'the folder {folder}',
                fix='pass a list of masks',
            )
        here = names.get(Path(photo).stem, [])
        if len(here) != 1:
            raise DataError.explain(
                folder,
                expected=f'one mask for {photo}',
                got=', '.join(here) or 'none',
                fix='name masks like their photos',
            )
        matched.append(str(Path(folder, here[0])))
    return matched


def _field(holder: Any, name: str) -> Any:
    """Read a field of a data element, a mapping or an object; None if not there."""
    if isinstance(holder, Mapping) or hasattr(holder, 'keys'):
        return holder.get(name)
    return getattr(holder, name, None)


def _array(holder: Any, name: str) -> np.ndarray:
    value = _field(holder, name)
    if value is None:
        raise ConfigError.explain(
            'found', expected=f'a prediction with {name!r}', got='none', fix='add it'
        )
    if hasattr(value, 'detach'):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


def _masks(instances: Any) -> np.ndarray:
    """Read masks (N, H, W): a tensor, an array, or mmdet's bitmap masks."""
    masks = _field(instances, 'masks')
    return (
        np.asarray(masks.masks)
        if hasattr(masks, 'masks')
        else _array(instances, 'masks')
    )


def _union(masks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if masks.shape[1:] != tuple(size):
        raise ShapeError.explain(
            'found',
            expected=f'masks of {tuple(size)}, the size of the photo',
            got=masks.shape[1:],
            fix='predict on the photo itself, rescaled to its size',
        )
    return masks.astype(bool).any(0) if len(masks) else np.zeros(size, bool)
