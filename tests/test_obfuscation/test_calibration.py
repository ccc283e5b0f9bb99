"""Strengths for a wanted PSNR."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmprivacy.errors import ConfigError, DataError
from mmprivacy.evaluation.functional import psnr
from mmprivacy.obfuscation import METHODS, PAPER_PSNR, calibrate_to_psnr


@pytest.fixture(scope='module')
def photos():
    """Pictures with texture at every scale, as photos have it."""
    rng = np.random.default_rng(1)

    def draw(h, w):
        layers = [
            cv2.resize(rng.normal(0, 1, (h // s + 2, w // s + 2, 3)), (w, h)) * s**0.7
            for s in (1, 2, 4, 8, 16, 32)
        ]
        image = sum(layers)
        return np.clip(128 + 55 * image / image.std(), 0, 255).astype(np.uint8)

    return [draw(72, 96), draw(96, 64)]


@pytest.mark.parametrize('name', sorted(PAPER_PSNR))
def test_figures_of_the_paper_are_reached(name, photos):
    target = PAPER_PSNR[name]
    found = calibrate_to_psnr(name, photos, target)
    values = [psnr(METHODS[name].apply(x, found.strength), x) for x in photos]
    assert found.psnr == pytest.approx(np.mean(values))
    if not METHODS[name].integer:
        assert abs(found.psnr - target) <= 0.01
        return
    assert isinstance(found.strength, int)
    for other in (found.strength - 1, found.strength + 1):
        values = [psnr(METHODS[name].apply(x, other), x) for x in photos]
        assert abs(np.mean(values) - target) >= abs(found.psnr - target)


def test_noise_and_brightness_follow_from_their_formulas():
    gray = [np.full((64, 64, 3), 128, np.uint8)]
    sigma = 255 * 10 ** (-22.68 / 20)
    found = calibrate_to_psnr('noise', gray, 22.68)
    assert found.strength == pytest.approx(sigma, rel=0.03)
    found = calibrate_to_psnr('brightness', gray, 8.46)
    expected = 1 - 255 * 10 ** (-8.46 / 20) / 128
    assert found.strength == pytest.approx(expected, abs=0.005)


def test_what_cannot_be_reached_is_an_error(photos):
    with pytest.raises(DataError, match=r'PSNR of brightness: expected a target from'):
        calibrate_to_psnr('brightness', photos, 2.0)
    with pytest.raises(ConfigError, match="did you mean 'noise'"):
        calibrate_to_psnr('noisy', photos, 20.0)
    with pytest.raises(DataError, match='one picture'):
        calibrate_to_psnr('noise', [], 20.0)
