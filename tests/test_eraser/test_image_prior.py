"""The prior as a model: tokens, losses, palettes, and the two priors of a picture."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from tiny_eraser import PRIOR, SAMPLER, batch, build

from mmprivacy.eraser import ImagePrior, PriorSampler
from mmprivacy.eraser.image_prior import read_palette
from mmprivacy.eraser.prior_sampling import token_holes
from mmprivacy.errors import ConfigError, DataError, MissingWeightsError


class Seven(torch.nn.Module):
    """An oracle that says token 7 everywhere."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, tokens, hole):
        self.calls += 1
        return F.one_hot(torch.full_like(tokens, 7), 8) * 50.0


@pytest.fixture
def sampler():
    def make(**options):
        model = build(prior={**SAMPLER, **options})
        return model.prior.eval()

    return make


def _pictures(n=2, size=(48, 40)):
    generator = torch.Generator().manual_seed(5)
    image = torch.randint(0, 256, (n, 3, *size), generator=generator) / 255
    mask = torch.zeros(n, 1, *size)
    mask[0, :, 10:30, 5:20] = 1
    mask[1:, :, 40:, 30:] = 1
    return image, mask


@pytest.mark.parametrize('how', ['raster', 'parallel', 'oneshot', 'argmax'])
def test_each_prior_invents_what_it_must_not_see(sampler, how):
    """The two are not mixed up (invariant 2)."""
    sampler = sampler(sampler=how)
    net = sampler.prior.net
    net.transformer = Seven()
    image, mask = _pictures()
    tokens = sampler.sample(image, mask)
    seen = net.tokenize(image)
    hole_g, hole_r = token_holes(mask, 8)
    assert hole_g.any()
    assert (~hole_r).any()
    assert (tokens[:, 0][hole_g] == 7).all()
    assert torch.equal(tokens[:, 0][~hole_g], seen[~hole_g])
    assert (tokens[:, 1][hole_r] == 7).all()
    assert torch.equal(tokens[:, 1][~hole_r], seen[~hole_r])


@pytest.mark.parametrize('how', ['parallel', 'raster'])
def test_global_prior_is_blind_inside_the_mask(sampler, how):
    """Invariant 1, through everything that gives a prior."""
    sampler = sampler(sampler=how)
    image, mask = _pictures()
    other = torch.where(mask > 0, 1 - image, image)
    first, second = sampler(image, mask), sampler(other, mask)
    assert torch.equal(first[0], second[0])
    assert not torch.equal(first[1], second[1])
    assert not torch.equal(
        first[0], sampler(torch.where(mask > 0, image, 1 - image), mask)[0]
    )


def test_region_prior_can_be_coarse_or_off(sampler):
    image, mask = _pictures()
    prior_g, prior_r = sampler(region_prior='off')(image, mask)
    assert torch.equal(prior_g, prior_r)
    on = sampler()(image, mask)[1]
    coarse = sampler(region_prior='coarse8')(image, mask)[1]
    assert coarse.shape == on.shape
    fine = sampler(prior={**PRIOR, 'side': 32}, region_prior='coarse8')
    blurred = fine(image, mask)[1]
    sharp = sampler(prior={**PRIOR, 'side': 32})(image, mask)[1]
    assert blurred.diff(dim=-1).abs().mean() < 0.5 * sharp.diff(dim=-1).abs().mean()


def test_off_takes_one_prior_and_half_the_work(sampler):
    sampler = sampler(region_prior='off', sampler='oneshot')
    assert sampler.sample(*_pictures()).shape == (2, 1, 64)


def test_a_picture_has_the_same_priors_in_any_batch(sampler):
    sampler = sampler(sampler='parallel')
    image, mask = _pictures(3)
    together = sampler(image, mask)
    alone = sampler(image[1:2], mask[1:2])
    assert torch.equal(together[0][1:2], alone[0])
    assert torch.equal(together[1][1:2], alone[1])
    other = build(prior={**SAMPLER, 'sampler': 'parallel', 'seed': 9}).prior.eval()
    assert not torch.equal(other(image, mask)[0], together[0])


def test_cache_is_read_and_belongs_to_its_settings(sampler, tmp_path):
    image, mask = _pictures()
    first = sampler(cache_dir=str(tmp_path))
    before = first(image, mask)
    files = sorted(tmp_path.rglob('*.npz'))
    assert len(files) == 2
    assert np.load(files[0])['tokens'].dtype == np.uint16
    again = sampler(cache_dir=str(tmp_path))
    counter = again.prior.net.transformer.register_forward_hook(
        lambda *_: calls.append(1)
    )
    calls = []
    after = again(image, mask)
    assert not calls
    assert all(torch.equal(a, b) for a, b in zip(before, after))
    again(image, 1 - mask)
    assert calls
    counter.remove()
    for change in (dict(seed=1), dict(sampler='oneshot'), dict(top_k=2)):
        count = len(list(tmp_path.rglob('*.npz')))
        sampler(cache_dir=str(tmp_path), **change)(image, mask)
        assert len(list(tmp_path.rglob('*.npz'))) == count + 2
    other = sampler(cache_dir=str(tmp_path))
    with torch.no_grad():
        other.prior.net.transformer.head.weight.add_(1e-3)
    count = len(list(tmp_path.rglob('*.npz')))
    other(image, mask)
    assert len(list(tmp_path.rglob('*.npz'))) == count + 2


