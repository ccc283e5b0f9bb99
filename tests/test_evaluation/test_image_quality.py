"""PSNR, SSIM and the others against formulas and scikit-image."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from mmprivacy.errors import ShapeError
from mmprivacy.evaluation.functional import image_mse, l_inf, psnr, ssim


def pictures(seed, shape=(37, 52, 3)):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, shape, dtype=np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), 2)
    noise = rng.normal(0, 12, shape)
    return image, np.clip(image + noise, 0, 255).astype(np.uint8)


def slow_ssim(x, y):
    """The paper's formulas, one window after the other."""
    x, y = x.astype(float), y.astype(float)
    axis = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    weights = np.outer(axis, axis) / axis.sum() ** 2
    values = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
            mu_a, mu_b = (weights * a).sum(), (weights * b).sum()
            var_a = (weights * (a - mu_a) ** 2).sum()
            var_b = (weights * (b - mu_b) ** 2).sum()
            cov = (weights * (a - mu_a) * (b - mu_b)).sum()
            c1, c2 = 2.55**2, 7.65**2
            values.append(
                (2 * mu_a * mu_b + c1)
                * (2 * cov + c2)
                / ((mu_a**2 + mu_b**2 + c1) * (var_a + var_b + c2))
            )
    return np.mean(values)


def test_checkerboard_of_one_level():
    flat = np.full((16, 16, 3), 100, np.uint8)
    checkers = flat + (np.indices((16, 16)).sum(0) % 2 * 2 - 1)[..., None]
    assert image_mse(checkers, flat) == 1
    assert psnr(checkers, flat) == pytest.approx(48.1308, abs=1e-4)
    assert l_inf(checkers, flat) == 1


def test_equal_pictures():
    image, _ = pictures(0)
    assert image_mse(image, image) == l_inf(image, image) == 0
    assert psnr(image, image) == math.inf
    assert ssim(image, image) == 1


def test_bytes_do_not_overflow():
    black, white = np.zeros((12, 12, 3), np.uint8), np.full((12, 12, 3), 255, np.uint8)
    assert l_inf(black, white) == l_inf(white, black) == 255
    assert psnr(black, white) == 0


def test_ssim_is_that_of_the_paper():
    image, changed = pictures(1, (19, 23, 3))
    expected = [slow_ssim(image[..., c], changed[..., c]) for c in range(3)]
    assert ssim(changed, image) == pytest.approx(np.mean(expected), abs=1e-10)
    gray = ssim(changed[..., 0], image[..., 0])
    assert gray == pytest.approx(expected[0], abs=1e-10)


def test_like_scikit_image():
    metrics = pytest.importorskip('skimage.metrics')
    for seed in range(3):
        image, changed = pictures(seed)
        expected = metrics.structural_similarity(
            image,
            changed,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
            channel_axis=-1,
        )
        assert ssim(changed, image) == pytest.approx(expected, abs=1e-7)
        expected = metrics.peak_signal_noise_ratio(image, changed, data_range=255)
        assert psnr(changed, image) == pytest.approx(expected, abs=1e-9)


def test_data_range_scales():
    image, changed = pictures(2)
    small = [x / 255.0 for x in (changed, image)]
    assert psnr(*small, data_range=1) == pytest.approx(psnr(changed, image))
    assert ssim(*small, data_range=1) == pytest.approx(ssim(changed, image))


def test_wrong_shapes():
    image, _ = pictures(0)
    for other in (image[:-1], image[..., 0], image[:0]):
        with pytest.raises(ShapeError, match='same shape'):
            psnr(other, image)
    with pytest.raises(ShapeError, match='11 x 11'):
        ssim(image[:10], image[:10])
