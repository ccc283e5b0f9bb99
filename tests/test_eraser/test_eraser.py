"""The model: what it changes, what it leaves, what trains what (6, 7, 10, 11)."""

import copy
import os
import subprocess
import sys

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict, build_optim_wrapper
from mmengine.registry import MODELS
from tiny_eraser import DIFFERENCE, MODEL, batch, build
from tiny_runs import ROOT

from mmprivacy.eraser.compositing import blend
from mmprivacy.errors import ConfigError, MissingWeightsError

PARTS = ('generator', 'discriminator')
OPTIM = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(
        type='OptimWrapper',
        optimizer=dict(type='Adam', lr=1e-3),
        clip_grad=dict(max_norm=1),
    ),
    discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4)),
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build()


def _weights(model):
    return {k: v.detach().clone() for k, v in model.state_dict().items()}


def _trained(before, after):
    """Which parts of the model have other parameters (not statistics) now."""
    return {
        key.split('.')[0]
        for key in before
        if not torch.equal(before[key], after[key])
        and 'running' not in key
        and 'num_batches' not in key
    }


class NoStep(OptimWrapper):
    """Computes gradients and changes nothing."""

    def step(self, **kwargs):
        pass


def _wrappers(model, **replaced):
    return OptimWrapperDict(
        **{
            name: replaced.get(name, OptimWrapper)(
                torch.optim.SGD(getattr(model, name).parameters(), lr=0.1)
            )
            for name in PARTS
        }
    )


@pytest.mark.parametrize('stage', ['quality', 'difference'])
def test_each_loss_trains_its_own_network(model, stage):
    model.set_stage(stage)
    before = _weights(model)
    model.train_step(batch(), _wrappers(model, discriminator=NoStep))
    assert _trained(before, _weights(model)) == {'generator'}
    before = _weights(model)
    model.train_step(batch(), _wrappers(model, generator=NoStep))
    assert _trained(before, _weights(model)) == {'discriminator'}
    assert all(p.requires_grad for p in model.discriminator.parameters())


def test_log_names_every_loss(model):
    log = model.train_step(batch(), _wrappers(model))
    parts = {'loss_l1', 'loss_adversarial', 'loss_fm'}
    critic = {'loss_d_adversarial', 'loss_d_r1'}
    assert set(log) == parts | critic | {'loss_g', 'loss_d'}
    assert float(log['loss_g']) == pytest.approx(sum(float(log[k]) for k in parts))
    assert float(log['loss_d']) == pytest.approx(sum(float(log[k]) for k in critic))
    model.set_stage('difference')
    log = model.train_step(batch(), _wrappers(model))
    assert {'loss_difference', 'difference'} <= set(log)
    assert float(log['loss_g']) == pytest.approx(
        sum(float(log[k]) for k in parts | {'loss_difference'}), rel=1e-5
    )


def test_difference_loss_pushes_the_generator_away():
    """From a generator that gives the picture back, the difference grows (8)."""
    torch.manual_seed(0)
    model = build(
        image_input='full',
        loss_difference={**DIFFERENCE, 'margin': 1e3, 'weight': 1.0},
    )
    data = model.data_preprocessor(batch(((32, 32),)), True)['inputs']
    real, mask = data['img'], data['mask']
    real = real * 0.2 + 0.4  # what the small generator can learn
    generator = model.generator
    optimizer = torch.optim.Adam(generator.parameters(), lr=5e-3)
    prior_g, prior_r = model.prior(real, mask)

    def step(loss_of):
        fake = generator(real, mask, prior_g, prior_r)
        optimizer.zero_grad()
        loss = loss_of(fake)
        loss.backward()
        optimizer.step()

    def difference(fake):
        changed = mask * fake + (1 - mask) * real
        return model.loss_difference.difference(changed, real, mask)

    for _ in range(30):
        step(lambda fake: (fake - real).abs().mean())
    with torch.no_grad():
        before = difference(generator(real, mask, prior_g, prior_r)).item()
    for _ in range(20):
        step(lambda fake: model.loss_difference(difference(fake)))
    with torch.no_grad():
        after = difference(generator(real, mask, prior_g, prior_r)).item()
    assert after > 1.5 * before


