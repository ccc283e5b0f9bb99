"""The obfuscations as transforms of any pipeline, whoever hosts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from mmengine.registry import TRANSFORMS

from mmprivacy.errors import ConfigError, DataError
from mmprivacy.obfuscation import inpainting, methods

REGIONS = ('image', 'boxes', 'masks', 'seg_map')
"""Where a transform changes a picture."""


class Obfuscate:
    """Base of the transforms: change ``results['img']``, everywhere or in a region.

    Convention:
        ``img`` is BGR uint8 (H, W, 3). Put the transform behind what loads (and
        resizes) picture and annotations; boxes and masks are read as they are then.

    Args:
        change: Function ``(image, mask=, boxes=) -> image``.
        region: ``'image'``, or where annotations are: ``'boxes'`` (``gt_bboxes``),
            ``'masks'`` (``gt_masks``), ``'seg_map'`` (``gt_seg_map``).
        labels: Take only objects of these labels (``gt_bboxes_labels``), or pixels of
            these classes (of ``gt_seg_map``, where they have to be given).

    Raises:
        ConfigError: If the region is unknown or does not go with the labels, or the
            strength is out of range.
    """

    def __init__(
        self,
        change: Callable[..., np.ndarray],
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        name = type(self).__name__
        if region not in REGIONS:
            raise ConfigError.explain(
                f'{name}.region',
                expected=f'one of {REGIONS}',
                got=repr(region),
                fix='choose one',
            )
        if (region == 'image' and labels is not None) or (
            region == 'seg_map' and labels is None
        ):
            raise ConfigError.explain(
                f'{name}.labels',
                expected="labels for region='seg_map', and none for region='image'",
                got=f'labels={labels} for region={region!r}',
                fix="say which classes are private, or take region='boxes' or 'masks'",
            )
        tiny = np.zeros((1, 1, 3), np.uint8)
        change(tiny, mask=np.ones((1, 1), bool))  # refuses a wrong strength now
        self.change = change
        self.region = region
        self.labels = None if labels is None else [int(k) for k in labels]

    def __call__(self, results: dict) -> dict:
        """Replace ``img``.

        Args:
            results: Data information with ``img`` and what the region needs.

        Returns:
            The same dictionary; ``img`` is a new array.

        Raises:
            DataError: If a field is missing.
            ShapeError: If the picture is not uint8 (H, W, 3).
        """
        image = self._read(results, 'img')
        where: dict[str, np.ndarray] = {}
        if self.region == 'boxes':
            boxes = self._read(results, 'gt_bboxes')
            where['boxes'] = self._chosen(results, boxes).reshape(-1, 4)
        elif self.region == 'masks':
            masks = self._chosen(results, self._read(results, 'gt_masks'))
            where['mask'] = (
                masks.any(0) if len(masks) else np.zeros(image.shape[:2], bool)
            )
        elif self.region == 'seg_map':
            where['mask'] = np.isin(self._read(results, 'gt_seg_map'), self.labels)
        results['img'] = self.change(image, **where)
        return results

    def _read(self, results: dict, key: str) -> np.ndarray:
        """Return a field as an array: OpenMMLab wraps boxes and masks."""
        if key not in results:
            raise DataError.explain(
                type(self).__name__,
                expected=f'{key!r} in the data information',
                got=f'keys {sorted(results)}',
                fix='put it behind the transforms that load picture and annotations',
            )
        value = results[key]
        for unwrap in ('to_ndarray', 'numpy'):
            if hasattr(value, unwrap):
                return np.asarray(getattr(value, unwrap)())
        return np.asarray(value)

    def _chosen(self, results: dict, items: np.ndarray) -> np.ndarray:
        """Keep boxes or masks of the wanted labels."""
        if self.labels is None:
            return items
        return items[np.isin(self._read(results, 'gt_bboxes_labels'), self.labels)]

    def __repr__(self) -> str:
        strength: dict[str, Any] = getattr(self.change, 'keywords', {})
        shown = strength | {'region': self.region}
        words = ', '.join(f'{k}={v!r}' for k, v in shown.items())
        return f'{type(self).__name__}({words})'


@TRANSFORMS.register_module()
class BlurImage(Obfuscate):
    """Blur, see :func:`~mmprivacy.obfuscation.methods.blur`.

    Args:
        sigma: Standard deviation in pixels.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        sigma: float,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        super().__init__(partial(methods.blur, sigma=sigma), region, labels)


