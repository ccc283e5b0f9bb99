import math
import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, METRICS, MODELS
from mmengine.structures import BaseDataElement
from torch.utils.data import Dataset

from mmprivacy.apis import checkpoints, hooks, run
from mmprivacy.apis.runner import build_runner, explain_registry_errors
from mmprivacy.errors import CheckpointError, ConfigError, NonFiniteLossError


@pytest.fixture(autouse=True, scope='module')
def _registered():
    MODELS.register_module(name='ToyNet', module=ToyNet, force=True)
    DATASETS.register_module(name='ToyNoise', module=ToyNoise, force=True)
    METRICS.register_module(name='ToyScore', module=ToyScore, force=True)
    yield
    for registry, name in ((MODELS, 'ToyNet'), (DATASETS, 'ToyNoise')):
        registry.module_dict.pop(name)
    METRICS.module_dict.pop('ToyScore')


class ToyNet(BaseModel):
    def __init__(self, broken=False):
        super().__init__()
        self.fc = torch.nn.Linear(3, 1)
        self.broken = broken

    def forward(self, x, path=None, mode='loss'):
        x = torch.stack(x) if isinstance(x, (list, tuple)) else x
        if mode != 'loss':
            return [BaseDataElement() for _ in x]
        loss = self.fc(x).square().mean() + torch.rand(()) * self.fc.bias.sum()
        return dict(loss=loss * (math.nan if self.broken else 1))


class ToyNoise(Dataset):
    metainfo = dict(classes=('a',))

    def __len__(self):
        return 8

    def __getitem__(self, index):
        draws = [random.random(), np.random.rand(), torch.rand(()).item()]
        element = BaseDataElement(metainfo=dict(img_path=f'photo_{index}.jpg'))
        return dict(x=torch.tensor(draws), path=element)


class ToyScore(BaseMetric):
    scores = {}

    def process(self, data_batch, data_samples):
        self.results.append(1)

    def compute_metrics(self, results):
        epoch = len(self.scores) + 1
        self.scores[epoch] = (0.3, 0.9, 0.5, 0.4)[epoch - 1]
        return dict(score=self.scores[epoch])


def config(work_dir, **changes):
    def loader(shuffle):
        return dict(
            batch_size=4,
            num_workers=1,
            persistent_workers=True,
            sampler=dict(type='DefaultSampler', shuffle=shuffle),
            dataset=dict(type='ToyNoise'),
        )

    cfg = dict(
        default_scope='mmengine',
        work_dir=str(work_dir),
        model=dict(type='ToyNet'),
        train_dataloader=loader(True),
        train_cfg=dict(by_epoch=True, max_epochs=4),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        val_dataloader=loader(False),
        val_cfg=dict(),
        val_evaluator=dict(type='ToyScore'),
        default_hooks=dict(
            checkpoint=dict(
                type='CheckpointHook',
                interval=1,
                max_keep_ckpts=1,
                save_best='score',
                rule='greater',
            )
        ),
        visualizer=dict(type='Visualizer', vis_backends=[]),
        randomness=dict(seed=3),
        log_level='WARNING',
        experiment_name=str(work_dir),
    )
    return Config(cfg | changes)


@pytest.fixture(autouse=True)
def _fresh_scores(monkeypatch):
    monkeypatch.setattr(ToyScore, 'scores', {})


def state(path):
    return torch.load(path, weights_only=False)


def test_a_run_keeps_best_and_last(tmp_path):
    build_runner(config(tmp_path)).train()
    kept = sorted(p.name for p in tmp_path.glob('*.pth'))
    assert kept == ['best_score_epoch_2.pth', 'epoch_4.pth']
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_4.pth')
    assert checkpoints.best_or_last(tmp_path) == tmp_path / 'best_score_epoch_2.pth'
    info = state(tmp_path / 'epoch_4.pth')['message_hub']['runtime_info']
    assert info['best_score'] == 0.9


class Stop(Exception):
    pass


