"""The test pipeline of a detector, for files and for arrays.

Convention: photos are **BGR** uint8 (H, W, 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.registry import TRANSFORMS
from mmengine.registry import DefaultScope
from torch import Tensor

from mmprivacy.datasets.loading import load_photo
from mmprivacy.disappearance.arrays import as_array
from mmprivacy.disappearance.resize import resize
from mmprivacy.errors import ConfigError, ShapeError

_LOADERS = ('LoadPhoto', 'LoadImageFromFile')
_SKIPPED = ('LoadAnnotations', 'LoadProposals')


class Frame:
    """How a photo reaches the network.

    Attributes:
        content: The photo in the size of the network, uint8 (3, h, w).
        canvas: What the pipeline gives, uint8 (3, H', W'): the content in the upper
            left corner, and padding.
        sample: The data sample of the pipeline, without annotations.
    """

    def __init__(self, content: Tensor, canvas: Tensor, sample: Any) -> None:
        self.content = content
        self.canvas = canvas
        self.sample = sample


class DetectionPipeline:
    """Reads photos and packs them as the data set of a config would.

    Annotations are left out. The pipeline has to be one that the algorithm can follow:
    it may resize (bilinearly, as OpenCV does) and pad on the right and at the bottom.

    Args:
        transforms: The steps, as configs or built ones.

    Raises:
        ConfigError: If the first step does not read a file, or the photo is split into
            several for test time augmentation.
    """

    def __init__(self, transforms: Iterable[Any]) -> None:
        with DefaultScope.overwrite_default_scope('mmdet'):
            steps = [
                TRANSFORMS.build(t) if isinstance(t, dict) else t for t in transforms
            ]
        names = [type(step).__name__ for step in steps]
        if not names or names[0] not in _LOADERS:
            raise ConfigError.explain(
                'test pipeline',
                expected=f'{" or ".join(_LOADERS)} as its first step',
                got=names[0] if names else 'no steps',
                fix="begin it with dict(type='LoadPhoto')",
            )
        if 'TestTimeAug' in names:
            raise ConfigError.explain(
                'test pipeline',
                expected='one view of each photo',
                got='TestTimeAug',
                fix='test without --tta; protected files can be tested with it later',
            )
        self._read = steps[0]
        kept = [s for s, name in zip(steps, names) if name not in _SKIPPED]
        self._steps = kept[1:]

    def load(self, path: str | Path) -> np.ndarray:
        """Read a file with the first step of the pipeline.

        Args:
            path: The file.

        Returns:
            The photo (H, W, 3).

        Raises:
            DataError: If it is missing, truncated or no image.
        """
        checked = load_photo(path)  # OpenCV fills what a truncated file lacks with gray
        if type(self._read).__name__ == 'LoadPhoto' and not self._read.min_side:
            return checked
        image = self._read({'img_path': str(path)})['img']
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ShapeError.explain(
                path,
                expected='a colour photo with 8 bits a channel from the test pipeline',
                got=f'{image.dtype} {image.shape}',
                fix="begin the pipeline with dict(type='LoadPhoto')",
            )
        return np.ascontiguousarray(image)

    def pack(self, photo: np.ndarray, path: str = '') -> dict:
        """Prepare a photo as the data set does.

        Args:
            photo: The photo (H, W, 3).
            path: Its file, if it has one.

        Returns:
            ``inputs``, uint8 (3, H', W'), and ``data_samples``.
        """
        size = photo.shape[:2]
        results = dict(img=photo, img_shape=size, ori_shape=size)
        results.update(img_id=0, img_path=path, height=size[0], width=size[1])
        for step in self._steps:
            results = step(results)
        sample = results['data_samples']
        if 'scale_factor' not in sample:
            sample.set_metainfo({'scale_factor': (1.0, 1.0)})
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}({[self._read, *self._steps]})'

    def frame(self, photo: Tensor) -> Frame:
        """Find out how a photo reaches the network.

        Args:
            photo: The photo, uint8 (3, H, W).

        Returns:
            The :class:`Frame`.

        Raises:
            ConfigError: If the pipeline does more than resize and pad.
        """
        packed = self.pack(as_array(photo))
        canvas, sample = packed['inputs'], packed['data_samples']
        width, height = sample.scale_factor[:2]
        size = round(photo.shape[1] * height), round(photo.shape[2] * width)
        content = canvas[:, : size[0], : size[1]]
        expected = resize(photo.float(), size)
        fits = canvas.dtype == torch.uint8 and content.shape == expected.shape
        if not fits or (content.float() - expected).abs().max() > 2:
            raise ConfigError.explain(
                'test pipeline',
                expected='steps that resize (bilinear, backend cv2) and pad',
                got='another picture: '
                + ', '.join(type(step).__name__ for step in self._steps),
                fix='take out crops, flips and changes of colour',
            )
        return Frame(content, canvas, sample)
