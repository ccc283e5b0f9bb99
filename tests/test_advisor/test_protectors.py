"""Protectors, and what is left of what was there."""

import cv2
import numpy as np
import pytest

from mmprivacy.advisor import Region
from mmprivacy.advisor.protectors import (
    BlurProtector,
    EraserProtector,
    FillProtector,
    InpaintProtector,
    PixelateProtector,
)
from mmprivacy.errors import ConfigError, MissingDependencyError


@pytest.fixture
def picture():
    y, x = np.mgrid[:90, :120]
    shades = np.stack([2 * x, 2 * y, 255 - x - y], -1).clip(0, 255).astype(np.uint8)
    shades[30:60, 40:80] = np.random.default_rng(0).integers(0, 256, (30, 40, 3))
    return shades


NOISE = Region((40, 30, 80, 60), 'face')


def test_fill_paints_the_colour_and_nothing_else(picture):
    result = FillProtector((10, 20, 30)).protect(picture, [NOISE])
    assert (result[30:60, 40:80] == (10, 20, 30)).all()
    result[30:60, 40:80] = picture[30:60, 40:80]
    assert np.array_equal(result, picture)
    with pytest.raises(ConfigError, match='color'):
        FillProtector((1, 2))


def test_erasing_continues_the_surroundings(picture):
    y, x = np.mgrid[:90, :120]
    plain = np.stack([2 * x, 2 * y, 255 - x - y], -1).clip(0, 255)
    result = InpaintProtector().protect(picture, [NOISE])
    gap = np.abs(result.astype(int) - plain)[30:60, 40:80]
    assert gap.mean() < 10
    assert np.abs(picture.astype(int) - plain)[30:60, 40:80].mean() > 50


def test_erasing_far_regions_is_erasing_each(picture):
    far = Region((2, 70, 12, 85), 'text')
    both = InpaintProtector().protect(picture, [NOISE, far])
    one = InpaintProtector().protect(picture, [far])
    assert np.array_equal(both[70:85, 2:12], one[70:85, 2:12])


def test_a_photo_that_is_all_private_becomes_gray(picture):
    result = InpaintProtector().protect(picture, [Region((0, 0, 120, 90), 'face')])
    assert (result == 128).all()
    with pytest.raises(ConfigError, match='radius'):
        InpaintProtector(0)


def test_strength_grows_with_the_region():
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::9] = stripes[:, 1::9] = stripes[:, 2::9] = 255
    for protector in (BlurProtector(min_sigma=1), PixelateProtector(cells=4)):
        small, large = (
            protector.protect(stripes, [Region((0, 0, side, side), 'face')])
            for side in (20, 320)
        )
        assert small[2:18, 2:18].std() > 3 * large[100:200, 100:200].std()
        assert protector.can_be_undone
        assert 'recognised' in protector.warning


def test_pixels_become_that_few(picture):
    result = PixelateProtector(cells=6).protect(picture, [NOISE])[30:60, 40:80]
    cells = {tuple(c) for c in result.reshape(-1, 3)}
    assert len(cells) == 6 * 8
    assert np.abs(result.mean((0, 1)) - picture[30:60, 40:80].mean((0, 1))).max() < 1


def test_masks_are_followed(picture):
    disc = cv2.circle(np.zeros((90, 120), np.uint8), (60, 45), 12, 1, -1).astype(bool)
    region = Region((48, 33, 73, 58), 'person', mask=disc)
    for protector in (FillProtector(), InpaintProtector(), BlurProtector()):
        changed = (protector.protect(picture, [region]) != picture).any(-1)
        assert not (changed & ~disc).any()
        assert (changed & disc).sum() > 0.9 * disc.sum()


def test_wrong_strengths_are_refused():
    with pytest.raises(ConfigError, match='BlurProtector'):
        BlurProtector(strength=0)
    with pytest.raises(ConfigError, match='PixelateProtector'):
        PixelateProtector(cells=-1)


def test_eraser_says_what_it_needs():
    import mmprivacy.apis

    if 'EraserInferencer' in mmprivacy.apis.__all__:
        pytest.skip('this version has it')
    with pytest.raises(MissingDependencyError, match='EraserInferencer'):
        EraserProtector('config.py', 'model.pth')
