"""Masks of people by a segmentation network that OpenCV runs: no further package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.errors import ConfigError
from mmprivacy.privobfnet.mask_providers.base import BaseMaskProvider


@TASK_UTILS.register_module()
class CvDnnPerson(BaseMaskProvider):
    """Run a network such as PP-HumanSeg of OpenCV's model zoo.

    The network takes (1, 3, size, size) and gives scores (1, K, h, w): with one
    channel, that of a person; with more, one of each class.

    Args:
        model: The network, a file that OpenCV reads (ONNX and others).
        size: Height and width of its input in pixels; 192 for PP-HumanSeg.
        mean: Subtracted from each channel, of pixels in [0, 1].
        std: Divides each channel.
        channel: Class of a person, where the network has several.
        thr: Score of a person from which on a network with one channel counts.
        rgb: Whether it takes RGB, not BGR.

    Raises:
        ConfigError: If there is no such file, or OpenCV cannot read it.
    """

    def __init__(
        self,
        model: str,
        size: Sequence[int] = (192, 192),
        mean: Sequence[float] = (0.5, 0.5, 0.5),
        std: Sequence[float] = (0.5, 0.5, 0.5),
        channel: int = 1,
        thr: float = 0.5,
        rgb: bool = True,
    ) -> None:
        path = Path(model).expanduser()
        try:
            if not path.is_file():
                raise FileNotFoundError('no such file')
            self.net = cv2.dnn.readNet(str(path))
        except (OSError, cv2.error) as e:
            raise ConfigError.explain(
                'CvDnnPerson.model',
                expected=f'a network that OpenCV can read at {path}',
                got=str(e).strip().partition('\n')[0],
                fix='get one, such as PP-HumanSeg of opencv/opencv_zoo',
            ) from e
        self.size = tuple(size)
        self.mean, self.std = np.float32(mean), np.float32(std)
        self.channel, self.thr, self.rgb = channel, thr, rgb

    def __call__(self, image: np.ndarray, path: str) -> np.ndarray:
        """Make the mask of one photo; see the base class.

        Raises:
            ConfigError: If the network gives something else than maps.
        """
        del path
        small = cv2.resize(image, self.size[::-1], interpolation=cv2.INTER_AREA)
        small = small[..., ::-1] if self.rgb else small
        blob = (small.astype(np.float32) / 255 - self.mean) / self.std
        self.net.setInput(np.ascontiguousarray(blob.transpose(2, 0, 1)[None]))
        scores = self.net.forward()
        if scores.ndim != 4 or 1 < scores.shape[1] <= self.channel:
            raise ConfigError.explain(
                'CvDnnPerson.model',
                expected=f'scores (1, K, h, w) with a channel {self.channel}',
                got=scores.shape,
                fix='set channel, or use a segmentation network',
            )
        size = image.shape[1::-1]
        maps = [cv2.resize(m, size, interpolation=cv2.INTER_LINEAR) for m in scores[0]]
        if len(maps) == 1:
            return maps[0] >= self.thr
        return np.argmax(maps, 0) == self.channel
