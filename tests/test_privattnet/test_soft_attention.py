from __future__ import annotations

import pytest
import torch

from mmprivacy.privattnet.soft_attention import (
    CellLinear,
    RecurrentAttention,
    SoftAttention,
)

B, C, SIDE, D, H = 3, 6, 7, 16, 20
CELLS = SIDE**2


@pytest.fixture
def feat():
    return torch.randn(B, C, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def _build(**options):
    torch.manual_seed(0)
    sizes = dict(dims=D, state_dims=H, hidden_dims=8)
    return RecurrentAttention(C, CELLS, **{**sizes, **options}).eval()


def test_weights_are_a_distribution_over_the_cells(feat):
    outputs, weights = _build()(feat)
    assert outputs.shape == (B, 3, 1)
    assert weights.shape == (B, 3, CELLS)
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(2), torch.ones(B, 3))


def test_without_attention_all_cells_weigh_the_same(feat):
    network = _build(use_attention=False)
    _, weights = network(feat)
    assert (weights == 1 / CELLS).all()
    assert network.lstm is not None
    assert not [n for n, _ in network.named_parameters() if n.startswith('attention')]


def test_attention_depends_on_the_state(feat):
    network = _build()
    _, weights = network(feat)
    assert not torch.allclose(weights[:, 0], weights[:, 1], atol=1e-6)
    with torch.no_grad():
        network.attention.state_fc.weight.zero_()
    _, weights = network(feat)
    for step in (1, 2):
        torch.testing.assert_close(weights[:, step], weights[:, 0], rtol=0, atol=0)


def test_attended_feature_is_the_weighted_sum_of_the_cells(feat):
    network = _build()
    seen = []
    network.lstm.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    _, weights = network(feat)
    cells = network.project(feat).flatten(2)
    for step in range(3):
        expected = (cells * weights[:, step, None]).sum(2)
        torch.testing.assert_close(seen[step], expected)


def test_state_shifts_cells_not_features():
    network = SoftAttention(D, H, CELLS)
    assert network.state_fc.weight.shape == (CELLS, H)


def test_permuting_cells_permutes_the_weights(feat):
    network = _build()
    _, weights = network(feat)
    order = torch.randperm(CELLS, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        for values in network.attention.state_fc.parameters():
            values.copy_(values[order].clone())
    shuffled = feat.flatten(2)[..., order].unflatten(2, (SIDE, SIDE))
    _, permuted = network(shuffled)
    torch.testing.assert_close(permuted, weights[..., order])


def test_keys_are_computed_once(feat):
    network = _build(num_steps=5)
    calls = []
    network.attention.cell_fc.register_forward_hook(lambda *_: calls.append(1))
    network(feat)
    assert len(calls) == 1


def test_no_steps_means_neither_lstm_nor_attention(feat):
    network = _build(num_steps=0)
    outputs, weights = network(feat)
    assert outputs.shape == (B, 1, 1)
    assert (weights == 1 / CELLS).all()
    assert network.lstm is None


def test_all_parameters_learn(feat):
    network = _build(in_dropout=0.0, dropout=0.0).train()
    network(feat)[0].square().sum().backward()
    for name, values in network.named_parameters():
        assert values.grad.abs().sum() > 0, name


def test_regressor_sees_dropout_and_the_lstm_does_not(feat):
    network = _build(in_dropout=0.0, dropout=0.5).train()
    network.regressor.eval()
    seen, states = [], []
    network.regressor.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    network.lstm.register_forward_hook(lambda _, args, out: states.append((args, out)))
    network(feat)
    assert (seen[0] == 0).any()
    torch.testing.assert_close(states[1][0][1][0], states[0][1][0], rtol=0, atol=0)
    kept = seen[0] != 0
    torch.testing.assert_close(seen[0][kept], 2 * states[0][1][0][kept])


@pytest.mark.parametrize('bias', [True, False])
def test_cell_linear_is_a_linear_layer(bias):
    torch.manual_seed(0)
    cells = torch.randn(B, D, CELLS).transpose(1, 2).contiguous().requires_grad_()
    layer = CellLinear(D, H, bias)
    assert set(layer.state_dict()) == set(torch.nn.Linear(D, H, bias).state_dict())
    out = layer(cells)
    expected = torch.nn.functional.linear(cells, layer.weight, layer.bias)
    torch.testing.assert_close(out, expected)
    assert out.is_contiguous()
    inputs = [cells, *layer.parameters()]
    wanted = torch.autograd.grad(expected.square().sum(), inputs)
    for a, b in zip(torch.autograd.grad(out.square().sum(), inputs), wanted):
        torch.testing.assert_close(a, b)
