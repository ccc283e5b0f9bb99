"""Pipeline steps: provider masks, and packing of what image labels say."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS

from mmprivacy.datasets.mask_files import read_mask
from mmprivacy.errors import ConfigError, DataError

_SUFFIX = '_mask'


@TRANSFORMS.register_module()
class LoadPrivMasks(BaseTransform):
    """Load the masks of providers, so that mmseg's transforms move them.

    Masks become ``<name>_mask``, uint8 (h, w), 0 or 255, and are entered in
    ``seg_fields``: what crops, flips or resizes a segmentation map does so with them.
    Where the photo was decoded at a part of its size (``LoadPhoto(min_side=...)``),
    masks are reduced likewise.

    Args:
        names: Providers, such as ``('human', 'text')``.

    Raises:
        ConfigError: If there is no name.
    """

    def __init__(self, names: Sequence[str] = ('human', 'text')) -> None:
        if isinstance(names, str) or not names:
            raise ConfigError.explain(
                'LoadPrivMasks.names',
                expected="a list of providers such as ('human', 'text')",
                got=repr(names),
                fix='name them, or take the step out of the pipeline',
            )
        self.names = tuple(names)

    def transform(self, results: dict) -> dict:
        """Add the masks.

        Args:
            results: Data information with ``img`` and ``mask_paths``.

        Returns:
            The same dictionary.

        Raises:
            DataError: If a mask is missing, broken or of another size than the photo.
        """
        paths = results.get('mask_paths') or {}
        for name in self.names:
            if not paths.get(name):
                raise DataError.explain(
                    results.get('img_path', 'LoadPrivMasks'),
                    expected=f'a mask of the provider {name!r}',
                    got=f'masks of {sorted(paths) or "none"}',
                    fix=f'add {name!r} to the masks of the data set, or take it out of '
                    'LoadPrivMasks',
                )
            mask = read_mask(paths[name])
            results[name + _SUFFIX] = _fit(mask, results['img'].shape[:2], paths[name])
            results.setdefault('seg_fields', []).append(name + _SUFFIX)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(names={self.names})'


@TRANSFORMS.register_module()
class PackPrivSegInputs(PackSegInputs):
    """Pack photos with attributes, privacy score and masks.

    Beside what ``PackSegInputs`` packs, these become data fields of the sample, so that
    they move to the device with it: ``gt_score`` (C,) and ``gt_privacy_score`` (U,)
    float32, ``gt_label`` int64, and the masks as
    ``priv_masks.<name>`` (1, h, w) uint8, 0 or 1.

    Args:
        meta_keys: Meta information to keep.
    """

    def __init__(
        self,
        meta_keys: Sequence[str] = (
            'img_path',
            'img_id',
            'ori_shape',
            'img_shape',
            'scale_factor',
            'flip',
            'flip_direction',
        ),
    ) -> None:
        super().__init__(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack results.

        Args:
            results: Data information with ``img`` and whatever is to be packed.

        Returns:
            ``inputs``, uint8 (3, h, w), and ``data_samples``.
        """
        packed = super().transform(results)
        sample = packed['data_samples']
        for key, kind in (
            ('gt_score', torch.float32),
            ('gt_privacy_score', torch.float32),
            ('gt_label', torch.int64),
        ):
            if key in results:
                value = torch.as_tensor(np.asarray(results[key]), dtype=kind)
                sample.set_field(value, key)
        names = [n for n in results.get('seg_fields', []) if n.endswith(_SUFFIX)]
        if names:
            masks = PixelData()
            for name in names:
                mask = torch.from_numpy(np.ascontiguousarray(results[name] > 127))
                masks.set_field(mask[None].to(torch.uint8), name[: -len(_SUFFIX)])
            sample.set_field(masks, 'priv_masks')
        return packed


def _fit(mask: np.ndarray, size: tuple[int, int], path: str) -> np.ndarray:
    """Reduce a mask as the decoder of JPEG files reduced its photo."""
    for part in (1, 2, 4, 8):
        if tuple(-(-n // part) for n in mask.shape) == tuple(size):
            if part == 1:
                return mask
            small = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_AREA)
            return (small > 127).astype(np.uint8) * 255
    raise DataError.explain(
        path,
        expected='a mask of the size of its photo, {} x {}'.format(*size),
        got='{} x {}'.format(*mask.shape),
        fix='make the masks of these very photos, after rotating and resizing them',
    )
