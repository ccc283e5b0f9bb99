"""Transforms of pictures together with the mask of what is to be removed.

Convention:
    In a pipeline, ``img`` and ``background`` are BGR uint8 (h, w, 3) and ``mask`` is
    uint8 (h, w) of 0 and 1; 1 = to be removed. ``regions`` is a list of
    ``dict(bbox=xyxy in pixels, category=name)``. What is packed is RGB.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from mmengine.registry import TRANSFORMS
from mmengine.structures import BaseDataElement

from mmprivacy.datasets.inpainting_masks import check_mask_size, load_mask
from mmprivacy.datasets.loading import load_photo
from mmprivacy.datasets.mask_drawing import find_style, fixed_mask
from mmprivacy.errors import ConfigError, DataError

PICTURES = ('img', 'background')
META_KEYS = ('img_path', 'img_id', 'ori_shape', 'img_shape', 'regions')


def _need(results: dict, key: str, name: str, fix: str) -> None:
    if key not in results:
        raise DataError.explain(
            name,
            expected=f'{key!r} in the data information',
            got=f'keys {sorted(results)}',
            fix=fix,
        )


@TRANSFORMS.register_module()
class LoadRegionMask:
    """Load the mask of a picture, and the picture's background if it has one.

    Adds ``mask`` from ``mask_path`` (see
    :func:`~mmprivacy.datasets.inpainting_masks.load_mask`) and ``background`` from
    ``background_path``. Both have to be as large as the picture; put it behind
    ``LoadPhoto``, without ``min_side``.

    Raises:
        DataError: If there is no ``mask_path``, or a file cannot be read.
        ShapeError: If a file has another size than the picture.
    """

    def __call__(self, results: dict) -> dict:
        """Add the mask and, if there is one, the background."""
        _need(results, 'img', type(self).__name__, 'put LoadPhoto in front of it')
        fix = 'name data_prefix.mask_path, or draw masks with DrawRegionMask'
        _need(results, 'mask_path', type(self).__name__, fix)
        size = results['img'].shape[:2]
        results['mask'] = load_mask(results['mask_path'], size)
        if 'background_path' in results:
            path = results['background_path']
            results['background'] = load_photo(path)
            check_mask_size(results['background'][..., 0], size, path)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


@TRANSFORMS.register_module()
class DrawRegionMask:
    """Draw a random mask for a picture.

    Args:
        style: ``'train'``, ``'thin'``, ``'medium'`` or ``'thick'``, the masks of LaMa:
            :data:`~mmprivacy.datasets.mask_drawing.STYLES`.
        seed: None draws a new mask each time, from NumPy's global generator, which the
            runner seeds. With a seed, a picture (by its ``img_id``) has the same mask
            always.

    Raises:
        ConfigError: If there is no such style.
    """

    def __init__(self, style: str = 'train', seed: int | None = None) -> None:
        self.style = style
        self.seed = seed
        self._style = find_style(style)

    def __call__(self, results: dict) -> dict:
        """Add ``mask``."""
        _need(results, 'img', type(self).__name__, 'put LoadPhoto in front of it')
        h, w = results['img'].shape[:2]
        if self.seed is None:
            rng = np.random.default_rng(np.random.randint(2**31, size=4))
            results['mask'] = self._style.draw(rng, h, w)
        else:
            fix = 'use InpaintingDataset, or leave the seed out'
            _need(results, 'img_id', type(self).__name__, fix)
            name = str(results['img_id'])
            results['mask'] = fixed_mask(self.style, h, w, name, self.seed)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(style={self.style!r}, seed={self.seed})'


@TRANSFORMS.register_module()
class ResizeWithMask:
    """Resize a picture, its mask, its background and its regions.

    Pictures are reduced by averaging over areas and enlarged linearly. A pixel of the
    mask is 1 if any part of what it stands for is: a mask never loses a thin stroke.

    Args:
        scale: ``(width, height)`` to resize to, or one number for the shorter side,
            which keeps the ratio of the sides.

    Raises:
        ConfigError: If the scale is no size.
    """

    def __init__(self, scale: int | Sequence[int]) -> None:
        sides = [scale] if isinstance(scale, int) else list(scale)
        if len(sides) > 2 or not sides or any(s < 1 for s in sides):
            raise ConfigError.explain(
                'ResizeWithMask.scale',
                expected='(width, height), or the shorter side',
                got=scale,
                fix='correct it',
            )
        self.scale = scale if isinstance(scale, int) else tuple(scale)

    def __call__(self, results: dict) -> dict:
        """Resize ``img`` and, where they are there, ``mask`` and ``background``."""
        _need(results, 'img', type(self).__name__, 'put LoadPhoto in front of it')
        h, w = results['img'].shape[:2]
        size = self._size(h, w)
        for key in PICTURES:
            if key in results:
                results[key] = _resize(results[key], size)
        if 'mask' in results:
            shares = _resize(results['mask'].astype(np.float32), size)
            results['mask'] = (shares > 1e-4).astype(np.uint8)
        factor = (size[0] / w, size[1] / h)
        if 'regions' in results:
            results['regions'] = [
                region | dict(bbox=[v * f for v, f in zip(region['bbox'], 2 * factor)])
                for region in results['regions']
            ]
        results['img_shape'] = results['img'].shape[:2]
        results['scale_factor'] = factor
        return results

    def _size(self, h: int, w: int) -> tuple[int, int]:
        """Return width and height to resize to."""
        if not isinstance(self.scale, int):
            return self.scale
        factor = self.scale / min(h, w)
        return max(round(w * factor), 1), max(round(h * factor), 1)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(scale={self.scale})'


def _resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize to ``(width, height)``: areas where it shrinks, linear where it grows."""
    w, h = size
    # OpenCV averages over areas only if both sides shrink: one side at a time.
    for target in ((w, image.shape[0]), (w, h)):
        shrinks = target[0] < image.shape[1] or target[1] < image.shape[0]
        mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        image = cv2.resize(image, target, interpolation=mode)
    return image


