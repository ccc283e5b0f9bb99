"""Generator and discriminator: sizes, names, and what the fusion does at first."""

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.eraser.discriminator import PatchDiscriminator
from mmprivacy.eraser.generator import ERASERGenerator, FFCGenerator, PriorFusion
from mmprivacy.errors import ConfigError, ShapeError


@pytest.fixture(scope='module')
def generator():
    torch.manual_seed(0)
    generator = ERASERGenerator(base_channels=8, num_blocks=2)
    for module in generator.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 2)
    return generator.eval()


def _inputs(h=24, w=32):
    generator = torch.Generator().manual_seed(1)
    image, prior_g, prior_r = torch.rand(3, 2, 3, h, w, generator=generator)
    mask = (torch.rand(2, 1, h, w, generator=generator) < 0.3).float()
    return image * (1 - mask), mask, prior_g, prior_r


def test_layers_have_the_names_and_sizes_of_the_public_weights():
    with torch.device('meta'):
        state = FFCGenerator().state_dict()
        parameters = sum(p.numel() for p in FFCGenerator().parameters())
    assert len(state) == 989
    assert parameters == 50_975_875
    assert sum(v.numel() for v in state.values()) == 51_057_179
    shapes = {
        '1.ffc.convl2l.weight': (64, 4, 7, 7),
        '4.ffc.convl2l.weight': (128, 256, 3, 3),
        '4.ffc.convl2g.weight': (384, 256, 3, 3),
        '22.conv2.ffc.convl2l.weight': (128, 128, 3, 3),
        '22.conv2.ffc.convl2g.weight': (384, 128, 3, 3),
        '22.conv2.ffc.convg2l.weight': (128, 384, 3, 3),
        '22.conv2.ffc.convg2g.conv1.0.weight': (192, 384, 1, 1),
        '22.conv2.ffc.convg2g.conv1.1.running_var': (192,),
        '22.conv2.ffc.convg2g.fu.conv_layer.weight': (384, 384, 1, 1),
        '22.conv2.ffc.convg2g.fu.bn.weight': (384,),
        '22.conv2.ffc.convg2g.conv2.weight': (384, 192, 1, 1),
        '22.conv2.bn_l.weight': (128,),
        '22.conv2.bn_g.weight': (384,),
        '24.weight': (512, 256, 3, 3),
        '24.bias': (256,),
        '31.weight': (64,),
        '34.weight': (3, 64, 7, 7),
    }
    for name, shape in shapes.items():
        assert tuple(state[f'model.{name}'].shape) == shape, name


def test_discriminator_has_the_names_and_size_of_the_public_weights():
    with torch.device('meta'):
        critic = PatchDiscriminator()
    assert sum(p.numel() for p in critic.parameters()) == 6_962_369
    assert {'model0.0.weight', 'model3.1.running_var', 'model5.0.bias'} <= set(
        critic.state_dict()
    )
    logits, features = PatchDiscriminator(base_channels=4)(torch.rand(2, 3, 64, 64))
    assert len(features) == 5
    assert logits.shape == (2, 1, 7, 7)


