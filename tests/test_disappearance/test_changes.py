"""Resizing, JPEG and blur as arithmetic."""

import io

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

pytest.importorskip('mmdet')

from mmprivacy.disappearance.jpeg import jpeg
from mmprivacy.disappearance.resize import resize, resize_like_a_file
from mmprivacy.disappearance.survival import build_survival
from mmprivacy.errors import ConfigError


def tensor(image):
    return torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32))


def array(image):
    return image.detach().permute(1, 2, 0).numpy()


@pytest.fixture
def photo():
    """A picture with smooth parts, edges and noise, BGR uint8."""
    rng = np.random.default_rng(0)
    image = cv2.resize(rng.integers(0, 256, (9, 11, 3), dtype=np.uint8), (173, 130))
    cv2.circle(image, (60, 60), 40, (20, 200, 90), -1)
    noisy = image + rng.normal(0, 5, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.mark.parametrize('size', [(64, 85), (200, 260), (130, 90), (33, 301)])
def test_resize_agrees_with_opencv(size):
    image = np.random.default_rng(1).integers(0, 256, (130, 173, 3), dtype=np.uint8)
    expected = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    found = array(resize(tensor(image), size))
    assert np.abs(found - expected).max() < 1
    rounded = array(resize_like_a_file(tensor(image), size))
    assert np.abs(rounded - expected).max() <= 1
    assert np.array_equal(rounded, rounded.round())


def test_resize_with_antialiasing_would_not_agree():
    image = np.random.default_rng(1).integers(0, 256, (130, 173, 3), dtype=np.uint8)
    expected = cv2.resize(image, (60, 40), interpolation=cv2.INTER_LINEAR)
    other = F.interpolate(
        tensor(image)[None], (40, 60), mode='bilinear', antialias=True
    )[0]
    assert np.abs(array(other) - expected).max() > 20


def test_resize_lets_a_gradient_through():
    image = torch.rand(3, 20, 30, requires_grad=True)
    resized = resize_like_a_file(image * 255, (10, 15))
    (grad,) = torch.autograd.grad(resized.sum(), image)
    assert grad.abs().sum() > 0


@pytest.mark.parametrize('quality', [95, 75, 50, 20])
def test_jpeg_agrees_with_libjpeg(photo, quality):
    file = io.BytesIO()
    Image.fromarray(photo[..., ::-1]).save(file, 'JPEG', quality=quality)
    expected = np.asarray(Image.open(file))[..., ::-1].astype(np.float32)
    found = array(jpeg(tensor(photo), quality))
    apart = np.abs(found - expected).mean()
    lost = np.abs(photo - expected).mean()
    assert apart < 0.6
    assert apart < lost / 3
    assert np.array_equal(found, found.round())


def test_jpeg_lets_a_gradient_through(photo):
    image = tensor(photo).requires_grad_()
    weight = torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
    (grad,) = torch.autograd.grad((jpeg(image, 75) * weight).sum(), image)
    assert grad.abs().mean() > 0.1
    flat = torch.full((3, 16, 16), 90.0, requires_grad=True)
    (grad,) = torch.autograd.grad(jpeg(flat, 75).sum(), flat)
    torch.testing.assert_close(grad, torch.ones_like(grad), rtol=0, atol=1e-3)


def test_changes_are_built_from_configs(photo):
    generator = torch.Generator().manual_seed(0)
    half = build_survival(dict(type='resize', scale=0.5), 'eot.0')
    assert half.apply(tensor(photo), half.draw(generator)).shape == (3, 65, 86)
    blur = build_survival(dict(type='blur', sigma=2), 'eot.0')
    blurred = array(blur.apply(tensor(photo), 2))
    expected = cv2.GaussianBlur(
        photo.astype(np.float32), (13, 13), 2, borderType=cv2.BORDER_REPLICATE
    )
    np.testing.assert_allclose(blurred, expected, atol=0.01)
    drawn = build_survival(dict(type='jpeg', quality=(50, 95)), 'eot.0')
    values = [drawn.draw(generator) for _ in range(40)]
    assert 50 <= min(values) < 60
    assert 85 < max(values) <= 95
    assert drawn.hardest() == 50
    assert blur.hardest() == 2


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (dict(type='jpg', quality=75), "did you mean 'jpeg'"),
        (dict(type='jpeg', scale=1), 'quality'),
        (dict(type='jpeg', quality=0), '1 to 100'),
        (dict(type='resize', scale=(0.5, 9)), '0.1 to 4'),
    ],
)
def test_wrong_changes_are_explained(cfg, message):
    with pytest.raises(ConfigError, match=message):
        build_survival(cfg, 'eot.3')
