"""The losses, by hand (invariants 8, 9 and 11)."""

import math

import pytest
import torch
import torch.nn.functional as F
from tiny_eraser import DIFFERENCE
from torch import nn

from mmprivacy.eraser.adversarial_loss import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from mmprivacy.eraser.difference import bounded_loss, gram, region_difference
from mmprivacy.eraser.discriminator import PatchDiscriminator
from mmprivacy.eraser.losses import (
    DifferenceLoss,
    FeatureMatchingLoss,
    MaskedL1Loss,
    ResNetPerceptualLoss,
)
from mmprivacy.eraser.reconstruction_losses import known_target
from mmprivacy.errors import (
    CheckpointError,
    ConfigError,
    MissingDependencyError,
    MissingWeightsError,
)
from mmprivacy.evaluation.vgg19 import VGG19


def _trunk():
    torch.manual_seed(0)
    return VGG19(base_channels=4).requires_grad_(False)


def _pictures(n=2, side=32):
    generator = torch.Generator().manual_seed(3)
    first, second = torch.rand(2, n, 3, side, side, generator=generator)
    mask = torch.zeros(n, 1, side, side)
    mask[:, :, 8:20, 10:25] = 1
    return first, second, mask


def test_l1_counts_known_pixels_only():
    fake, real = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2) / 2
    mask = torch.tensor([[[[1.0, 0], [0, 0]]]])
    assert MaskedL1Loss()(fake, real, mask).item() == pytest.approx(10 * 0.5 * 3 / 4)
    assert MaskedL1Loss(0, 4)(fake, real, mask).item() == pytest.approx(4 * 0.5 / 4)


def test_feature_matching_is_a_mean_over_layers():
    fake = [torch.zeros(1, 1, 2, 2), torch.zeros(1, 2, 1, 1)]
    real = [torch.ones(1, 1, 2, 2), torch.full((1, 2, 1, 1), 3.0)]
    assert FeatureMatchingLoss(100)(fake, real).item() == pytest.approx(100 * 5)


def test_adversarial_losses_by_hand():
    logits = torch.tensor([[[[0.0, 1.0]]]])
    softplus = [math.log1p(math.exp(x)) for x in (0, -1, 1)]
    assert generator_loss(logits).item() == pytest.approx(
        (softplus[0] + softplus[1]) / 2
    )
    real = torch.full((1, 1, 1, 2), 2.0)
    mask = torch.tensor([[[[1.0, 1, 0, 0]]]])  # the left patch was invented
    expected = math.log1p(math.exp(-2)) + (softplus[0] + softplus[1]) / 2
    assert discriminator_loss(real, logits, mask).item() == pytest.approx(expected)


def test_known_patches_of_a_fake_count_as_real():
    logits = torch.randn(2, 1, 5, 5)
    nothing, all_of_it = torch.zeros(2, 1, 40, 40), torch.ones(2, 1, 40, 40)
    real = torch.randn(2, 1, 5, 5)
    base = F.softplus(-real).mean()
    as_real = discriminator_loss(real, logits, nothing) - base
    as_fake = discriminator_loss(real, logits, all_of_it) - base
    assert as_real.item() == pytest.approx(F.softplus(-logits).mean().item(), abs=1e-6)
    assert as_fake.item() == pytest.approx(F.softplus(logits).mean().item(), abs=1e-6)


def test_what_has_to_go_is_no_example_of_what_is_real():
    real, fake = torch.randn(2, 1, 1, 4), torch.randn(2, 1, 1, 4)
    mask = torch.zeros(2, 1, 8, 32)
    mask[..., 8:24] = 1  # the second and third of four patches
    secret = mask.clone()
    secret[..., 16:] = 0  # the second
    loss = discriminator_loss(real, fake, mask, secret)
    shifted = real + 5 * torch.tensor([0.0, 1, 0, 0])
    assert discriminator_loss(shifted, fake, mask, secret) == loss
    assert discriminator_loss(shifted, fake, mask) != loss
    shifted = real + 5 * torch.tensor([0.0, 0, 1, 0])
    assert discriminator_loss(shifted, fake, mask, secret) != loss


def test_gradient_penalty_of_a_linear_critic_and_its_own_gradient():
    critic = nn.Linear(12, 1, bias=False)
    real = torch.randn(4, 3, 2, 2, requires_grad=True)
    penalty = gradient_penalty(critic(real.flatten(1)), real)
    assert penalty.item() == pytest.approx(critic.weight.square().sum().item())
    penalty.backward()
    assert torch.allclose(critic.weight.grad, 2 * critic.weight)


def test_gradient_penalty_reaches_the_discriminator():
    critic = PatchDiscriminator(base_channels=2, num_layers=2)
    real = torch.rand(2, 3, 32, 32, requires_grad=True)
    gradient_penalty(critic(real)[0], real).backward()
    assert critic.model0[0].weight.grad.abs().sum() > 0


