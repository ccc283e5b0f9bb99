"""Parts that are easy to foresee: they find spots brighter than 235 in red and blue."""

import os

import cv2
import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor import Assessment, Finding, Problem, Region, covered


def spots(pixels):
    bright = ((pixels[..., 0] > 235) & (pixels[..., 2] > 235)).astype(np.uint8)
    stats = cv2.connectedComponentsWithStats(bright)[2][1:]
    return [(x, y, x + w, y + h) for x, y, w, h, area in stats.tolist() if area > 8]


@TASK_UTILS.register_module()
class SpotLocaliser:
    kinds = ('spot',)

    def __init__(self, blind=False, dies_of=''):
        self.blind, self.dies_of = blind, dies_of

    def localise(self, photo):
        if self.dies_of and photo.path.endswith(self.dies_of):
            os._exit(9)
        found = [] if self.blind else spots(photo.pixels)
        return [Region(b, 'spot', 0.9, reason='it is bright') for b in found]


@TASK_UTILS.register_module()
class BlackProtector:
    can_be_undone = False

    def protect(self, image, regions):
        image = image.copy()
        image[covered(regions, image.shape[:2])] = 0
        return image


@TASK_UTILS.register_module()
class SoftProtector:
    can_be_undone = True
    warning = 'it can be sharpened'

    def protect(self, image, regions):
        return cv2.blur(image, (9, 9))


@TASK_UTILS.register_module()
class SpotVerifier:
    kinds = ('spot',)
    model = 'another eye'

    def verify(self, photo, regions):
        boxes = [
            (x0 - 3, y0 - 3, x1 + 3, y1 + 3) for x0, y0, x1, y1 in spots(photo.pixels)
        ]
        return [Problem('spot', 'a spot is left', box) for box in boxes]


@TASK_UTILS.register_module()
class BrightnessAssessor:
    def assess(self, photo):
        share = float((photo.pixels > 235).mean())
        findings = (Finding('bright', share, 'something is bright'),)
        heat_map = photo.pixels[..., 0] / 255
        return Assessment('brightness', 5 * share, share, findings, heat_map)


@TASK_UTILS.register_module()
class NeedsWhatIsNotThere:
    kinds = ('spot',)

    def __init__(self):
        from mmprivacy.compat import require

        require('a_package_that_nobody_has', feature='NeedsWhatIsNotThere')

    def verify(self, photo, regions):
        return []
