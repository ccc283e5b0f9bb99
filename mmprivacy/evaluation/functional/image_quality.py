"""How far a changed picture is from the original: MSE, MAE, PSNR, SSIM, L-inf.

Shapes: ``H`` x ``W`` pixels, ``C`` channels.

Convention:
    Both pictures are (H, W) or (H, W, C) with values in [0, ``data_range``], usually
    uint8 in [0, 255], in the same channel order. All pixels and channels count alike,
    so RGB and BGR give the same figures. Nothing is converted to luminance. A ``mask``
    is (H, W), and true where pixels count; without one, all do.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from mmprivacy.errors import ShapeError

SSIM_SIDE = 11
"""Pixels of the window of :func:`ssim`."""
_SIGMA = 1.5
_K1, _K2 = 0.01, 0.03


def image_mse(
    image: np.ndarray, reference: np.ndarray, mask: np.ndarray | None = None
) -> float:
    """Mean squared difference over pixels and channels, in squared gray levels.

    Args:
        image: Changed picture (H, W) or (H, W, C).
        reference: Original of the same shape.
        mask: Pixels that count.

    Returns:
        The mean, 0 for equal pictures; NaN if the mask is empty.

    Raises:
        ShapeError: If the shapes differ, or there is no pixel.
    """
    image, reference = _pair(image, reference)
    return _mean(np.square(image - reference), mask)


def mae(
    image: np.ndarray,
    reference: np.ndarray,
    mask: np.ndarray | None = None,
    data_range: float = 255,
) -> float:
    """Mean absolute difference over pixels and channels, as a share of the range.

    Args:
        image: Changed picture (H, W) or (H, W, C).
        reference: Original of the same shape.
        mask: Pixels that count.
        data_range: Difference of the largest and the smallest possible value.

    Returns:
        The mean, from 0 for equal pictures to 1; NaN if the mask is empty.

    Raises:
        ShapeError: If the shapes differ, or there is no pixel.
    """
    image, reference = _pair(image, reference)
    return _mean(np.abs(image - reference), mask) / data_range


def relative_mae(
    image: np.ndarray, reference: np.ndarray, mask: np.ndarray | None = None
) -> float:
    """Sum of absolute differences over the sum of the original's values.

    The MAE that papers on inpainting report since EdgeConnect: ``sum |a - b| / sum b``.

    Args:
        image: Changed picture (H, W) or (H, W, C).
        reference: Original of the same shape.
        mask: Pixels that count.

    Returns:
        The ratio, 0 for equal pictures; NaN if the original is black there.

    Raises:
        ShapeError: If the shapes differ, or there is no pixel.
    """
    image, reference = _pair(image, reference)
    light = _mean(reference, mask)
    return _mean(np.abs(image - reference), mask) / light if light else math.nan


def psnr(
    image: np.ndarray,
    reference: np.ndarray,
    data_range: float = 255,
    mask: np.ndarray | None = None,
) -> float:
    """Peak signal-to-noise ratio in dB: ``10 log10(data_range^2 / MSE)``.

    Args:
        image: Changed picture (H, W) or (H, W, C).
        reference: Original of the same shape.
        data_range: Difference of the largest and the smallest possible value.
        mask: Pixels that count.

    Returns:
        The ratio; infinite for equal pictures, NaN if the mask is empty.

    Raises:
        ShapeError: If the shapes differ, or there is no pixel.

    Examples:
        >>> checkers = (np.indices((8, 8)).sum(0) % 2 * 2 - 1)
        >>> round(psnr(100 + checkers, np.full((8, 8), 100)), 2)
        48.13
    """
    error = image_mse(image, reference, mask)
    return 10 * math.log10(data_range**2 / error) if error else math.inf


def l_inf(image: np.ndarray, reference: np.ndarray) -> float:
    """Largest absolute difference of any pixel and channel, in gray levels.

    Args:
        image: Changed picture (H, W) or (H, W, C).
        reference: Original of the same shape.

    Returns:
        The maximum, 0 for equal pictures.

    Raises:
        ShapeError: If the shapes differ, or there is no pixel.
    """
    image, reference = _pair(image, reference)
    return float(np.abs(image - reference).max())


def ssim(
    image: np.ndarray,
    reference: np.ndarray,
    data_range: float = 255,
    mask: np.ndarray | None = None,
) -> float:
    """Structural similarity, averaged over window positions and channels.

    The window is an 11 x 11 Gaussian of standard deviation 1.5; only positions where it
    lies inside the picture count. Variances are those of the weighted window, without
    the correction for samples. The constants are 0.01 and 0.03.

    Args:
        image: Changed picture (H, W) or (H, W, C), 11 pixels a side at least.
        reference: Original of the same shape.
        data_range: Difference of the largest and the smallest possible value.
        mask: Windows whose middle pixel it has count.

    Returns:
        The index, at most 1, which equal pictures have; NaN if no window counts.

    Raises:
        ShapeError: If the shapes differ, or a side is shorter than the window.

    Reference:
        Wang et al., *Image Quality Assessment: From Error Visibility to Structural
        Similarity*, IEEE TIP 2004, Eq. 13 and Sec. III-C.
    """
    x, y = _pair(image, reference)
    if min(x.shape[:2]) < SSIM_SIDE:
        raise ShapeError.explain(
            'ssim',
            expected=f'pictures of {SSIM_SIDE} x {SSIM_SIDE} pixels at least',
            got=x.shape,
            fix='compare the whole pictures',
        )
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    var_x = _window_mean(x * x) - mean_x**2
    var_y = _window_mean(y * y) - mean_y**2
    cov = _window_mean(x * y) - mean_x * mean_y
    index = (2 * mean_x * mean_y + c1) * (2 * cov + c2)
    index /= (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    if mask is not None:
        radius = SSIM_SIDE // 2
        mask = _checked(mask, x)[radius:-radius, radius:-radius]
    return _mean(index, mask)


def _window_mean(values: np.ndarray) -> np.ndarray:
    """Weighted mean of each window that lies inside: (H - 10, W - 10[, C])."""
    radius = SSIM_SIDE // 2
    kernel = cv2.getGaussianKernel(SSIM_SIDE, _SIGMA, cv2.CV_64F)
    means = cv2.sepFilter2D(values, cv2.CV_64F, kernel, kernel)
    return means[radius:-radius, radius:-radius]


def _mean(values: np.ndarray, mask: np.ndarray | None) -> float:
    """Average (H, W) or (H, W, C) over the pixels of a mask; NaN if it has none."""
    if mask is None:
        return float(values.mean())
    chosen = values[_checked(mask, values)]
    return float(chosen.mean()) if chosen.size else math.nan


def _checked(mask: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return a mask as bool (H, W); refuse one of another size than the picture."""
    mask = np.asarray(mask)
    if mask.shape != image.shape[:2]:
        raise ShapeError.explain(
            'mask',
            expected=f'{image.shape[:2]}, the size of the pictures',
            got=mask.shape,
            fix='resize the mask with the pictures',
        )
    return mask.astype(bool)


def _pair(image: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both as float64, and refuse to broadcast."""
    image = np.asarray(image, np.float64)
    reference = np.asarray(reference, np.float64)
    if image.shape != reference.shape or image.ndim not in (2, 3) or image.size == 0:
        raise ShapeError.explain(
            'pictures to compare',
            expected='two of the same shape (H, W) or (H, W, C), not empty',
            got=f'{image.shape} and {reference.shape}',
            fix='compare each picture with its own original, at the same size',
        )
    return image, reference