def test_gram_by_hand():
    features = torch.tensor([[[[1.0, 2]], [[3.0, 0]]]])  # 2 channels, 1 x 2
    assert torch.equal(gram(features), torch.tensor([[[5.0, 3], [3, 9]]]) / 4)


def test_difference_sees_the_region_only():
    trunk = _trunk()
    first, second, mask = _pictures()
    before = region_difference(trunk, first, second, mask)
    assert (before > 0).all()
    noise = torch.rand_like(first)
    outside = torch.where(mask > 0, first, noise)
    assert torch.equal(before, region_difference(trunk, outside, second, mask))
    assert torch.equal(
        before,
        region_difference(trunk, first, torch.where(mask > 0, second, noise), mask),
    )
    assert region_difference(trunk, first, first, mask).abs().max() == 0
    empty = region_difference(trunk, first, second, torch.zeros_like(mask))
    assert torch.equal(empty, torch.zeros(2))


def test_difference_of_a_small_region_counts_as_much():
    trunk = _trunk()
    side = 64
    small, large = (torch.zeros(1, 1, side, side) for _ in range(2))
    small[..., :16, :16] = 1
    large[..., :32, :32] = 1
    noise = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    black = torch.zeros_like(noise)
    ratio = region_difference(trunk, noise, black, small, style=0) / region_difference(
        trunk, noise, black, large, style=0
    )
    assert 0.7 < ratio.item() < 1.5


def test_content_and_style_are_weighted():
    trunk = _trunk()
    first, second, mask = _pictures()
    content = region_difference(trunk, first, second, mask, 1, 0)
    style = region_difference(trunk, first, second, mask, 0, 1)
    both = region_difference(trunk, first, second, mask, 2, 3)
    assert torch.allclose(both, 2 * content + 3 * style)


def test_bounds_by_hand_and_their_pull():
    far = torch.tensor([1.0, 7.0], requires_grad=True)
    hinge = bounded_loss(far, 'hinge', 5)
    hinge.backward()
    assert hinge.item() == pytest.approx((4 + 0) / 2)
    assert far.grad.tolist() == [-0.5, 0.0]  # exactly none above the margin
    assert bounded_loss(far, 'none', 5).item() == -4
    assert bounded_loss(far, 'log1p', 5).item() == pytest.approx(
        -(math.log(2) + math.log(8)) / 2
    )
    with pytest.raises(ConfigError, match='one of hinge, log1p, none'):
        bounded_loss(far, 'tanh', 5)


def _grow(loss, start, real, mask, steps):
    """Paint into the hole of a picture by the Difference Loss alone."""
    paint = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([paint], lr=0.02)
    history = []
    for _ in range(steps):
        changed = mask * paint.clamp(0, 1) + (1 - mask) * real
        difference = loss.difference(changed, real, mask)
        history.append(difference.item())
        optimizer.zero_grad()
        loss(difference).backward()
        optimizer.step()
    return history, torch.where(mask > 0, paint.detach(), real)


@pytest.mark.parametrize('bound', ['hinge', 'log1p', 'none'])
def test_twenty_steps_increase_the_difference_inside_and_nothing_else(bound):
    loss = DifferenceLoss(allow_random=True, base_channels=4, bound=bound, margin=500)
    _, real, mask = _pictures(1)
    start = (real + 0.01 * mask).clamp(0, 1)
    before = loss.difference(start, real, mask).item()
    history, _ = _grow(loss, start, real, mask, 20)
    assert history[0] == before
    assert history[-1] > 2 * before


def test_hinge_stays_finite_and_lets_go():
    _, real, mask = _pictures(1)
    start = (real + 0.01 * mask).clamp(0, 1)
    ends = {}
    for bound in ('hinge', 'none'):
        loss = DifferenceLoss(
            allow_random=True, base_channels=4, margin=1.0, bound=bound
        )
        history, paint = _grow(loss, start, real, mask, 200)
        assert all(map(math.isfinite, history))
        assert torch.isfinite(paint).all()
        ends[bound] = history
    hinge, none = ends['hinge'], ends['none']
    assert hinge[-1] >= 1.0
    assert hinge[-1] == pytest.approx(hinge[150], rel=1e-3)  # at rest
    assert none[-1] > 2 * hinge[-1]


def test_known_target_holds_nothing_of_the_secret():
    fake, real, mask = _pictures()
    fake.requires_grad_()
    target = known_target(real, fake, mask)
    assert not target.requires_grad
    assert torch.equal(target, torch.where(mask > 0, fake, real))
    other = torch.where(mask > 0, torch.rand_like(real), real)
    assert torch.equal(target, known_target(other, fake, mask))


def test_difference_and_quality_look_through_different_networks():
    difference = DifferenceLoss(allow_random=True, base_channels=4)
    assert isinstance(difference.trunk.net, VGG19)
    quality = ResNetPerceptualLoss(allow_random=True, trunk=dict(type='VGG19Free'))
    assert not isinstance(quality.trunk.net, VGG19)