@pytest.mark.parametrize('stage', ['training', 'validation', 'saving'])
def test_a_stopped_run_ends_like_a_whole_one(stage, tmp_path, monkeypatch):
    build_runner(config(tmp_path / 'whole')).train()
    ToyScore.scores.clear()

    runner = build_runner(config(tmp_path / 'parts'))

    def stop(*_, **__):
        if runner.epoch >= 2:
            raise Stop

    targets = {
        'training': (hooks.FiniteLossHook, 'after_train_iter'),
        'validation': (hooks.SameBuffersHook, 'before_val_epoch'),
        'saving': (hooks.os, 'fsync'),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*targets[stage], stop)
        with pytest.raises(Stop):
            runner.train()
    path, found = checkpoints.find_resumable(tmp_path / 'parts')
    assert found['meta']['epoch'] == (2 if stage == 'training' else 1)
    for epoch in list(ToyScore.scores):
        if epoch > found['meta']['epoch']:
            del ToyScore.scores[epoch]
    resumed = config(tmp_path / 'parts', resume=True, load_from=str(path))
    resumed.experiment_name += 'b'
    build_runner(resumed).train()
    a, b = (state(tmp_path / n / 'epoch_4.pth') for n in ('whole', 'parts'))
    assert all(
        torch.equal(a['state_dict'][k], b['state_dict'][k]) for k in a['state_dict']
    )
    best = [
        sorted(p.name for p in (tmp_path / n).glob('*.pth')) for n in ('whole', 'parts')
    ]
    assert best[0] == best[1]


def test_nan_names_iteration_and_images(tmp_path):
    runner = build_runner(config(tmp_path, model=dict(type='ToyNet', broken=True)))
    with pytest.raises(NonFiniteLossError, match=r'iteration 1 .*photo_\d\.jpg'):
        runner.train()
    assert not list(tmp_path.glob('*.pth'))


def test_epochs_and_ranks_draw_other_numbers(monkeypatch):
    def draw(epoch, rank):
        monkeypatch.setattr(hooks, 'get_rank', lambda: rank)
        hooks.EpochSeedHook().before_train_epoch(SimpleNamespace(seed=1, epoch=epoch))
        return random.random(), np.random.rand(), torch.rand(()).item()

    drawn = [draw(epoch, rank) for epoch in (0, 1, 2) for rank in (0, 1)]
    assert len(set(drawn)) == 6
    assert draw(1, 0) == drawn[2]


def test_unknown_type_and_key_stop_before_anything_is_written(tmp_path):
    cfg = config(tmp_path / 'run', model=dict(type='ToyNett'))
    with pytest.raises(ConfigError, match=r"'ToyNett'.*did you mean 'ToyNet'"):
        build_runner(cfg)
    cfg = config(tmp_path / 'run', model=dict(type='ToyNet', brokenn=True))
    with pytest.raises(ConfigError, match=r"model\.brokenn.*did you mean 'broken'"):
        build_runner(cfg)
    assert not (tmp_path / 'run').exists()


def test_registry_errors_are_explained():
    cfg = Config(dict(default_scope='mmengine', custom_imports=dict(imports=['a.b'])))
    message = 'Foo is not in the mmengine::hook registry. Please check'
    with (
        pytest.raises(ConfigError, match=r"'Foo'.*HOOKS.*'a\.b'"),
        explain_registry_errors(cfg),
    ):
        raise KeyError(message)
    with pytest.raises(KeyError), explain_registry_errors(cfg):
        raise KeyError('another')


def test_scheduler_that_does_not_fit_is_explained(tmp_path):
    scheduler = dict(type='LinearLR', begin=3, end=3)
    runner = build_runner(config(tmp_path, param_scheduler=scheduler))
    with pytest.raises(ConfigError, match=r'param_scheduler: .*end should be larger'):
        runner.train()


