"""Classical inpainting: continues what is around, and forgets what was there."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import TRANSFORMS

from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.obfuscation import inpaint

ALGORITHMS = ['telea', 'navier-stokes']


def ramp(h=40, w=60):
    row = np.linspace(20, 220, w)
    return np.repeat(np.broadcast_to(row, (h, w))[..., None], 3, 2).astype(np.uint8)


def region(h=40, w=60):
    mask = np.zeros((h, w), bool)
    mask[12:24, 20:36] = True
    return mask


@pytest.mark.parametrize('algorithm', ALGORITHMS)
def test_a_gradient_goes_on_behind_the_region(algorithm):
    image, mask = ramp(), region()
    image[mask] = 255
    result = inpaint(image, algorithm, mask=mask)
    assert np.array_equal(result[~mask], image[~mask])
    error = np.abs(result[mask].astype(int) - ramp()[mask]).mean()
    assert error < 25  # black would be 150 wrong, white 130


@pytest.mark.parametrize('algorithm', ALGORITHMS)
def test_nothing_of_the_region_comes_through(algorithm):
    rng = np.random.default_rng(0)
    first, second = ramp(), ramp()
    first[region()] = rng.integers(0, 256, first[region()].shape)
    second[region()] = rng.integers(0, 256, second[region()].shape)
    results = [inpaint(image, algorithm, mask=region()) for image in (first, second)]
    assert np.array_equal(*results)


@pytest.mark.parametrize('algorithm', ALGORITHMS)
def test_empty_full_and_tiny(algorithm):
    image = ramp()
    same = inpaint(image, algorithm, mask=region() & False)
    assert np.array_equal(same, image)
    assert same is not image
    assert not inpaint(image, algorithm, mask=region() | True).any()
    one = np.full((1, 1, 3), 7, np.uint8)
    assert inpaint(one, algorithm, mask=np.ones((1, 1))).item(0) == 0
    line = inpaint(
        np.full((1, 5, 3), 7, np.uint8), algorithm, boxes=np.array([[1, 0, 3, 1]])
    )
    assert np.abs(line.astype(int) - 7).max() <= 3


def test_wrong_arguments():
    for wrong in (dict(algorithm='telae'), dict(radius=0)):
        with pytest.raises(ConfigError):
            inpaint(ramp(), mask=region(), **wrong)
    with pytest.raises(ConfigError, match='a mask or boxes'):
        inpaint(ramp())
    with pytest.raises(ShapeError):
        inpaint(ramp()[..., 0], mask=region())
    with pytest.raises(ConfigError, match=r'InpaintRegion\.region'):
        TRANSFORMS.build(dict(type='InpaintRegion', region='image'))


def test_transform():
    fill = TRANSFORMS.build(dict(type='InpaintRegion', algorithm='navier-stokes'))
    assert 'navier-stokes' in repr(fill)
    results = fill(dict(img=ramp(), gt_masks=region()[None]))
    expected = inpaint(ramp(), 'navier-stokes', mask=region())
    assert np.array_equal(results['img'], expected)
