"""QR codes and bar codes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.boxes import place
from mmprivacy.advisor.contracts import Photo, Region
from mmprivacy.advisor.packages import need
from mmprivacy.errors import ConfigError

ENGINES = ('aruco', 'opencv', 'zxing')

Code = tuple[np.ndarray, str]


@TASK_UTILS.register_module()
class CodeLocaliser:
    """Find QR codes and bar codes.

    Three engines know codes independently of each other:

    * ``'aruco'``: OpenCV's QR detector over its detector of markers, and its detector
      of bar codes; finds most.
    * ``'opencv'``: OpenCV's older QR detector, and no bar codes.
    * ``'zxing'``: the package ``zxing-cpp`` (Apache-2.0); also Data Matrix, Aztec and
      PDF417; only codes that can be read.

    A code that is seen but cannot be read has a score of 0.6, others 1.

    Args:
        engine: One of these.

    Raises:
        ConfigError: If there is no such engine.
        MissingDependencyError: If its package is not installed.
    """

    kinds = ('code',)

    def __init__(self, engine: str = 'aruco') -> None:
        if engine not in ENGINES:
            raise ConfigError.explain(
                'CodeLocaliser.engine',
                expected=f'one of {ENGINES}',
                got=repr(engine),
                fix='choose one',
            )
        if engine == 'zxing':
            need('zxingcpp', "CodeLocaliser(engine='zxing')", 'zxing-cpp')
        self.engine = engine
        self.model = f'codes {engine}'

    def localise(self, photo: Photo) -> list[Region]:
        """Find codes.

        Args:
            photo: The photo.

        Returns:
            Regions of kind ``'code'`` from top to bottom; the reason says what was
            read.
        """
        find = _zxing if self.engine == 'zxing' else self._opencv
        regions = []
        for corners, text in find(np.ascontiguousarray(photo.pixels)):
            ends = np.concatenate([corners.min(0), corners.max(0)])
            sides = ends[2:] - ends[:2]
            if max(sides) > 1.5 * min(sides):
                # Detectors box the middle of the bars, and one row of pixels that is
                # left is enough to read a bar code.
                ends += 0.6 * min(sides) * np.array([-1, -1, 1, 1])
            box = place(ends, 1.0, photo.size)
            if box:
                reason = f'a code that says "{text[:60]}"' if text else 'a code'
                score = 1.0 if text else 0.6
                name = type(self).__name__
                regions.append(Region(box, 'code', score, name, None, reason))
        return sorted(regions, key=lambda r: (r.box[1], r.box[0]))

    def _opencv(self, pixels: np.ndarray) -> Iterator[Code]:
        """Run OpenCV's detectors; they raise on some pictures where nothing is."""
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        aruco = self.engine == 'aruco'
        detector = cv2.QRCodeDetectorAruco() if aruco else cv2.QRCodeDetector()
        for detect in (detector, cv2.barcode.BarcodeDetector())[: 1 + aruco]:
            try:
                _, texts, corners, *_ = detect.detectAndDecodeMulti(bgr)
            except cv2.error:
                continue
            if corners is not None:
                yield from zip(np.asarray(corners, np.float64), texts)


def _zxing(pixels: np.ndarray) -> Iterator[Code]:
    """Run zxing-cpp."""
    import zxingcpp

    for code in zxingcpp.read_barcodes(pixels):
        at = code.position
        ends = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        yield np.array([(p.x, p.y) for p in ends], np.float64), code.text