def test_broken_last_checkpoint_falls_back(tmp_path):
    whole = dict(meta=dict(epoch=1), optimizer={}, message_hub={}, state_dict={})
    torch.save(whole, tmp_path / 'epoch_1.pth')
    torch.save(whole, tmp_path / 'epoch_10.pth')
    (tmp_path / 'epoch_11.pth').write_bytes(b'half')
    note = tmp_path / 'last_checkpoint'
    note.write_text('/moved/away/epoch_11.pth')
    assert checkpoints.find_resumable(tmp_path)[0].name == 'epoch_10.pth'
    note.write_text('/moved/away/epoch_1.pth')
    assert checkpoints.find_resumable(tmp_path)[0].name == 'epoch_1.pth'
    note.write_text('')
    assert checkpoints.find_resumable(tmp_path)[0].name == 'epoch_10.pth'
    for path in tmp_path.glob('epoch_1*.pth'):
        path.write_bytes(b'half')
    with pytest.raises(CheckpointError):
        checkpoints.find_resumable(tmp_path)
    assert checkpoints.find_resumable(tmp_path / 'none') is None


def test_weights_alone_cannot_be_resumed(tmp_path):
    torch.save(dict(state_dict={}), tmp_path / 'a.pth')
    with pytest.raises(CheckpointError, match='weights only'):
        checkpoints.load_resumable(tmp_path / 'a.pth')


def test_checkpoint_of_another_model_is_refused():
    model = torch.nn.Linear(2, 3)
    checkpoints.check_match(
        model, {f'module.{k}': v for k, v in model.state_dict().items()}, 'a'
    )
    with pytest.raises(CheckpointError, match=r'b\.pth.*2 missing'):
        checkpoints.check_match(model, {}, 'b.pth')
    other = torch.nn.Linear(4, 3).state_dict()
    with pytest.raises(CheckpointError, match=r'shape \(3, 4\)'):
        checkpoints.check_match(model, other, 'b.pth')


def test_loading_in_mmengine_goes_through_safe_load(tmp_path):
    from mmengine.runner import CheckpointLoader

    class Evil:
        def __reduce__(self):
            return print, ('ran',)

    torch.save(dict(a=Evil()), tmp_path / 'a.pth')
    checkpoints.register_safe_loading()
    with pytest.raises(CheckpointError, match='--trust-checkpoint'):
        CheckpointLoader.load_checkpoint(str(tmp_path / 'a.pth'))
    checkpoints.register_safe_loading(trust=True)
    assert CheckpointLoader.load_checkpoint(str(tmp_path / 'a.pth')) == dict(a=None)
    checkpoints.register_safe_loading()
    with pytest.raises(CheckpointError, match='model of torchvision'):
        CheckpointLoader.load_checkpoint('torchvision://resnet5000')


@pytest.mark.parametrize('kind', ['OptimWrapper', 'AmpOptimWrapper'])
def test_amp_on_a_cpu_trains_in_bfloat16(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    cfg = config(tmp_path, val_dataloader=None, val_cfg=None, val_evaluator=None)
    cfg.optim_wrapper.type = kind
    cfg.default_hooks.checkpoint.save_best = None
    cfg.train_cfg.max_epochs = 1
    run.use_amp(cfg)
    runner = build_runner(cfg)
    runner.train()
    with runner.optim_wrapper.optim_context(runner.model):
        assert runner.model.fc(torch.ones(1, 3)).dtype == torch.bfloat16
    assert runner.model.fc.weight.dtype == torch.float32
    cfg.optim_wrapper.type = 'Other'
    with pytest.raises(ConfigError, match='--amp'):
        run.use_amp(cfg)


def test_auto_scale_needs_a_base(tmp_path):
    cfg = config(tmp_path)
    with pytest.raises(ConfigError, match='base_batch_size'):
        run.use_auto_scale_lr(cfg)
    cfg.auto_scale_lr = dict(base_batch_size=8)
    run.use_auto_scale_lr(cfg)
    assert cfg.auto_scale_lr.enable
