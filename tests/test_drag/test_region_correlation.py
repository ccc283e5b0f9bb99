"""Correlation matrix of the regions."""

import pytest
import torch

from mmprivacy.drag import RegionCorrelation
from mmprivacy.errors import ConfigError


def _build(mode):
    torch.manual_seed(0)
    return RegionCorrelation(49, 4, qk_dims=8, mode=mode), 5 * torch.rand(2, 4, 49)


def test_d06_attention_rows_sum_to_one():
    layer, nodes = _build('value_proj')
    torch.testing.assert_close(layer.attention(nodes).sum(-1), torch.ones(2, 4))


@pytest.mark.parametrize('mode', ['value_proj', 'softmax'])
def test_d06_correlation_depends_on_the_image(mode):
    layer, nodes = _build(mode)
    correlation = layer.eval()(nodes)
    assert correlation.shape == (2, 4, 4)
    assert not torch.allclose(correlation[0], correlation[1])


def test_d06_softmax_mode_is_row_stochastic():
    layer, nodes = _build('softmax')
    torch.testing.assert_close(layer.eval()(nodes).sum(-1), torch.ones(2, 4))


def test_d06_value_projection_by_hand():
    layer, nodes = _build('value_proj')
    layer.eval()
    for image, correlation in zip(nodes, layer(nodes)):
        q = image @ layer.query.weight.T + layer.query.bias
        k = image @ layer.key.weight.T + layer.key.bias
        v = image @ layer.value.weight.T + layer.value.bias
        p = torch.softmax(q @ k.T / 8**0.5, dim=-1)
        expected = (p @ v).T @ layer.out.weight.T + layer.out.bias
        torch.testing.assert_close(correlation, expected)
    sums = layer(nodes).sum(-1)
    assert not torch.allclose(sums, torch.ones_like(sums), atol=1e-2)


def test_d06_gradients_reach_all_projections():
    layer, nodes = _build('value_proj')
    layer(nodes).square().sum().backward()
    assert all(p.grad is not None for p in layer.parameters())
    for name in ('query', 'key', 'value'):
        assert getattr(layer, name).weight.grad.abs().sum() > 0


def test_dropout_only_while_training():
    layer, nodes = _build('softmax')
    layer.train()
    assert not torch.equal(layer(nodes), layer(nodes))
    layer.eval()
    assert torch.equal(layer(nodes), layer(nodes))


def test_fixed_mode_is_one_matrix_for_all_images():
    layer, nodes = _build('fixed')
    correlation = layer(nodes)
    assert torch.equal(correlation[0], correlation[1])
    correlation.sum().backward()
    assert [p.shape for p in layer.parameters()] == [(4, 4)]
    assert layer.matrix.grad is not None


def test_unknown_mode_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'softmax'"):
        RegionCorrelation(49, 4, mode='sotfmax')
