"""Colours to tokens and back."""

import numpy as np
import pytest
import torch
from PIL import Image

from mmprivacy.eraser.image_prior import read_palette
from mmprivacy.eraser.palette import (
    fit_palette,
    image_to_tokens,
    nearest_colors,
    shrink,
    tokens_to_image,
)
from mmprivacy.errors import DataError, ShapeError

PALETTE = torch.tensor([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255]]).float()


def test_nearest_colors_by_hand():
    colors = torch.tensor([[10, 5, 0], [200, 20, 20], [127, 127, 127.0], [0, 0, 200]])
    assert nearest_colors(colors, PALETTE).tolist() == [0, 2, 0, 3]


def test_shrink_is_pillows_bilinear():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (53, 97, 3), dtype=np.uint8)
    pillow = Image.fromarray(picture).resize((8, 8), Image.Resampling.BILINEAR)
    ours = shrink(torch.from_numpy(picture).permute(2, 0, 1)[None].float(), 8)
    wanted = torch.from_numpy(np.array(pillow)).permute(2, 0, 1)
    assert (ours[0] - wanted).abs().max() < 0.75


def test_tokens_survive_the_round_trip():
    tokens = torch.arange(4).repeat(16)[None]
    image = tokens_to_image(tokens, PALETTE)
    assert image.shape == (1, 3, 8, 8)
    assert torch.equal(image_to_tokens(image, PALETTE, 8), tokens)
    # Raster order: the first row holds the first tokens.
    assert torch.equal((image[0, :, 0, 2] * 255), PALETTE[2])
    large = tokens_to_image(tokens, PALETTE, (31, 50))
    assert large.shape == (1, 3, 31, 50)
    assert large.min() >= 0
    assert large.max() <= 1


def test_fitted_palette_finds_the_colours_that_are_there():
    generator = torch.Generator().manual_seed(0)
    truth = torch.tensor([[10.0, 20, 30], [200, 40, 60], [90, 220, 140]])
    noise = torch.rand(300, 3, generator=generator) * 4 - 2
    colors = truth.repeat(100, 1) + noise
    found = fit_palette(colors, 3, seed=1)
    assert (found - truth[truth.sum(1).argsort()]).abs().max() <= 1
    assert torch.equal(found, found.round())
    assert torch.equal(found, fit_palette(colors, 3, seed=1))


def test_bad_colours_are_refused():
    with pytest.raises(DataError, match='at least 5 different colours, got 4'):
        fit_palette(PALETTE.repeat(9, 1), 5)
    with pytest.raises(ShapeError, match=r'colours \(N, 3\)'):
        fit_palette(torch.zeros(3, 4), 2)


def test_tool_writes_a_palette(tmp_path, run_tool):
    (tmp_path / 'photos').mkdir()
    rng = np.random.default_rng(0)
    for n in range(3):
        picture = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
        picture.save(tmp_path / 'photos' / f'{n}.png')
    out = tmp_path / 'palette.npy'
    done = run_tool('fit_palette', tmp_path / 'photos', out, '--colors', 5, '--side', 8)
    assert done.status == 0, done.err
    assert '5 colours of 3 photos' in done.out
    assert read_palette(out, 5).shape == (5, 3)
    done = run_tool('fit_palette', tmp_path / 'photos', tmp_path / 'palette.txt')
    assert done.status == 2
    assert '*.npy' in done.err