def test_ramp_scales_the_difference_loss(model):
    data = model.data_preprocessor(batch(), True)['inputs']
    real, mask = data['img'], data['mask']
    fake = torch.rand_like(real)
    found = []
    for scale in (1.0, 0.25):
        model.set_stage('difference', scale)
        losses, _ = model.generator_losses(fake, real, mask, mask)
        found.append(losses['loss_difference'].item())
    assert found[1] == pytest.approx(found[0] / 4)


@pytest.mark.parametrize(('region', 'pulled'), [('known', False), ('all', True)])
def test_quality_losses_of_stage_two_do_not_pull_towards_the_secret(region, pulled):
    torch.manual_seed(0)
    loss_l1 = dict(type='MaskedL1Loss', hole=5.0)
    model = build(quality_region=region, loss_l1=loss_l1).eval()
    model.set_stage('difference')
    data = model.data_preprocessor(batch(), True)['inputs']
    real, mask = data['img'], data['mask']
    other = torch.where(mask > 0, 1 - real, real)
    fake = torch.rand_like(real)
    found = [model.generator_losses(fake, r, mask, mask)[0] for r in (real, other)]
    for name in ('loss_l1', 'loss_fm'):
        assert (found[0][name] != found[1][name]).item() == pulled, name


@pytest.mark.parametrize(('region', 'learns'), [('known', False), ('all', True)])
def test_discriminator_of_stage_two_does_not_learn_the_secret(region, learns):
    torch.manual_seed(0)
    model = build(quality_region=region).eval()
    model.set_stage('difference')
    data = model.data_preprocessor(batch(), True)['inputs']
    real, mask = data['img'], data['mask']
    other = torch.where(mask > 0, 1 - real, real)
    fake = torch.rand_like(real)
    found = []
    for photo in (real, other):
        model.discriminator.zero_grad()
        losses = model.discriminator_losses(fake, photo, mask, mask)
        sum(losses.values()).backward()
        found.append([p.grad.clone() for p in model.discriminator.parameters()])
    assert any(not torch.equal(*pair) for pair in zip(*found)) == learns


@pytest.mark.parametrize(
    ('stage', 'rehearse', 'hidden'),
    [
        ('quality', True, 'own'),
        ('difference', False, 'own'),
        ('difference', True, 'more'),
    ],
)
def test_stage_two_rehearses_with_the_masks_of_the_neighbours(
    stage, rehearse, hidden, monkeypatch
):
    model = build(rehearse=rehearse)
    model.set_stage(stage)
    masks = torch.zeros(2, 1, 32, 32, dtype=torch.uint8)
    masks[0, :, 4:12, 4:12] = 1
    masks[1, :, 20:28, 20:28] = 1
    data = batch(((32, 32),) * 2)
    data['inputs']['mask'] = list(masks)
    seen = {}

    def spy(name):
        method = getattr(model, name)

        def call(*args):
            seen[name] = args
            return method(*args)

        monkeypatch.setattr(model, name, call)

    for name in ('generate', 'generator_losses', 'discriminator_losses'):
        spy(name)
    model.train_step(data, _wrappers(model))
    both = masks.float().amax(0, keepdim=True).expand(2, -1, -1, -1)
    wanted = both if hidden == 'more' else masks.float()
    assert torch.equal(seen['generate'][1], wanted)
    for name in ('generator_losses', 'discriminator_losses'):
        assert torch.equal(seen[name][2], wanted)
        assert torch.equal(seen[name][3], masks.float())


def test_known_pixels_keep_their_bits_at_any_size(model):
    model.eval()
    data = batch(((97, 131), (33, 16), (97, 131)))
    raw = copy.deepcopy(data['inputs'])
    samples = model.test_step(data)
    for image, mask, sample in zip(raw['img'], raw['mask'], samples):
        known = mask.expand_as(image) == 0
        assert sample.pred_img.dtype == torch.uint8
        assert sample.pred_img.shape == image.shape
        assert torch.equal(sample.pred_img[known], image[known])
        assert (sample.pred_img[~known] != image[~known]).float().mean() > 0.5


