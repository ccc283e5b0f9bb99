"""The prior that sample runs of ERASER train first."""

from pathlib import Path

import pytest
import torch
from tiny_runs import ROOT

from mmprivacy.apis import load_config
from mmprivacy.apis.check import check_config
from mmprivacy.apis.runner import build_runner
from mmprivacy.compat import safe_load

METHOD = ROOT / 'configs/eraser/eraser_ffc18_stage1.py'
PRIOR = f"""
_base_ = [{str(ROOT / 'configs/eraser/prior_places2.py')!r}]
sample = dict(cfg_options={{
    'model.num_colors': 16, 'model.side': 8, 'model.channels': 8, 'model.depth': 1,
    'model.num_heads': 2, 'train_dataloader.num_workers': 0,
    'val_dataloader.num_workers': 0, 'train_dataloader.batch_size': 4,
    'train_cfg.max_epochs': 1, 'train_cfg.val_interval': 1, 'param_scheduler': [],
}})
"""


@pytest.fixture
def load(tmp_path, monkeypatch, inpainting_root, tiny_options):
    monkeypatch.chdir(ROOT)
    tiny = tiny_options(METHOD)
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'prior.py').write_text(PRIOR)
    (tmp_path / 'sample').mkdir()
    (tmp_path / 'sample/inpainting').symlink_to(inpainting_root)
    options = {k: v for k, v in tiny.items() if not k.startswith('model.prior')} | {
        'sample.prior': str(tmp_path / 'prior.py'),
        'sample.data.root': str(tmp_path / 'sample/inpainting'),
    }

    def build(**more):
        return load_config(METHOD, options | more, sample=True, draw=False)

    return build


def test_the_prior_is_that_of_its_config(load, tmp_path):
    cfg = load()
    assert cfg.model.prior.prior.num_colors == 16
    assert cfg.model.prior.weights.startswith(str(tmp_path / 'sample/priors'))
    assert not cfg.model.prior.allow_random
    before = cfg.model.prior.weights
    (tmp_path / 'prior.py').write_text(
        PRIOR.replace("'model.depth': 1", "'model.depth': 2")
    )
    assert load().model.prior.weights != before
    without = load(**{'sample.prior': None})
    assert without.model.prior.weights is None
    assert without.model.prior.allow_random


@pytest.mark.slow  # two processes
def test_it_is_trained_once_and_the_run_begins_with_it(load):
    cfg = load()
    cfg.work_dir = 'work'
    assert check_config(cfg) == []  # before the prior is there
    runner = build_runner(cfg)
    file = Path(cfg.model.prior.weights)
    state = safe_load(file)['state_dict']
    net = runner.model.prior.prior.net
    assert net.palette_ready
    assert all(torch.equal(v, state[k]) for k, v in net.state_dict().items())
    written = file.stat().st_mtime_ns
    build_runner(load(), ('train',))
    assert file.stat().st_mtime_ns == written
