"""Drawing: scales, colours, layout, on real photos."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from mmprivacy.datasets import load_photo
from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.visualization import (
    Verdict,
    colorize,
    draw_grid,
    draw_heat_maps,
    normalize_maps,
    overlay_heat_map,
)
from mmprivacy.visualization.file_names import unique_names
from mmprivacy.visualization.heat_maps import upsample


@pytest.fixture(scope='module')
def photo():
    folder = Path(matplotlib.get_data_path()) / 'sample_data'
    return load_photo(folder / 'grace_hopper.jpg')[..., ::-1]


def maps(n=4, size=(7, 7)):
    return np.random.default_rng(0).gamma(1.0, 1.0, (n, *size)).astype(np.float32)


class TestNormalize:
    def test_one_scale_for_all_regions(self):
        values = maps() * np.array([1, 0.5, 0.1, 0.01])[:, None, None]
        out = normalize_maps(values)
        assert (out.min(), out.max()) == (0, 1)
        assert out[3].max() < 0.05
        np.testing.assert_allclose(
            out, (values - values.min()) / np.ptp(values), atol=1e-6
        )

    def test_one_scale_each(self):
        out = normalize_maps(maps() * 3 + 1, 'map')
        assert (out.min((1, 2)) == 0).all()
        assert (out.max((1, 2)) == 1).all()

    @pytest.mark.parametrize('mode', ['image', 'map'])
    def test_flat_and_broken_maps(self, mode):
        assert (normalize_maps(np.full((2, 3, 3), 5.0), mode) == 0).all()
        uniform = np.full((2, 14, 14), 1 / 196, np.float32)
        uniform[:, 3, 3] = np.nextafter(uniform[0, 0, 0], 1)
        assert (normalize_maps(uniform, mode) == 0).all()
        broken = maps()
        broken[0, 0, 0], broken[1] = np.nan, np.inf
        out = normalize_maps(broken, mode)
        assert np.isfinite(out).all()
        assert (out[1] == 0).all()

    def test_refuses(self):
        with pytest.raises(ConfigError, match='normalize'):
            normalize_maps(maps(), 'batch')
        with pytest.raises(ShapeError, match=r'\(7, 7\)'):
            normalize_maps(maps()[0])


def test_upsample_is_aligned_to_centres():
    heat = np.zeros((4, 4), np.float32)
    heat[1, 2] = 1
    big = upsample(heat, (64, 32))
    y, x = np.unravel_index(big.argmax(), big.shape)
    assert abs((y + 0.5) / 16 - 1.5) < 0.1
    assert abs((x + 0.5) / 8 - 2.5) < 0.1


def test_colour_map_is_perceptual():
    colors = colorize(np.linspace(0, 1, 256)).astype(float)
    luma = colors @ [0.299, 0.587, 0.114]
    assert (np.diff(luma) >= -0.5).all()
    with pytest.raises(ConfigError, match='hot-ish'):
        colorize(np.zeros(2), 'hot-ish')


def test_overlay_colours_what_is_hot(photo):
    heat = np.zeros((7, 7), np.float32)
    heat[3, 3] = 1
    before = photo.copy()
    out = overlay_heat_map(photo, heat)
    assert out.shape == photo.shape
    assert out.dtype == np.uint8
    np.testing.assert_array_equal(photo, before)
    height, width = photo.shape[:2]
    hot = out[int(height * 0.5), int(width * 0.5)].astype(int)
    assert hot[0] > hot[2] + 40
    cold = out[:20, :20].astype(int)
    assert np.ptp(cold, axis=-1).mean() < np.ptp(photo[:20, :20].astype(int), -1).mean()


class TestPanel:
    def test_size_and_wrapping(self, photo):
        small = draw_heat_maps(photo, maps(4), tile=64)
        wrapped = draw_heat_maps(photo, maps(9), tile=64, columns=5)
        assert small.dtype == np.uint8
        assert wrapped.shape[0] > small.shape[0] + 60

    def test_verdict_is_shown(self, photo):
        args = {'title': 'a' * 300 + '.jpg', 'tile': 160}
        right = draw_heat_maps(
            photo, maps(), verdict=Verdict('private', 0.9, 'private'), **args
        )
        wrong = draw_heat_maps(
            photo, maps(), verdict=Verdict('private', 0.9, 'public'), **args
        )
        assert right.shape == wrong.shape
        assert (right != wrong).any()
        narrow = draw_heat_maps(photo, maps(1), verdict=Verdict('x', 1.0), tile=16)
        assert narrow.shape[1] > 100

    def test_titles_must_match(self, photo):
        with pytest.raises(ConfigError, match='expected 4'):
            draw_heat_maps(photo, maps(4), titles=['one'])

    def test_grid_of_unequal_pictures(self, photo):
        sheet = draw_grid([photo[:90], photo[:40, :60]], ['one', 'two\nlines'])
        assert sheet.shape[0] > 90


class TestNames:
    def test_as_short_as_possible(self):
        paths = ['/d/private/a.jpg', '/d/public/a.jpg', '/d/public/b.jpg']
        names = unique_names(reversed(paths))
        assert [names[p] for p in paths] == ['private_a', 'public_a', 'b']

    def test_never_collide(self):
        paths = ['a.jpg', 'a.png', 'A.jpg', 'x/a.jpg', 'x_a.jpg', 'x/A.PNG', 'a_jpg']
        names = unique_names(paths * 2)
        assert len({n.lower() for n in names.values()}) == len(paths)
        assert names == unique_names(sorted(paths))