def test_blended_holes_have_no_edge_and_tell_nothing():
    y, x = torch.meshgrid(torch.arange(61.0), torch.arange(75.0), indexing='ij')
    real = torch.stack((0.4 + y / 300, 0.5 + x / 400, 0.6 - (x + y) / 800))[None]
    mask = torch.zeros(1, 1, 61, 75)
    mask[..., 20:45, 22:60] = 1
    fake = real - 0.1 + x / 1000  # a tint, another one on every side
    blended = blend(fake, real, mask)
    assert (blended - real).abs().max() < 0.01
    other = torch.where(mask > 0, torch.rand_like(real), real)
    assert torch.equal(blend(fake, other, mask), blended)
    texture = 0.05 * ((x.int() // 2 + y.int() // 2) % 2) * mask  # stays
    assert (blend(fake + texture, real, mask) - real - texture).abs().max() < 0.02
    assert torch.equal(blend(fake, real, torch.ones_like(mask)), fake.clamp(0, 1))


@pytest.mark.parametrize('size', [(1, 1), (1, 40), (97, 131)])
@pytest.mark.parametrize('blended', [False, True])
def test_empty_and_full_masks(model, size, blended):
    model.eval()
    model.blend = blended
    for value in (0, 1):
        mask = torch.full((1, *size), value, dtype=torch.uint8)
        data = batch((size,), mask=mask)
        image = data['inputs']['img'][0].clone()
        (sample,) = model.test_step(data)
        assert sample.pred_img.shape == image.shape
        if value == 0:
            assert torch.equal(sample.pred_img, image)


def test_an_empty_mask_costs_nothing(model, monkeypatch):
    model.eval()
    monkeypatch.setattr(model, 'generate', None)
    model.test_step(batch(mask=torch.zeros(1, 32, 32, dtype=torch.uint8)))


def test_the_batch_does_not_matter(model):
    model.eval()
    sizes = ((40, 56), (33, 16), (64, 64))
    together = model.test_step(batch(sizes))
    for n in range(3):
        data = batch(sizes)
        data['inputs'] = {k: v[n : n + 1] for k, v in data['inputs'].items()}
        data['data_samples'] = data['data_samples'][n : n + 1]
        (alone,) = model.test_step(data)
        assert torch.equal(alone.pred_img, together[n].pred_img)


@pytest.mark.parametrize(
    ('options', 'leaks'),
    [
        (dict(), True),  # the region prior is a sketch of the secret
        (dict(region_prior='off'), False),
        (dict(region_prior='off', image_input='full'), True),
    ],
)
def test_what_reaches_the_output(options, leaks):
    torch.manual_seed(0)
    prior = {**MODEL['prior'], 'region_prior': options.get('region_prior', 'on')}
    model = build(prior=prior, image_input=options.get('image_input', 'masked')).eval()
    torch.nn.init.normal_(model.generator.fuse.conv.weight)
    mask = torch.zeros(1, 45, 38, dtype=torch.uint8)
    mask[:, 20:45, 10:38] = 1  # touches the border that is padded
    first = batch(((45, 38),), mask=mask)
    second = copy.deepcopy(first)
    image = second['inputs']['img'][0]
    image[:] = torch.where(mask > 0, 255 - image, image)
    results = [model.test_step(data)[0].pred_img for data in (first, second)]
    hole = mask.expand_as(image) > 0
    assert (not torch.equal(results[0][hole], results[1][hole])) == leaks


def test_without_priors_it_is_the_plain_generator():
    torch.manual_seed(0)
    model = build(prior=None).eval()
    data = model.data_preprocessor(batch(), True)['inputs']
    image, mask = data['img'], data['mask']
    out = model(data, mode='tensor')
    plain = model.generator.ffc(torch.cat((image * (1 - mask), mask), 1))
    assert torch.equal(out, plain)
    torch.manual_seed(0)
    with_priors = build().eval()
    assert torch.equal(with_priors(data, mode='tensor'), plain)


def test_frozen_networks_are_not_saved_and_do_not_change():
    model = build()
    assert not any(
        key.startswith(('prior', 'loss_', 'data_pre')) for key in model.state_dict()
    )
    nets = [model.prior.prior.net, model.loss_difference.trunk.net]
    before = [copy.deepcopy(net.state_dict()) for net in nets]
    model.train()
    model.set_stage('difference')
    wrappers = _wrappers(model)
    for seed in range(2):
        model.train_step(batch(seed=seed), wrappers)
    for net, state in zip(nets, before):
        assert not net.training
        assert all(torch.equal(v, state[k]) for k, v in net.state_dict().items())
        assert not any(p.requires_grad for p in net.parameters())
    assert set(_weights(model)) == set(_weights(build(prior=None)))


def test_training_by_forward_is_refused(model):
    data = model.data_preprocessor(batch(), True)
    with pytest.raises(NotImplementedError, match='train_step'):
        model(**data, mode='loss')


def test_stage_two_needs_its_loss():
    model = build(loss_difference=None)
    with pytest.raises(ConfigError, match=r'model\.loss_difference'):
        model.set_stage('difference')
    with pytest.raises(ConfigError, match='one of quality, difference'):
        model.set_stage('joint')


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        (dict(image_input='blurred'), 'one of masked, full'),
        (dict(quality_region='hole'), 'one of known, all'),
    ],
)
def test_bad_options(option, message):
    with pytest.raises(ConfigError, match=message):
        build(**option)


