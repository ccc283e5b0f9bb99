"""Fast Fourier convolution: the maths, and that it is one (invariants 4 and 12)."""

import pytest
import torch
from torch import nn

from mmprivacy.eraser.ffc import FFC, FFCNormAct, FFCResidualBlock, FourierUnit


class Neutral(nn.Module):
    def forward(self, x):
        return x


def _bare(unit):
    """Take away normalisation and activation: what is left is linear."""
    unit.bn, unit.relu = Neutral(), Neutral()
    return unit


@pytest.mark.parametrize('size', [(8, 8), (7, 9), (5, 6), (1, 1), (2, 3)])
def test_identity_weights_give_the_input_back(size):
    unit = _bare(FourierUnit(3))
    with torch.no_grad():
        unit.conv_layer.weight.copy_(torch.eye(6)[:, :, None, None])
    x = torch.randn(2, 3, *size)
    assert (unit(x) - x).abs().max() < 1e-5


def test_channels_are_interleaved_real_and_imaginary():
    torch.manual_seed(0)
    unit = _bare(FourierUnit(2))
    x = torch.randn(1, 2, 6, 5)
    spectrum = torch.fft.rfft2(x, norm='ortho')
    weight = unit.conv_layer.weight[:, :, 0, 0]
    rows = [spectrum[0, 0].real, spectrum[0, 0].imag]
    rows += [spectrum[0, 1].real, spectrum[0, 1].imag]
    r0, i0, r1, i1 = torch.einsum('oc,chw->ohw', weight, torch.stack(rows))
    mixed = torch.stack((torch.complex(r0, i0), torch.complex(r1, i1)))
    expected = torch.fft.irfft2(mixed, s=(6, 5), norm='ortho')
    assert (unit(x)[0] - expected).abs().max() < 1e-6


def test_one_block_sees_the_whole_picture():
    torch.manual_seed(0)
    block = FFCResidualBlock(32, 0.75).eval()
    local, glob = torch.randn(1, 8, 16, 16), torch.randn(1, 24, 16, 16)
    pair = local.requires_grad_(), glob.requires_grad_()
    block(pair)[1][0, :, 0, 0].sum().backward()
    assert glob.grad[0, :, -1, -1].abs().max() > 0
    seen = (glob.grad[0].abs().sum(0) > 0).float().mean()
    assert seen > 0.9
    plain = nn.Conv2d(6, 6, 3, padding=1)
    x = torch.randn(1, 6, 16, 16, requires_grad=True)
    plain(x)[0, :, 8, 8].sum().backward()
    assert (x.grad[0].abs().sum(0) > 0).sum() == 9


def test_parts_flow_as_the_formula_says():
    torch.manual_seed(0)
    layer = FFC(8, 8, 3, 0.75, 0.5, padding=1).eval()
    local, glob = torch.randn(1, 2, 8, 8), torch.randn(1, 6, 8, 8)
    out_local, out_global = layer((local, glob))
    assert out_local.shape == out_global.shape == (1, 4, 8, 8)
    assert torch.equal(out_local, layer.convl2l(local) + layer.convg2l(glob))
    assert torch.equal(out_global, layer.convl2g(local) + layer.convg2g(glob))


def test_a_layer_without_a_global_part():
    layer = FFCNormAct(4, 8, 3, 0.0, 0.75, stride=2, padding=1)
    local, glob = layer(torch.randn(1, 4, 8, 8))
    assert (local.shape, glob.shape) == ((1, 2, 4, 4), (1, 6, 4, 4))
    assert layer.ffc.convg2g is None
    assert FFCNormAct(4, 8, 3, 0.0, 0.0, padding=1)(torch.randn(2, 4, 8, 8))[1] is None


def test_fourier_transform_is_in_float32_under_autocast():
    torch.manual_seed(0)
    unit = FourierUnit(4).eval()
    x = torch.randn(1, 4, 7, 9)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        low = unit(x.bfloat16())
        same = unit(x)
    assert low.dtype == torch.bfloat16
    assert same.dtype == torch.float32
    assert torch.equal(same, unit(x))
    assert (low.float() - same).abs().max() < 0.05


def test_gradient():
    torch.manual_seed(0)
    unit = _bare(FourierUnit(1)).double()
    x = torch.randn(1, 1, 3, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(unit, x)
