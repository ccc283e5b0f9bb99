from __future__ import annotations

import pytest
import torch

from mmprivacy.privattnet import AttentionSpreadLoss

STEPS, CELLS = 3, 196


def _one_hot(cells):
    weights = torch.zeros(1, STEPS, CELLS, dtype=torch.float64)
    weights[0, torch.arange(STEPS), torch.tensor(cells)] = 1
    return weights


@pytest.mark.parametrize(
    ('weights', 'value'),
    [
        (torch.full((2, STEPS, CELLS), 1 / CELLS, dtype=torch.float64), 67.005918),
        (_one_hot([5, 5, 5]), 75.96),
        (_one_hot([5, 6, 7]), 69.96),
    ],
)
def test_values_of_known_attention(weights, value):
    loss = AttentionSpreadLoss(loss_weight=1.0)
    assert loss(weights).item() == pytest.approx(value, abs=1e-6)


def test_share_has_no_influence_on_the_gradient():
    grads = []
    for share in (0.2, 0.0, -3.0):
        torch.manual_seed(0)
        logits = torch.randn(2, STEPS, CELLS, dtype=torch.float64, requires_grad=True)
        AttentionSpreadLoss(1.0, share)(logits.softmax(2)).backward()
        grads.append(logits.grad)
    torch.testing.assert_close(grads[0], grads[1])
    torch.testing.assert_close(grads[0], grads[2])


def test_default_weight_is_that_of_the_reference():
    assert AttentionSpreadLoss().loss_weight == 1e-5