def test_missing_weights_name_their_argument():
    prior = {k: v for k, v in MODEL['prior'].items() if k != 'allow_random'}
    with pytest.raises(MissingWeightsError, match=r'model\.prior\.weights'):
        MODELS.build({**MODEL, 'prior': prior})


def test_an_optimizer_for_each_part(model):
    wrappers = build_optim_wrapper(model, copy.deepcopy(OPTIM))
    assert isinstance(wrappers, OptimWrapperDict)
    assert set(wrappers.get_lr()) == {'generator.lr', 'discriminator.lr'}
    for name in PARTS:
        groups = wrappers[name].optimizer.param_groups
        found = {id(p) for group in groups for p in group['params']}
        assert found == {id(p) for p in getattr(model, name).parameters()}


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(critic=OPTIM['generator']), 'discriminator, generator'),
        (dict(prior=OPTIM['generator']), 'a part of the model that learns'),
        (dict(accumulative_counts=2), 'a dict for each trained part'),
        (dict(paramwise_cfg=dict(bias_lr_mult=2)), 'a dict for each trained part'),
    ],
)
def test_wrong_optimizers(model, change, message):
    cfg = {**copy.deepcopy(OPTIM), **change}
    with pytest.raises(ConfigError, match=message):
        build_optim_wrapper(model, cfg)


def test_nothing_is_downloaded(monkeypatch):
    """A config without its files names the first that lacks, and opens no socket."""
    import socket

    from mmprivacy.apis import load_config

    def refuse(*args, **kwargs):
        raise AssertionError('opened a socket')

    monkeypatch.setattr(socket, 'socket', refuse)
    monkeypatch.setattr(socket, 'create_connection', refuse)
    cfg = load_config(ROOT / 'configs/eraser/eraser_ffc18.py')
    cfg.model.generator = MODEL['generator']
    for name in ('prior', 'loss_resnet', 'loss_difference'):
        with pytest.raises(MissingWeightsError, match=rf'model\.{name}\.weights'):
            MODELS.build(cfg.model)
        cfg.model[name] = None
    assert MODELS.build(cfg.model)


def test_importing_the_room_loads_no_host_and_no_torchvision():
    code = (
        'import sys, mmprivacy.eraser\n'
        "hosts = {'mmcv', 'mmdet', 'mmseg', 'mmpretrain', 'torchvision'}\n"
        'print(sorted(hosts & set(sys.modules)))'
    )
    env = {**os.environ, 'PYTHONPATH': str(ROOT)}
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, env=env
    )
    assert done.stdout.strip() == '[]', done.stderr
