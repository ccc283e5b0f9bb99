from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.privattnet import relu_dropout as module
from mmprivacy.privattnet.relu_dropout import ReLUDropout, relu_dropout

SHAPES = [(), (0,), (1,), (31,), (3, 33), (2, 5, 7, 3)]


@pytest.mark.parametrize('p', [0.2, 0.5, 0.8])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_keeps_the_right_share_and_the_mean(p, dtype):
    torch.manual_seed(0)
    number = 200_000
    out = relu_dropout(torch.ones(number, dtype=dtype), p, training=True)
    assert out.dtype == dtype
    assert set(out.unique().tolist()) == {0.0, out.max().item()}
    assert out.max().item() == pytest.approx(1 / (1 - p), rel=5e-3)
    error = 4 * (p * (1 - p) / number) ** 0.5
    assert (out != 0).double().mean().item() == pytest.approx(1 - p, abs=error)


@pytest.mark.parametrize('p', [0.5, 0.8])
def test_neighbours_are_dropped_independently(p):
    torch.manual_seed(0)
    kept = (relu_dropout(torch.ones(2**18), p, training=True) != 0).double()
    for distance in (1, 2, 31, 32, 64, 2**13, 2**14):
        pairs = (kept[:-distance] * kept[distance:]).mean().item()
        assert pairs == pytest.approx((1 - p) ** 2, abs=4e-3), distance
    again = (relu_dropout(torch.ones(2**18), p, training=True) != 0).double()
    assert (kept * again).mean().item() == pytest.approx((1 - p) ** 2, abs=4e-3)


@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize('p', [0.5, 0.8])
def test_what_is_left_is_the_scaled_relu(shape, p):
    torch.manual_seed(0)
    x = torch.randn(shape)
    before = x.clone()
    out = relu_dropout(x, p, training=True)
    assert torch.equal(x, before)
    kept = out != 0
    torch.testing.assert_close(out[kept], x[kept] / (1 - p), rtol=1e-4, atol=0)
    assert (x[kept] > 0).all()


def test_gradient():
    x = torch.randn(5, 40, dtype=torch.float64, requires_grad=True)

    def seeded(x):
        torch.manual_seed(3)
        return relu_dropout(x, 0.8, training=True).sin()

    assert torch.autograd.gradcheck(seeded, x)
    out = relu_dropout(x, 0.5, training=True)
    (grad,) = torch.autograd.grad(out.sum(), x)
    torch.testing.assert_close(grad, torch.where(out > 0, 2.0, 0.0).to(grad))


def test_layout_is_kept_and_has_the_same_values():
    x = torch.randn(2, 6, 5, 4).to(memory_format=torch.channels_last)
    x.requires_grad_()
    out = relu_dropout(x, 0.5, training=True)
    assert out.is_contiguous(memory_format=torch.channels_last)
    (grad,) = torch.autograd.grad(out, x, torch.ones_like(out))
    assert grad.is_contiguous(memory_format=torch.channels_last)
    gaps = torch.randn(4, 9)[:, ::2]
    out = relu_dropout(gaps, 0.5, training=True)
    torch.testing.assert_close(out[out > 0], 2 * gaps[out > 0])
    assert 0 < (out > 0).sum() < (gaps > 0).sum()


def test_seed_decides():
    x = torch.ones(1000)
    outs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        outs.append(relu_dropout(x, 0.5, training=True))
    assert torch.equal(outs[0], outs[1])
    assert not torch.equal(outs[0], outs[2])
    assert not torch.equal(outs[2], relu_dropout(x, 0.5, training=True))


def test_evaluation_is_the_relu():
    x = torch.randn(50)
    state = torch.get_rng_state()
    layer = ReLUDropout(0.8).eval()
    assert torch.equal(layer(x), F.relu(x))
    assert torch.equal(relu_dropout(x, 0.0, training=True), F.relu(x))
    assert torch.equal(torch.get_rng_state(), state)
    assert not relu_dropout(x, 1.0, training=True).any()
    assert not torch.equal(layer.train()(x), F.relu(x))
    assert 'p=0.8' in repr(layer)


def test_torch_draws_no_mask_number_by_number(monkeypatch):
    def refuse(*_):
        raise AssertionError('slow')

    monkeypatch.setattr(module.F, 'dropout', refuse)
    relu_dropout(torch.ones(9), 0.5, training=True)
