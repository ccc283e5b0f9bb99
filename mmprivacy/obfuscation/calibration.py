"""Find the strength of an obfuscation that costs a wanted PSNR."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mmprivacy.errors import ConfigError, DataError, nearest
from mmprivacy.obfuscation import methods


class Method(NamedTuple):
    """An obfuscation with one number for its strength.

    Attributes:
        apply: Function ``(image, strength) -> image``.
        parameter: What the function calls the strength.
        weakest: Strength that changes a picture least.
        strongest: Strength that changes it most.
        integer: Whether only whole numbers are strengths.
    """

    apply: Callable[[np.ndarray, float], np.ndarray]
    parameter: str
    weakest: float
    strongest: float
    integer: bool


METHODS: dict[str, Method] = {
    'brightness': Method(methods.reduce_brightness, 'factor', 1.0, 0.0, False),
    'blur': Method(methods.blur, 'sigma', 0.3, 100.0, False),
    'pixelate': Method(methods.pixelate, 'cell', 1, 256, True),
    'mosaic': Method(methods.mosaic, 'cell', 1, 256, True),
    'noise': Method(methods.add_noise, 'sigma', 0.0, 255.0, False),
    'jpeg': Method(methods.compress_jpeg, 'quality', 100, 1, True),
}
"""What can be calibrated, by name."""

PAPER_PSNR: dict[str, float] = {
    'brightness': 8.46,
    'blur': 24.08,
    'mosaic': 23.87,
    'noise': 22.68,
    'jpeg': 24.96,
}
"""PSNR in dB of the five methods in Table 4 of the Object Disappearance paper."""

_TOLERANCE = 0.01  # dB


class Calibration(NamedTuple):
    """Result of :func:`calibrate_to_psnr`.

    Attributes:
        strength: The strength, an int where only whole numbers are.
        psnr: Mean PSNR in dB that it gives.
    """

    strength: float
    psnr: float


def calibrate_to_psnr(
    method: str, images: Sequence[np.ndarray], target: float
) -> Calibration:
    """Find the strength at which pictures have a wanted PSNR, by bisection.

    The paper gives the PSNR of its baselines (:data:`PAPER_PSNR`) and not their
    strengths; this is how one follows from the other on the pictures at hand.

    Convention:
        PSNR is that of each picture, over all channels, then averaged over pictures.

    Args:
        method: A name in :data:`METHODS`.
        images: Pictures (H, W, 3) uint8 BGR, in any sizes.
        target: Wanted mean PSNR in dB.

    Returns:
        The strength and what it gives: within 0.01 dB where strengths are continuous,
        the nearest one otherwise.

    Raises:
        ConfigError: If the method is unknown.
        DataError: If there are no pictures, or no strength reaches the target on them.
    """
    # Whoever only obfuscates does without torch, which the room for metrics loads.
    from mmprivacy.evaluation.functional.image_quality import psnr

    if method not in METHODS:
        raise ConfigError.explain(
            'calibrate_to_psnr',
            expected='an obfuscation with a strength',
            got=repr(method),
            fix=nearest(method, METHODS),
        )
    if not len(images):
        raise DataError.explain(
            'calibrate_to_psnr',
            expected='at least one picture',
            got='none',
            fix='give pictures of the data set',
        )
    chosen = METHODS[method]

    def measure(strength: float) -> float:
        return float(np.mean([psnr(chosen.apply(x, strength), x) for x in images]))

    least = measure(chosen.strongest)
    if not least <= target <= measure(chosen.weakest):
        raise DataError.explain(
            f'PSNR of {method}',
            expected=f'a target from {least:.2f} dB on for these pictures',
            got=f'{target:.2f} dB',
            fix='choose a higher target, or other pictures',
        )
    return _bisect(measure, chosen, target)


def _bisect(
    measure: Callable[[float], float], method: Method, target: float
) -> Calibration:
    weak, strong = float(method.weakest), float(method.strongest)
    tried: dict[float, float] = {}
    while True:
        middle = (weak + strong) / 2
        middle = int(middle) if method.integer else middle
        if middle in tried or len(tried) == 60:
            break
        tried[middle] = measure(middle)
        if abs(tried[middle] - target) <= _TOLERANCE and not method.integer:
            break
        if tried[middle] > target:
            weak = middle
        else:
            strong = middle
    if method.integer:
        ends = (int(weak), int(strong))
        tried |= {end: measure(end) for end in ends if end not in tried}
    best = min(tried, key=lambda strength: abs(tried[strength] - target))
    return Calibration(best, tried[best])
