"""Panels of scores, and the hook that writes them."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import torch
from mmengine.registry import HOOKS
from mmengine.structures import BaseDataElement
from PIL import Image

from mmprivacy.apis.run import set_show_dir
from mmprivacy.errors import ConfigError
from mmprivacy.visualization import (
    PrivacyScoreVisualizationHook,
    ScoreVerdict,
    Verdict,
    draw_score,
)
from mmprivacy.visualization import score_panels as module
from mmprivacy.visualization.typography import blend

SOURCE = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
STEPS = 3


def fields(steps=STEPS, users=1, seed=0):
    """Contributions, maps and their weighted sum, as a head gives them."""
    rng = np.random.default_rng(seed)
    maps = rng.gamma(0.3, 1.0, (steps, 7, 7)).astype(np.float32)
    maps /= maps.sum((1, 2), keepdims=True)
    contributions = rng.normal(1, 0.7, (steps, users)).astype(np.float32)
    summed = np.tensordot(contributions.mean(1), maps, 1)[None]
    return {
        'contributions': contributions, 'maps': maps, 'privacy_map': summed,
    }  # fmt: skip


@pytest.fixture
def drawn(monkeypatch):
    """What is handed to the grid."""
    calls = []
    real = module.draw_grid

    def record(tiles, captions, **options):
        calls.append(SimpleNamespace(tiles=tiles, captions=captions, **options))
        return real(tiles, captions, **options)

    monkeypatch.setattr(module, 'draw_grid', record)
    return calls


@pytest.fixture(scope='module')
def photo():
    return np.asarray(Image.open(SOURCE).convert('RGB').resize((96, 120)))


class TestVerdicts:
    def test_words(self):
        verdict = ScoreVerdict(3.214, 3.7)
        assert (verdict.said, verdict.remark) == ('score 3.21 of 5', 'truth 3.70')
        assert ScoreVerdict(0.64, max_score=1).said == 'score 0.64 of 1'
        assert ScoreVerdict(1).remark == ''
        verdict = Verdict('private', 0.9, 'public')
        assert verdict.wrong
        assert verdict.remark.endswith('labelled public')
        assert Verdict('private', 0.9).remark == ''

    def test_colour_goes_from_green_to_red(self):
        low, high = ScoreVerdict(0).color, ScoreVerdict(5).color
        assert low == Verdict('public', 1).color
        assert high == Verdict('private', 1).color
        assert ScoreVerdict(9).color == high
        assert ScoreVerdict(0.5, max_score=1).color == ScoreVerdict(2.5).color
        assert blend(['#000000', '#ffffff'], 0.5) == '#808080'

    def test_white_text_can_be_read_on_every_colour(self):
        for score in np.linspace(0, 5, 21):
            color = ScoreVerdict(score).color
            rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
            linear = np.where(
                rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4
            )
            assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) > 4.5


class TestDrawScore:
    def test_one_picture_a_step_and_one_of_all(self, photo, drawn):
        given = fields() | {'contributions': np.array([[2.0], [1.456], [-0.25]])}
        panel = draw_score(photo, ScoreVerdict(3.2, 3.7), **given, tile=96)
        assert panel.dtype == np.uint8
        (grid,) = drawn
        assert len(grid.tiles) == STEPS + 2
        assert grid.captions[:2] == ['Photo', 'All steps\n3.20']
        assert grid.captions[2:] == [
            'Step 1\n+2.00',
            'Step 2\n+1.46',
            'Step 3\n\u22120.25',
        ]

    def test_mean_over_profiles_and_no_negative_zero(self, photo, drawn):
        given = fields(users=30) | {'contributions': np.zeros((STEPS, 30)) - 1e-4}
        draw_score(photo, ScoreVerdict(0), **given, tile=64)
        assert drawn[0].captions[2] == 'Step 1\n+0.00'

    def test_nothing_passed_in_changes(self, photo):
        given, before = fields(), fields()
        draw_score(photo, ScoreVerdict(1), **given, tile=64)
        for name, value in given.items():
            np.testing.assert_array_equal(value, before[name])

    def test_scales_of_the_steps(self, photo, drawn):
        given = fields()
        given['maps'][1:] *= 1e-3
        draw_score(photo, ScoreVerdict(1), **given, tile=64)
        draw_score(photo, ScoreVerdict(1), **given, tile=64, normalize='image')
        own, shared = (grid.tiles[3].mean() for grid in drawn)
        assert own > shared
        np.testing.assert_array_equal(drawn[0].tiles[1], drawn[1].tiles[1])

    def test_photo_and_score_alone(self, photo, drawn):
        draw_score(photo, ScoreVerdict(1), tile=64)
        assert drawn[0].captions == ['Photo']
        assert drawn[0].bar is None


def sample(path, **changes):
    given = fields()
    out = BaseDataElement(metainfo={'img_path': str(path)})
    out.gt_privacy_score = np.array([3.7], np.float32)
    out.pred_privacy_score = torch.from_numpy(given['contributions'].sum(0))
    out.score_contributions = torch.from_numpy(given['contributions'])
    out.attention_maps = torch.from_numpy(given['maps'])
    out.privacy_map = torch.from_numpy(given['privacy_map'])
    for field in changes.get('without', ()):
        out.pop(field)
    return out


class TestHook:
    @pytest.fixture
    def runner(self, tmp_path):
        paths = [tmp_path / f'{name}.jpg' for name in 'abc']
        for path in paths:
            shutil.copy(SOURCE, path)
        infos = [{'img_path': str(path)} for path in paths]
        dataset = type('Data', (list,), {'get_data_info': list.__getitem__})(infos)
        shown = []
        return SimpleNamespace(
            visualizer=SimpleNamespace(
                dataset_meta={}, add_image=lambda name, image, step: shown.append(name)
            ),
            test_dataloader=SimpleNamespace(dataset=dataset),
            epoch=1,
            iter=1,
            paths=paths,
            shown=shown,
            batch={'inputs': torch.zeros(3, 3, 32, 32, dtype=torch.uint8)},
        )

    def test_panels_of_the_test(self, runner, tmp_path, drawn):
        cfg = SimpleNamespace(
            custom_hooks=[{'type': 'PrivacyScoreVisualizationHook', 'tile': 64}],
            get=lambda key, default=None: getattr(cfg, key, default),
        )
        set_show_dir(cfg, str(tmp_path / 'out'))
        hook = HOOKS.build(cfg.custom_hooks[0])
        hook.before_test(runner)
        samples = [sample(path) for path in runner.paths]
        alpha = samples[0].attention_maps.clone()
        hook.after_test_iter(runner, 0, runner.batch, samples)
        names = sorted(p.name for p in (tmp_path / 'out').iterdir())
        assert names == ['a.png', 'b.png', 'c.png']
        assert len(drawn[0].tiles) == STEPS + 2
        assert drawn[0].verdict.remark == 'truth 3.70'
        assert torch.equal(samples[0].attention_maps, alpha)

    def test_validation_with_and_without_attention(self, runner, drawn):
        hook = PrivacyScoreVisualizationHook(num_images=2, tile=64)
        attention = ('attention_maps', 'privacy_map', 'score_contributions')
        samples = [sample(p) for p in runner.paths]
        hook.after_val_iter(runner, 0, runner.batch, samples)
        samples = [sample(p, without=attention) for p in runner.paths]
        hook.after_val_iter(runner, 0, runner.batch, samples)
        assert runner.shown == ['a', 'b', 'a', 'b']
        assert [len(grid.tiles) for grid in drawn] == [STEPS + 2] * 2 + [1] * 2

    def test_no_score(self, runner, tmp_path):
        hook = PrivacyScoreVisualizationHook(out_dir=str(tmp_path), tile=64)
        lacking = [sample(runner.paths[0], without=['pred_privacy_score'])]
        hook.after_val_iter(runner, 0, runner.batch, lacking)
        assert not runner.shown
        with pytest.raises(ConfigError, match=r'pred_privacy_score.*attention_maps'):
            hook.after_test_iter(runner, 0, runner.batch, lacking)
