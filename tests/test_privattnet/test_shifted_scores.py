from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.privattnet import relu_dropout as dropping
from mmprivacy.privattnet import shifted_scores as module
from mmprivacy.privattnet.shifted_scores import shifted_scores

B, CELLS, D = 5, 7, 12


def _inputs(dtype=torch.float32):
    torch.manual_seed(0)
    sizes = ((B, CELLS, D), (B, CELLS), (D,))
    return [torch.randn(size, dtype=dtype, requires_grad=True) for size in sizes]


@pytest.mark.parametrize('piece', [2**18, 2 * CELLS * D, 1])
def test_values_and_gradients_are_those_of_dropout_with_its_mask(monkeypatch, piece):
    monkeypatch.setattr(module, 'PIECE', piece)
    keys, shifts, weight = inputs = _inputs()
    torch.manual_seed(1)
    scores = shifted_scores(*inputs, 0.8, training=True)
    images = max(1, piece // (CELLS * D))
    torch.manual_seed(1)
    masks = []
    for some in keys.split(images):
        ones = torch.ones_like(some)
        bits = dropping.Keep(0.8).draw(ones.numel(), ones.dtype)
        masks.append(dropping.drop_(ones, bits))
    mask = torch.cat(masks)
    assert 0 < mask.sum() < mask.numel() / 2
    hidden = F.relu(keys + shifts[..., None]) * mask * dropping.Keep(0.8).scale
    torch.testing.assert_close(scores, hidden @ weight)
    grad = torch.randn(B, CELLS)
    wanted = torch.autograd.grad((hidden @ weight * grad).sum(), inputs)
    found = torch.autograd.grad((scores * grad).sum(), inputs)
    for a, b in zip(found, wanted):
        torch.testing.assert_close(a, b)


def test_gradient():
    def seeded(*inputs):
        torch.manual_seed(2)
        return shifted_scores(*inputs, 0.5, training=True)

    assert torch.autograd.gradcheck(seeded, _inputs(torch.float64))


@pytest.mark.parametrize(('p', 'training'), [(0.5, False), (0.0, True)])
def test_nothing_is_dropped(p, training):
    keys, shifts, weight = inputs = _inputs()
    expected = F.relu(keys + shifts[..., None]) @ weight
    torch.testing.assert_close(shifted_scores(*inputs, p, training), expected)


def test_the_mean_is_that_without_dropout():
    inputs = [t.detach() for t in _inputs(torch.float64)]
    torch.manual_seed(3)
    drawn = [shifted_scores(*inputs, 0.5, training=True) for _ in range(4000)]
    expected = shifted_scores(*inputs, 0.5, training=False)
    error = torch.stack(drawn).mean(0) - expected
    spread = torch.stack(drawn).std(0) / len(drawn) ** 0.5
    assert (error.abs() < 5 * spread + 1e-12).all()
    assert not torch.equal(drawn[0], drawn[1])


def test_layout_of_keys_does_not_matter():
    keys, shifts, weight = _inputs()
    turned = keys.detach().transpose(1, 2).contiguous().transpose(1, 2)
    scores = []
    for some in (keys, turned):
        torch.manual_seed(4)
        scores.append(shifted_scores(some, shifts, weight, 0.5, training=True))
    torch.testing.assert_close(*scores)


def test_mixed_precision():
    keys, shifts, weight = _inputs()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        scores = shifted_scores(keys.bfloat16(), shifts, weight, 0.5, training=True)
        alike = shifted_scores(*(t.bfloat16() for t in (keys, shifts, weight)), 0, True)
    assert scores.shape == (B, CELLS)
    expected = F.relu(keys + shifts[..., None]) @ weight
    torch.testing.assert_close(alike.float(), expected, rtol=0.1, atol=0.1)
    scores.sum().backward()
    assert torch.isfinite(weight.grad).all()