@TRANSFORMS.register_module()
class PixelateImage(Obfuscate):
    """Pixelate, see :func:`~mmprivacy.obfuscation.methods.pixelate`.

    Args:
        cell: Side of a cell in pixels.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        cell: int,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        super().__init__(partial(methods.pixelate, cell=cell), region, labels)


@TRANSFORMS.register_module()
class MosaicImage(Obfuscate):
    """Mosaic, see :func:`~mmprivacy.obfuscation.methods.mosaic`.

    Args:
        cell: Side of a cell in pixels.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        cell: int,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        super().__init__(partial(methods.mosaic, cell=cell), region, labels)


@TRANSFORMS.register_module()
class FillRegion(Obfuscate):
    """Paint over, see :func:`~mmprivacy.obfuscation.methods.fill`.

    Args:
        color: Three values in [0, 255], BGR.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        color: Sequence[int] = (0, 0, 0),
        region: str = 'boxes',
        labels: Sequence[int] | None = None,
    ) -> None:
        super().__init__(partial(methods.fill, color=tuple(color)), region, labels)


@TRANSFORMS.register_module()
class InpaintRegion(Obfuscate):
    """Fill, see :func:`~mmprivacy.obfuscation.inpainting.inpaint`.

    Args:
        algorithm: ``'telea'`` or ``'navier-stokes'``.
        radius: How far from a pixel known ones are looked at, in pixels.
        region: See :class:`Obfuscate`; not ``'image'``, of which nothing is known.
        labels: See :class:`Obfuscate`.

    Raises:
        ConfigError: If the region is the image.
    """

    def __init__(
        self,
        algorithm: str = 'telea',
        radius: float = 3.0,
        region: str = 'masks',
        labels: Sequence[int] | None = None,
    ) -> None:
        if region == 'image':
            raise ConfigError.explain(
                'InpaintRegion.region',
                expected=f'one of {REGIONS[1:]}',
                got=repr(region),
                fix='choose one: of the whole picture nothing would be known',
            )
        change = partial(inpainting.inpaint, algorithm=algorithm, radius=radius)
        super().__init__(change, region, labels)


@TRANSFORMS.register_module()
class AddGaussianNoise(Obfuscate):
    """Add noise, see :func:`~mmprivacy.obfuscation.methods.add_noise`.

    Args:
        sigma: Standard deviation in gray levels.
        seed: Seed; the noise also depends on the picture.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        sigma: float,
        seed: int = 0,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        change = partial(methods.add_noise, sigma=sigma, seed=seed)
        super().__init__(change, region, labels)


@TRANSFORMS.register_module()
class ReduceBrightness(Obfuscate):
    """Darken, see :func:`~mmprivacy.obfuscation.methods.reduce_brightness`.

    Args:
        factor: Factor of all values, from 0 to 1.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        factor: float,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        change = partial(methods.reduce_brightness, factor=factor)
        super().__init__(change, region, labels)


@TRANSFORMS.register_module()
class CompressJPEG(Obfuscate):
    """Compress, see :func:`~mmprivacy.obfuscation.methods.compress_jpeg`.

    Args:
        quality: Quality of libjpeg, 1 to 100.
        region: See :class:`Obfuscate`.
        labels: See :class:`Obfuscate`.
    """

    def __init__(
        self,
        quality: int,
        region: str = 'image',
        labels: Sequence[int] | None = None,
    ) -> None:
        change = partial(methods.compress_jpeg, quality=quality)
        super().__init__(change, region, labels)