def _reference(state, x):
    """Run the layers of the generator by hand, from its weights alone."""

    def norm(x, name):
        return F.batch_norm(
            x, state[f'{name}.running_mean'], state[f'{name}.running_var'],
            state[f'{name}.weight'], state[f'{name}.bias'],
        )  # fmt: skip

    def conv(x, name, stride=1, pad=0):
        x = F.pad(x, (pad,) * 4, mode='reflect')
        return F.conv2d(x, state[f'{name}.weight'], state.get(f'{name}.bias'), stride)

    def spectral(x, name):
        x = F.relu(norm(conv(x, f'{name}.conv1.0'), f'{name}.conv1.1'))
        spectrum = torch.view_as_real(torch.fft.rfft2(x, norm='ortho'))
        b, c, h, w, _ = spectrum.shape
        rows = spectrum.permute(0, 1, 4, 2, 3).reshape(b, 2 * c, h, w)
        rows = F.relu(norm(conv(rows, f'{name}.fu.conv_layer'), f'{name}.fu.bn'))
        back = rows.view(b, c, 2, h, w).permute(0, 1, 3, 4, 2).contiguous()
        back = torch.fft.irfft2(
            torch.view_as_complex(back), s=x.shape[-2:], norm='ortho'
        )
        return conv(x + back, f'{name}.conv2')

    def layer(local, glob, name):
        ffc = f'{name}.ffc'
        a = conv(local, f'{ffc}.convl2l', pad=1) + conv(glob, f'{ffc}.convg2l', pad=1)
        b = conv(local, f'{ffc}.convl2g', pad=1) + spectral(glob, f'{ffc}.convg2g')
        return F.relu(norm(a, f'{name}.bn_l')), F.relu(norm(b, f'{name}.bn_g'))

    x = F.relu(norm(conv(x, 'model.1.ffc.convl2l', pad=3), 'model.1.bn_l'))
    for n in (2, 3):
        x = conv(x, f'model.{n}.ffc.convl2l', 2, 1)
        x = F.relu(norm(x, f'model.{n}.bn_l'))
    local, glob = (conv(x, f'model.4.ffc.convl2{p}', 2, 1) for p in 'lg')
    local, glob = (
        F.relu(norm(local, 'model.4.bn_l')),
        F.relu(norm(glob, 'model.4.bn_g')),
    )
    n = 5
    while f'model.{n}.conv1.bn_l.weight' in state:
        a, b = layer(*layer(local, glob, f'model.{n}.conv1'), f'model.{n}.conv2')
        local, glob = local + a, glob + b
        n += 1
    x = torch.cat((local, glob), 1)
    for up in (n + 1, n + 4, n + 7):
        x = F.conv_transpose2d(
            x, state[f'model.{up}.weight'], state[f'model.{up}.bias'], 2, 1, 1
        )
        x = F.relu(norm(x, f'model.{up + 1}'))
    return torch.sigmoid(conv(x, f'model.{n + 11}', pad=3))


@torch.no_grad()
def test_identity_fusion_is_the_plain_generator_to_the_bit(generator):
    image, mask, prior_g, prior_r = _inputs()
    out = generator(image, mask, prior_g, prior_r)
    plain = torch.cat((image, mask), 1)
    assert torch.equal(out, generator.ffc(plain))
    assert torch.equal(out, generator(image, mask, prior_r * 9, prior_g - 5))
    reference = _reference(generator.ffc.state_dict(), plain)
    assert (out - reference).abs().max() < 1e-5


def test_fusion_can_begin_with_the_global_prior():
    image, prior_g, prior_r = torch.rand(3, 2, 3, 16, 16)
    fused = PriorFusion(prior_weight=0.25)(image, prior_g, prior_r)
    assert torch.allclose(fused, 0.75 * image + 0.25 * prior_g, atol=1e-6)


@pytest.mark.parametrize('weight', [-0.1, 1.5, float('nan')])
def test_wrong_weights_of_the_prior_are_refused(weight):
    with pytest.raises(ConfigError, match='prior_weight'):
        PriorFusion(prior_weight=weight)


def test_fusion_learns_to_use_the_priors():
    torch.manual_seed(0)
    generator = ERASERGenerator(base_channels=4, num_blocks=1)
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    generator(*_inputs()).square().mean().backward()
    optimizer.step()
    assert generator.fuse.conv.weight[:, 3:].abs().min() > 0


@pytest.mark.parametrize('size', [(16, 16), (24, 56), (64, 16)])
def test_any_multiple_of_eight(generator, size):
    with torch.no_grad():
        out = generator(*_inputs(*size))
    assert out.shape == (2, 3, *size)
    assert 0 < out.min() < out.max() < 1


@pytest.mark.parametrize('size', [(8, 16), (20, 24), (100, 75)])
def test_other_sizes_are_refused(generator, size):
    with pytest.raises(ShapeError, match='multiples of 8'):
        generator(*_inputs(*size))


def test_ffc_ends_put_fourier_units_into_the_ends():
    from mmprivacy.eraser.ffc import FourierUnit

    plain = FFCGenerator(4, 8, num_blocks=1)
    ends = FFCGenerator(4, 8, num_blocks=1, ffc_ends=True)
    count = [
        sum(isinstance(m, FourierUnit) for m in g.modules()) for g in (plain, ends)
    ]
    assert count == [2, 2 + 6]
    assert ends(torch.rand(1, 4, 32, 24)).shape == (1, 3, 32, 24)


def test_mixed_precision_forward(generator):
    inputs = _inputs()
    with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
        low = generator(*inputs)
    with torch.no_grad():
        high = generator(*inputs)
    assert torch.isfinite(low).all()
    assert (low.float() - high).abs().mean() < 0.02


@pytest.mark.parametrize(
    'option', [dict(num_down=0), dict(num_blocks=0), dict(global_ratio=1.0)]
)
def test_bad_options(option):
    with pytest.raises(ConfigError, match='num_down >= 1'):
        FFCGenerator(**option)
