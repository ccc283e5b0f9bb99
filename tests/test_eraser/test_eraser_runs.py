"""Whole runs: stages, optimizers, checkpoints, resuming, mixed precision."""

import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from tiny_eraser import MODEL

from mmprivacy.apis.check import check_config
from mmprivacy.apis.run import set_resume, use_amp
from mmprivacy.apis.runner import build_runner
from mmprivacy.eraser import EraserStageHook, PaletteHook, PriorSampler
from mmprivacy.errors import ConfigError


class Watch(Hook):
    """Note stage, data, scale and rates of every iteration."""

    priority = 'LOWEST'

    def __init__(self):
        self.seen = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        rates = runner.optim_wrapper.get_lr()
        self.seen.append(
            SimpleNamespace(
                epoch=runner.epoch,
                stage=runner.model.stage,
                scale=runner.model.difference_scale,
                batches=len(runner.train_dataloader),
                losses={k for k in outputs if 'loss' in k},
                rates=(rates['generator.lr'][0], rates['discriminator.lr'][0]),
            )
        )


class PowerCut(Hook):
    """Interrupt a run before an iteration."""

    def __init__(self, epoch, batch):
        self.moment = epoch, batch

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if (runner.epoch, batch_idx) == self.moment:
            raise KeyboardInterrupt


def test_one_run_goes_through_both_stages(make_runner, tmp_path):
    watch = Watch()
    runner = make_runner(hooks=[watch])
    runner.train()
    seen = watch.seen
    assert [s.epoch for s in seen] == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]
    assert [s.stage for s in seen] == ['quality'] * 6 + ['difference'] * 4
    assert [s.scale for s in seen] == [1.0] * 6 + [0.5, 1.0, 1.0, 1.0]
    assert all(('loss_difference' in s.losses) == (s.epoch > 1) for s in seen)
    assert runner.max_iters == 10
    assert seen[0].rates == (1e-3, 1e-4)
    assert seen[-1].rates == pytest.approx((1e-4, 1e-5))
    checkpoint = torch.load(tmp_path / 'work' / 'epoch_4.pth', weights_only=False)
    names = set(checkpoint['state_dict'])
    assert {n.split('.')[0] for n in names} == {'generator', 'discriminator'}
    assert set(checkpoint['optimizer']) >= {'generator', 'discriminator'}
    # Stage 2 has a best checkpoint of its own; that of stage 1 is still there.
    best = {p.name for p in (tmp_path / 'work').glob('best_*.pth')}
    assert best == {
        'best_inpainting_psnr_epoch_2.pth', 'best_inpainting_psnr_epoch_4.pth'
    }  # fmt: skip


def test_an_interrupted_run_ends_as_if_it_had_not_been(make_cfg):
    straight = build_runner(make_cfg(work_dir='straight'), ('train',))
    straight.train()
    for moment in ((1, 1), (3, 1)):  # in either stage
        work_dir = f'broken_{moment[0]}'
        broken = build_runner(make_cfg(work_dir=work_dir), ('train',))
        broken.register_hook(PowerCut(*moment))
        with pytest.raises(KeyboardInterrupt):
            broken.train()
        cfg = make_cfg(work_dir=work_dir)
        assert not set_resume(cfg, 'auto')
        resumed = build_runner(cfg, ('train',))
        resumed.train()
        for part in ('generator', 'discriminator'):
            first, second = (
                getattr(r.model, part).state_dict() for r in (straight, resumed)
            )
            assert all(torch.equal(v, second[k]) for k, v in first.items()), part
            first, second = (
                r.optim_wrapper[part].optimizer.state_dict()['state']
                for r in (straight, resumed)
            )
            assert first.keys() == second.keys()
            assert torch.equal(first[0]['exp_avg'], second[0]['exp_avg'])


def test_mixed_precision(make_cfg):
    cfg = make_cfg()
    use_amp(cfg)
    kinds = {cfg.optim_wrapper[p].type for p in ('generator', 'discriminator')}
    assert len(kinds) == 1
    assert kinds.pop() in ('BFloat16OptimWrapper', 'AmpOptimWrapper')
    runner = build_runner(cfg, ('train',))
    runner.train()
    assert all(torch.isfinite(p).all() for p in runner.model.parameters())


def test_optimizer_keys_are_checked(make_cfg):
    assert check_config(make_cfg()) == []
    cfg = make_cfg()
    cfg.optim_wrapper.generator.clip = 1
    (finding,) = check_config(cfg)
    assert 'optim_wrapper.generator.clip' in finding.text
    cfg = make_cfg()
    cfg.optim_wrapper.critic = copy.deepcopy(cfg.optim_wrapper.generator)
    (finding,) = check_config(cfg)
    assert 'discriminator, generator' in finding.text


@pytest.mark.parametrize(
    ('stages', 'message'),
    [
        ([], 'got none'),
        ([dict(name='quality', epochs=0)], 'epochs >= 1'),
        ([dict(name='quality', epoch=3)], "did you mean 'epochs'"),
        ([dict(name='sharp', epochs=3)], 'quality, difference'),
        (
            [dict(name='difference', epochs=1), dict(name='quality', epochs=1)],
            'quality -> difference',
        ),
    ],
)
def test_wrong_stages(stages, message):
    with pytest.raises(ConfigError, match=message):
        EraserStageHook(stages)


def test_stages_have_to_fit_the_run(make_runner):
    stages = [dict(name='quality', epochs=3)]
    with pytest.raises(ConfigError, match=r'expected 3 \(stages: 3 quality\), got 4'):
        make_runner(stages=stages).train()
    stages = [dict(name='difference', epochs=4)]
    model = {**MODEL, 'loss_difference': None}
    with pytest.raises(ConfigError, match=r'model\.loss_difference'):
        make_runner(stages=stages, model=model).train()


def test_prior_fits_its_palette_and_keeps_it(make_cfg, tmp_path):
    prior = dict(
        type='ImagePrior', num_colors=16, side=8, channels=8, depth=1, num_heads=2
    )
    changes = dict(
        model=prior,
        optim_wrapper=dict(optimizer=dict(type='AdamW', lr=1e-3)),
        custom_hooks=[dict(type='PaletteHook', num_images=4)],
        param_scheduler=[],
        model_wrapper_cfg=None,
    )
    runner = build_runner(make_cfg(max_epochs=2, **changes), ('train',))
    assert not runner.model.palette_ready
    runner.train()
    palette = runner.model.palette.clone()
    assert runner.model.palette_ready
    assert len(palette.unique(dim=0)) == 16
    assert (palette.std(0) > 10).all()  # colours, not the gray ramp
    saved = torch.load(tmp_path / 'work' / 'epoch_2.pth', weights_only=False)
    assert torch.equal(saved['state_dict']['palette'], palette)
    sampler = PriorSampler(prior, weights=str(tmp_path / 'work' / 'epoch_2.pth'))
    assert torch.equal(sampler.prior.net.palette, palette)


def test_palette_hook_wants_a_prior(make_runner):
    runner = make_runner(hooks=[PaletteHook()])
    with pytest.raises(ConfigError, match='ImagePrior, for PaletteHook'):
        runner.train()