@TRANSFORMS.register_module()
class FlipWithMask:
    """Mirror a picture, its mask, its background and its regions, left to right.

    Args:
        prob: Probability.

    Raises:
        ConfigError: If it is none.
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ConfigError.explain(
                'FlipWithMask.prob', expected='from 0 to 1', got=prob, fix='correct it'
            )
        self.prob = prob

    def __call__(self, results: dict) -> dict:
        """Mirror them, or not."""
        results['flip'] = bool(np.random.random() < self.prob)
        if results['flip']:
            for key in (*PICTURES, 'mask'):
                if key in results:
                    results[key] = np.ascontiguousarray(results[key][:, ::-1])
            w = results['mask' if 'mask' in results else 'img'].shape[1]
            if 'regions' in results:
                results['regions'] = [
                    region | dict(bbox=[w - x1, y0, w - x0, y1])
                    for region in results['regions']
                    for x0, y0, x1, y1 in [region['bbox']]
                ]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'


@TRANSFORMS.register_module()
class PackInpaintingInputs:
    """Pack a picture and its mask for an editor.

    Gives ``inputs``, a dict of ``img`` uint8 (3, h, w) RGB and ``mask`` uint8 (1, h, w)
    of 0 and 1; and ``data_samples``, a data element with the meta information and, if
    the picture has a background, ``gt_background`` uint8 (3, h, w) RGB, which is for
    evaluation only.

    Args:
        meta_keys: Which entries of the data information are kept.
    """

    def __init__(
        self,
        meta_keys: Sequence[str] = META_KEYS,
    ) -> None:
        self.meta_keys = tuple(meta_keys)

    def __call__(self, results: dict) -> dict:
        """Pack.

        Args:
            results: Data information with ``img`` and ``mask``.

        Returns:
            ``dict(inputs=dict(img=, mask=), data_samples=)``.

        Raises:
            DataError: If there is no picture or no mask.
            ShapeError: If the mask is not as large as the picture.
        """
        name = type(self).__name__
        _need(results, 'img', name, 'put LoadPhoto in front of it')
        _need(results, 'mask', name, 'load masks with LoadRegionMask or draw them')
        mask = results['mask']
        where = results.get('mask_path') or results.get('img_path', 'mask')
        check_mask_size(mask, results['img'].shape[:2], where)
        meta = {key: results[key] for key in self.meta_keys if key in results}
        sample = BaseDataElement(metainfo=meta)
        if 'background' in results:
            sample.gt_background = _to_tensor(results['background'])
        mask = torch.from_numpy(np.ascontiguousarray(mask, np.uint8))[None]
        inputs = dict(img=_to_tensor(results['img']), mask=mask)
        return dict(inputs=inputs, data_samples=sample)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(meta_keys={self.meta_keys})'


def _to_tensor(bgr: np.ndarray) -> torch.Tensor:
    """Turn BGR (h, w, 3) into RGB (3, h, w)."""
    return torch.from_numpy(np.ascontiguousarray(bgr[..., ::-1].transpose(2, 0, 1)))