@pytest.fixture(autouse=True, scope='module')
def _small_trunk():
    from mmengine.registry import MODELS

    @MODELS.register_module(name='VGG19Free', force=True)
    class _Trunk(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.bn = nn.BatchNorm2d(4)

        def forward(self, x):
            return [self.bn(self.conv(x)), x]

    yield
    MODELS.module_dict.pop('VGG19Free')


def test_perceptual_loss_is_a_sum_over_stages():
    loss = ResNetPerceptualLoss(allow_random=True, trunk=dict(type='VGG19Free'))
    fake, real, _ = _pictures()
    fake.requires_grad_()
    a, b = (loss.trunk.net((x - loss.norm.mean) / loss.norm.std) for x in (fake, real))
    expected = 30 * sum((p - q).square().mean() for p, q in zip(a, b))
    found = loss(fake, real)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    found.backward()
    assert fake.grad.abs().sum() > 0
    assert loss(real, real).item() == 0


def test_loss_networks_stay_as_they_are():
    loss = ResNetPerceptualLoss(allow_random=True, trunk=dict(type='VGG19Free'))
    before = loss.trunk.net.bn.running_mean.clone()
    loss.train()
    for _ in range(3):
        loss(*_pictures()[:2])
    assert torch.equal(before, loss.trunk.net.bn.running_mean)
    assert not loss.trunk.net.training
    assert not list(loss.parameters())
    assert not loss.state_dict()
    moved = loss.to(torch.float64)
    assert moved.trunk.net.conv.weight.dtype == torch.float64


def test_random_weights_are_the_same_in_every_run():
    torch.manual_seed(1)
    first = DifferenceLoss(allow_random=True, base_channels=4).trunk.net.state_dict()
    torch.manual_seed(2)
    second = DifferenceLoss(allow_random=True, base_channels=4).trunk.net.state_dict()
    assert all(torch.equal(first[k], second[k]) for k in first)


def test_weights_have_to_be_given(tmp_path):
    options = {k: v for k, v in DIFFERENCE.items() if k not in ('type', 'allow_random')}
    with pytest.raises(MissingWeightsError, match=r'difference.weights.*got none'):
        DifferenceLoss(**options)
    with pytest.raises(FileNotFoundError, match=r'vgg19-dcbb9e9d\.pth'):
        DifferenceLoss(**options, weights=str(tmp_path / 'no.pth'))
    net = VGG19(DifferenceLoss(**DIFFERENCE_ARGS).trunk.net.outputs, 4)
    torch.save(net.state_dict(), tmp_path / 'vgg.pth')
    loss = DifferenceLoss(**options, weights=str(tmp_path / 'vgg.pth'))
    name = 'features.34.bias'
    assert torch.equal(loss.trunk.net.state_dict()[name], net.state_dict()[name])
    torch.save(VGG19(base_channels=2).state_dict(), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match='the weights of model'):
        DifferenceLoss(**options, weights=str(tmp_path / 'other.pth'))


DIFFERENCE_ARGS = {k: v for k, v in DIFFERENCE.items() if k != 'type'}


def test_trunk_has_the_names_of_the_public_weights():
    with torch.device('meta'):
        state = VGG19().state_dict()
    numbers = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    assert set(state) == {
        f'features.{n}.{p}' for n in numbers for p in ('weight', 'bias')
    }
    assert tuple(state['features.34.weight'].shape) == (512, 512, 3, 3)
    features = VGG19(base_channels=2)(torch.rand(1, 3, 32, 32))
    assert list(features)[:3] == ['relu1_1', 'relu1_2', 'relu2_1']
    assert features['relu5_4'].shape == (1, 16, 2, 2)
    assert list(VGG19(base_channels=2)(torch.rand(1, 3, 1, 1))) == [
        'relu1_1',
        'relu1_2',
    ]
    with pytest.raises(ConfigError, match="did you mean 'relu3_"):
        VGG19(['relu3_5'])


def test_trunk_layer_by_layer():
    net = VGG19(('relu2_2', 'relu3_1'), base_channels=2)
    x = torch.rand(1, 3, 16, 16)
    weights = net.state_dict()

    def conv(x, n):
        w, b = weights[f'features.{n}.weight'], weights[f'features.{n}.bias']
        return F.relu(F.conv2d(x, w, b, padding=1))

    y = conv(conv(F.max_pool2d(conv(conv(x, 0), 2), 2), 5), 7)
    found = net(x)
    assert torch.allclose(found['relu2_2'], y)
    assert torch.allclose(found['relu3_1'], conv(F.max_pool2d(y, 2), 10))


def test_resnet_loss_needs_mmseg_only_when_it_is_used(monkeypatch):
    from mmprivacy.eraser import losses

    def missing(package, feature):
        raise MissingDependencyError(f'{feature} needs {package}')

    monkeypatch.setattr(losses, 'require', missing)
    with pytest.raises(MissingDependencyError, match='mmseg'):
        ResNetPerceptualLoss(allow_random=True)
