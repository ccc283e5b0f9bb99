"""Every config passes the check, trains and tests on the drawn data."""

import gc
import math
from pathlib import Path

import pytest
import torch
import yaml

from mmprivacy.apis.check import check_config
from mmprivacy.apis.config import load_config
from mmprivacy.apis.run import _test
from mmprivacy.apis.runner import build_runner
from mmprivacy.datasets.sample import FORMATS

ROOT = Path(__file__).parents[1]
NOT_TRAINED = {'_base_', 'advisor'}
CONFIGS = sorted(
    p
    for p in ROOT.glob('configs/**/*.py')
    if not NOT_TRAINED & set(p.relative_to(ROOT).parts)
)
IDS = [str(p.relative_to(ROOT / 'configs')) for p in CONFIGS]


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_there_are_configs():
    assert CONFIGS


def test_every_config_is_in_the_model_index():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    files = [yaml.safe_load((ROOT / name).read_text()) for name in index['Import']]
    listed = [model['Config'] for file in files for model in file['Models']]
    assert sorted(listed) == [str(p.relative_to(ROOT)) for p in CONFIGS]
    for file in files:
        assert all((ROOT / c['README']).is_file() for c in file['Collections'])


@pytest.mark.parametrize('path', CONFIGS, ids=IDS)
def test_config_is_short_and_says_what_it_is(path):
    text = path.read_text()
    assert text.startswith('"""')
    assert 'tools/train.py' in text
    assert len(text.splitlines()) <= 100
    assert 'mmprivacy.' not in text.replace("'mmprivacy.", '', 20).split('"""')[0]


@pytest.mark.parametrize('path', CONFIGS, ids=IDS)
def test_config_trains_and_tests_on_the_sample(path, tiny_options, tmp_path):
    real = load_config(path)
    assert [f.text for f in check_config(real, build=False) if f.level == 'error'] == []

    cfg = load_config(path, tiny_options(path), sample=True)
    cfg.work_dir = str(tmp_path)
    assert check_config(cfg) == []
    runner = build_runner(cfg)
    runner.train()
    epochs = cfg.train_cfg.max_epochs
    assert runner.epoch == epochs
    assert all(torch.isfinite(p).all() for p in runner.model.parameters())
    assert (tmp_path / f'epoch_{epochs}.pth').is_file()
    del runner
    gc.collect()
    metrics = _test(cfg, tmp_path / f'epoch_{epochs}.pth', trust=False)
    assert math.isfinite(metrics[cfg.default_hooks.checkpoint.save_best])


@pytest.mark.parametrize('path', CONFIGS, ids=IDS)
def test_prepare_data_draws_what_sample_runs_expect(path):
    data = load_config(path).sample.data
    assert FORMATS[data.format].num == data.num.to_dict()
