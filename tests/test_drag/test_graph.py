"""Dense graph convolution."""

import torch

from mmprivacy.drag import DenseGCNLayer
from mmprivacy.drag.graph import normalize_adjacency, propagate


def _layer():
    torch.manual_seed(0)
    layer = DenseGCNLayer(6, 5)
    torch.nn.init.normal_(layer.bias)
    return layer, torch.rand(2, 4, 6)


def test_d07_without_edges_every_node_keeps_its_own():
    layer, nodes = _layer()
    expected = nodes @ layer.weight + layer.bias
    torch.testing.assert_close(layer(nodes, torch.zeros(2, 4, 4)), expected)


def test_d07_all_ones_average_the_nodes():
    layer, nodes = _layer()
    mean = nodes.mean(1, keepdim=True).expand_as(nodes)
    expected = mean @ layer.weight + layer.bias
    torch.testing.assert_close(layer(nodes, torch.ones(2, 4, 4)), expected)


def test_d07_the_diagonal_has_no_effect():
    layer, nodes = _layer()
    adjacency = torch.randn(2, 4, 4)
    other = adjacency + 7 * torch.eye(4)
    assert torch.equal(layer(nodes, adjacency), layer(nodes, other))


def test_d07_negative_rows_give_no_nan():
    layer, nodes = _layer()
    adjacency = torch.full((2, 4, 4), -3.0, requires_grad=True)
    out = layer(nodes, adjacency)
    out.sum().backward()
    assert out.isfinite().all()
    assert adjacency.grad.isfinite().all()


def test_d07_normalisation_by_hand():
    adjacency = torch.tensor([[[5.0, 3.0], [0.5, -1.0]]])
    expected = torch.tensor([[[1 / 4, 3 / 6**0.5], [0.5 / 6**0.5, 1 / 1.5]]])
    torch.testing.assert_close(normalize_adjacency(adjacency), expected)


def test_gradients():
    torch.manual_seed(0)
    nodes = torch.rand(1, 3, 4, dtype=torch.float64, requires_grad=True)
    adjacency = torch.rand(1, 3, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.rand(4, 2, dtype=torch.float64, requires_grad=True)
    bias = torch.rand(2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(propagate, (nodes, adjacency + 1, weight, bias))
