"""The obfuscations as functions."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.obfuscation import (
    add_noise,
    blur,
    compress_jpeg,
    fill,
    mosaic,
    pixelate,
    reduce_brightness,
    region_mask,
)

STRONG = {
    'blur': lambda image, **where: blur(image, 3.0, **where),
    'pixelate': lambda image, **where: pixelate(image, 7, **where),
    'mosaic': lambda image, **where: mosaic(image, 7, **where),
    'fill': lambda image, **where: fill(image, (1, 2, 3), **where),
    'noise': lambda image, **where: add_noise(image, 30.0, **where),
    'brightness': lambda image, **where: reduce_brightness(image, 0.3, **where),
    'jpeg': lambda image, **where: compress_jpeg(image, 5, **where),
}


@pytest.fixture
def photo():
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 256, (9, 11, 3), dtype=np.uint8)
    return cv2.resize(rough, (50, 40), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize('name', sorted(STRONG))
def test_whole_boxes_and_mask(name, photo):
    before = photo.copy()
    whole = STRONG[name](photo)
    assert whole.dtype == np.uint8
    assert whole.shape == photo.shape
    assert (whole != photo).mean() > 0.5
    assert np.array_equal(whole, STRONG[name](photo))
    mask = np.zeros((40, 50), np.uint8)
    mask[5:9, 30:44] = 1
    part = STRONG[name](photo, mask=mask, boxes=[[9.5, 20.2, 15.1, 99.0]])
    inside = mask.astype(bool)
    inside[20:, 9:16] = True
    assert np.array_equal(part[inside], whole[inside])
    assert np.array_equal(part[~inside], photo[~inside])
    assert np.array_equal(STRONG[name](photo, boxes=np.zeros((0, 4))), photo)
    assert np.array_equal(photo, before)
    whole[:] = 0
    assert np.array_equal(photo, before)


def test_pixelate_takes_means_and_mosaic_pixels(photo):
    means, pixels = pixelate(photo, 7), mosaic(photo, 7)
    assert means.shape == pixels.shape == photo.shape
    for y, x in ((0, 0), (7, 21), (35, 49)):
        block = photo[y : y + 7, x : x + 7].reshape(-1, 3)
        for picture in (means, pixels):
            assert (np.ptp(picture[y : y + 7, x : x + 7], axis=(0, 1)) == 0).all()
        np.testing.assert_allclose(means[y, x], block.mean(0), atol=0.5)
        assert (block == pixels[y, x]).all(1).any()
    assert np.array_equal(pixels[3, 3], photo[3, 3])
    assert np.array_equal(pixelate(photo, 1), photo)
    assert np.array_equal(mosaic(photo, 1), photo)
    huge = pixelate(photo, 1000)
    np.testing.assert_allclose(huge[0, 0], photo.mean((0, 1)), atol=0.5)


def test_noise_has_the_deviation_and_belongs_to_the_picture():
    gray = np.full((64, 64, 3), 128, np.uint8)
    noise = add_noise(gray, 18.7).astype(float) - gray
    assert noise.std() == pytest.approx(18.7, rel=0.05)
    assert abs(noise.mean()) < 1
    other = add_noise(gray + 1, 18.7).astype(float) - gray - 1
    assert abs(np.corrcoef(noise.ravel(), other.ravel())[0, 1]) < 0.05
    assert not np.array_equal(add_noise(gray, 18.7, seed=1), add_noise(gray, 18.7))
    assert np.array_equal(add_noise(gray, 0.0), gray)


def test_values(photo):
    assert np.array_equal(fill(photo, (1, 2, 3))[7, 7], [1, 2, 3])
    dark = reduce_brightness(photo, 0.28)
    assert np.array_equal(dark, np.rint(photo * 0.28))
    flat = blur(photo, 100.0).astype(float)
    assert flat.std((0, 1)).max() < photo.std((0, 1)).min() / 4
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 2] = 200
    assert np.abs(compress_jpeg(red, 90).astype(int) - red).max() < 6
    errors = [
        np.abs(compress_jpeg(photo, q) - photo.astype(int)).mean() for q in (5, 60)
    ]
    assert errors[0] > 2 * errors[1]


def test_region_mask():
    assert region_mask((4, 6)) is None
    boxes = [[-3, -2, 1.2, 1], [5, 3, 9, 9], [2, 2, 2, 2], [-5, -5, -1, -1]]
    expected = np.zeros((4, 6), bool)
    expected[0, :2] = expected[3, 5] = True
    assert np.array_equal(region_mask((4, 6), boxes=boxes), expected)
    with pytest.raises(ShapeError, match=r'mask: expected \(4, 6\)'):
        region_mask((4, 6), mask=np.ones((6, 4)))
    with pytest.raises(ShapeError, match=r'boxes: expected \(N, 4\)'):
        region_mask((4, 6), boxes=[1, 2, 3, 4])


@pytest.mark.parametrize(
    'call',
    [
        lambda x: blur(x, 0),
        lambda x: pixelate(x, 0),
        lambda x: mosaic(x, 2.5),
        lambda x: fill(x, (0, 0)),
        lambda x: fill(x, (0, 0, 256)),
        lambda x: add_noise(x, -1),
        lambda x: add_noise(x, 1, seed=-1),
        lambda x: reduce_brightness(x, 1.1),
        lambda x: compress_jpeg(x, 0),
        lambda x: compress_jpeg(x, 101),
    ],
)
def test_wrong_strengths(call, photo):
    with pytest.raises(ConfigError, match='expected'):
        call(photo)


def test_wrong_pictures(photo):
    for wrong in (photo / 255.0, photo[..., 0], photo.transpose(2, 0, 1)):
        with pytest.raises(ShapeError, match=r'\(H, W, 3\) uint8'):
            blur(wrong, 2.0)