def test_broken_cache_is_made_anew_and_training_leaves_none(sampler, tmp_path):
    image, mask = _pictures()
    sampler = sampler(cache_dir=str(tmp_path))
    before = sampler(image, mask)
    for path in tmp_path.rglob('*.npz'):
        path.write_bytes(b'PK broken')
    after = sampler(image, mask)
    assert all(torch.equal(a, b) for a, b in zip(before, after))
    sampler.train()
    count = len(list(tmp_path.rglob('*.npz')))
    sampler(1 - image, mask)
    assert len(list(tmp_path.rglob('*.npz'))) == count


def test_priors_vary_in_training(sampler):
    sampler = sampler(train_sampler='oneshot').train()
    image, mask = _pictures()
    torch.manual_seed(0)
    first, second = sampler(image, mask)[0], sampler(image, mask)[0]
    assert not torch.equal(first, second)
    torch.manual_seed(0)
    assert torch.equal(first, sampler(image, mask)[0])


def test_the_prior_learns_what_it_is_shown():
    torch.manual_seed(0)
    prior = MODELS.build({**PRIOR, 'channels': 16})
    prior.palette.copy_(build().prior.prior.net.palette)
    colors = torch.tensor([0.0, 1.0])[torch.arange(32) // 16]
    image = colors.expand(4, 3, 32, 32).clone()  # left black, right white
    optimizer = torch.optim.AdamW(prior.parameters(), lr=1e-2)
    mask = torch.zeros(4, 1, 32, 32)
    mask[..., 8:24, 4:28] = 1
    first = prior.loss(image, mask)
    for _ in range(30):
        losses = prior.loss(image, mask)
        optimizer.zero_grad()
        losses['loss_mlm'].backward()
        optimizer.step()
    assert first['loss_mlm'] > 1.5
    assert losses['loss_mlm'] < 0.3
    assert losses['token_accuracy'] > 0.9
    prior.eval()
    data = batch(((32, 32),), mask=mask[0].to(torch.uint8))
    data['inputs']['img'] = [(image[0] * 255).to(torch.uint8)]
    (sample,) = prior.test_step(data)
    inside = sample.pred_img[:, 12:20]
    assert inside[:, :, 6:12].float().mean() < 60
    assert inside[:, :, 20:26].float().mean() > 195
    outside = mask[0].expand(3, -1, -1) == 0
    assert torch.equal(sample.pred_img[outside], data['inputs']['img'][0][outside])


def test_logits_of_the_global_prior():
    prior = MODELS.build(PRIOR)
    data = prior.data_preprocessor(batch(), True)
    assert prior(**data, mode='tensor').shape == (2, 64, 8)
    losses = prior(**data, mode='loss')
    assert set(losses) == {'loss_mlm', 'token_accuracy'}


def test_palette_files(tmp_path):
    colors = np.linspace(-1, 1, 24).reshape(8, 3).astype(np.float32)
    np.save(tmp_path / 'palette.npy', colors)
    found = read_palette(tmp_path / 'palette.npy', 8)
    assert torch.equal(found[0], torch.tensor([0.0, 11, 22]))  # rint(127.5 (c + 1))
    prior = MODELS.build({**PRIOR, 'palette_path': str(tmp_path / 'palette.npy')})
    assert torch.equal(prior.palette, found)
    assert set(prior.state_dict()) == {
        f'transformer.{k}' for k in prior.transformer.state_dict()
    }
    np.save(tmp_path / 'levels.npy', found.numpy())
    assert torch.equal(read_palette(tmp_path / 'levels.npy', 8), found)
    with pytest.raises(DataError, match=r'\(9, 3\), got \(8, 3\)'):
        read_palette(tmp_path / 'palette.npy', 9)
    with pytest.raises(FileNotFoundError, match='palette_path'):
        read_palette(tmp_path / 'no.npy', 8)
    (tmp_path / 'text.npy').write_text('no array')
    with pytest.raises(DataError, match=r'a .npy array'):
        read_palette(tmp_path / 'text.npy', 8)


def test_weights_of_the_prior(tmp_path):
    with pytest.raises(MissingWeightsError, match=r'model\.prior\.weights'):
        PriorSampler(PRIOR)
    with pytest.raises(MissingWeightsError, match='not there'):
        PriorSampler(PRIOR, weights=str(tmp_path / 'no.pth'), allow_random=True)
    prior = MODELS.build(PRIOR)
    torch.save(dict(state_dict=prior.state_dict()), tmp_path / 'bare.pth')
    with pytest.raises(ConfigError, match='palette_path'):
        PriorSampler(PRIOR, weights=str(tmp_path / 'bare.pth'))
    prior.palette_ready.fill_(True)
    torch.save(dict(state_dict=prior.state_dict()), tmp_path / 'prior.pth')
    sampler = PriorSampler(PRIOR, weights=str(tmp_path / 'prior.pth'))
    loaded = sampler.prior.net.state_dict()
    assert all(torch.equal(v, loaded[k]) for k, v in prior.state_dict().items())


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        (dict(sampler='gibbs'), 'model.prior.sampler'),
        (dict(train_sampler='gibbs'), 'model.prior.train_sampler'),
        (dict(region_prior='blurred'), 'one of on, coarse8, off'),
    ],
)
def test_bad_options(option, message):
    with pytest.raises(ConfigError, match=message):
        PriorSampler(PRIOR, allow_random=True, **option)
    with pytest.raises(ConfigError, match='a probability'):
        ImagePrior(region_prob=2.0)
