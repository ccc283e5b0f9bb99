import pytest
import torch
import torch.nn.functional as F

pytest.importorskip('mmdet')

from mmprivacy.disappearance.targets import (
    TargetSchedule,
    box_scores,
    class_loss,
    never_low_enough,
    other_classes,
)


def test_classes_at_both_ends_and_no_background():
    """A victim that detects the first and the last class, K = 6."""
    assert other_classes([5, 0, 5], 6) == [1, 2, 3, 4]
    assert other_classes([], 2) == [0, 1]
    assert other_classes([0], 1) == []


def test_cycle_visits_the_classes_in_turn_and_never_the_background():
    schedule = TargetSchedule('cycle', [1, 2, 4], 6, 'softmax')
    targets = [schedule.at(n) for n in range(7)]
    assert [int(t.argmax()) for t in targets] == [1, 2, 4, 1, 2, 4, 1]
    assert all(t.sum() == 1 for t in targets)
    assert not any(t[6] for t in targets)


def test_other_kinds():
    fixed = TargetSchedule('fixed', [3], 6, 'softmax')
    assert {int(fixed.at(n).argmax()) for n in range(9)} == {3}
    background = TargetSchedule('background', [], 6, 'softmax').at(4)
    assert background.tolist() == [0] * 6 + [1]
    assert not TargetSchedule('background', [], 6, 'sigmoid').at(0).any()
    uniform = TargetSchedule('uniform', [1, 2, 4], 6, 'sigmoid').at(2)
    assert uniform.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 0, 1 / 3, 0])


def test_loss_is_the_cross_entropy():
    logits = torch.randn(7, 6, dtype=torch.float64)
    target = TargetSchedule('fixed', [2], 5, 'softmax').at(0)
    expected = F.cross_entropy(logits, torch.full((7,), 2))
    torch.testing.assert_close(class_loss(logits, target, 'softmax'), expected)
    target = TargetSchedule('fixed', [2], 6, 'sigmoid').at(0)
    p = logits.sigmoid()
    by_hand = -(p[:, 2].log() + (1 - p).log().sum(1) - (1 - p[:, 2]).log()).mean()
    torch.testing.assert_close(class_loss(logits, target, 'sigmoid'), by_hand)


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
def test_uniform_is_the_mean_of_a_cycle(activation):
    logits = torch.randn(5, 6 + (activation == 'softmax'), requires_grad=True)
    cycle = TargetSchedule('cycle', [0, 2, 3, 5], 6, activation)
    mean = sum(class_loss(logits, cycle.at(n), activation) for n in range(4)) / 4
    at_once = TargetSchedule('uniform', [0, 2, 3, 5], 6, activation)
    loss = class_loss(logits, at_once.at(0), activation)
    (expected,) = torch.autograd.grad(mean, logits)
    (grad,) = torch.autograd.grad(loss, logits)
    torch.testing.assert_close(grad, expected)


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
def test_no_boxes_have_no_loss(activation):
    logits = torch.zeros(0, 4, requires_grad=True)
    loss = class_loss(logits, torch.zeros(4), activation)
    assert loss == 0
    assert torch.autograd.grad(loss, logits)[0].shape == (0, 4)


def test_scores_ignore_the_background():
    logits = torch.tensor([[0.0, 1, 0, 9], [3, 0, 0, 0]])
    scores = box_scores(logits, 'softmax')
    assert scores[0] < 0.01
    assert scores[1] == pytest.approx(logits[1].softmax(0)[0].item())
    assert box_scores(logits, 'softmax', [1]).tolist() == pytest.approx(
        logits.softmax(-1)[:, 1].tolist()
    )
    assert box_scores(logits, 'sigmoid')[0] == pytest.approx(0.9999, abs=1e-3)


def test_few_classes_never_get_low():
    assert never_low_enough(0, 0.3)
    assert never_low_enough(3, 0.3)
    assert not never_low_enough(4, 0.3)


def test_pulling_to_all_other_classes_converges_to_their_share():
    """With K = 80 this is below T, with few classes above it."""
    for others, below in ((77, True), (3, False)):
        logits = torch.randn(4, others + 2, requires_grad=True)
        schedule = TargetSchedule('cycle', range(others), others + 1, 'softmax')
        values = logits.detach()
        for n in range(60 * others):
            leaf = values.clone().requires_grad_()
            loss = class_loss(leaf, schedule.at(n), 'softmax') * len(leaf)
            values = values - 0.5 * torch.autograd.grad(loss, leaf)[0]
        assert (box_scores(values, 'softmax').max() < 0.3) == below


def test_untargeted_loss_is_the_log_odds_of_the_highest_class_that_counts():
    schedule = TargetSchedule('untargeted', [], 3, 'softmax')
    assert schedule.at(5) is None
    logits = torch.tensor([[2.0, 0.5, -1.0, 1.0], [0.0, 3.0, 1.0, 0.2]])
    top = logits.softmax(-1)[[0, 1], [0, 1]]
    torch.testing.assert_close(
        class_loss(logits, None, 'softmax'), torch.logit(top).mean()
    )
    second = logits.softmax(-1)[[0, 1], [2, 2]]
    torch.testing.assert_close(
        class_loss(logits, None, 'softmax', hidden=[2]), torch.logit(second).mean()
    )
    assert class_loss(logits, None, 'sigmoid') == 2.5


def test_alternating_targets_take_turns():
    background = TargetSchedule('background', [], 3, 'softmax').at(0)
    schedule = TargetSchedule('alternating', [], 3, 'softmax')
    for iteration in (0, 9, 20):
        assert torch.equal(schedule.at(iteration), background)
    for iteration in (10, 19, 30):
        assert schedule.at(iteration) is None
    assert schedule.labels(5) == schedule.labels(15) == []


def test_untargeted_loss_has_a_gradient_when_scores_are_saturated():
    logits = torch.tensor([[60.0, 0.0, 0.0]], requires_grad=True)
    class_loss(logits, None, 'softmax').backward()
    assert logits.grad[0, 0] == 1


def test_focus_weights_boxes_by_a_power_of_their_score():
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [-3.0, 0.0]])
    target = TargetSchedule('background', [], 1, 'softmax').at(0)
    scores = logits.softmax(-1)[:, 0]
    losses = -logits.log_softmax(-1)[:, 1]
    expected = (scores**2 * losses).sum() / (scores**2).sum()
    torch.testing.assert_close(class_loss(logits, target, 'softmax', 2.0), expected)
    low = torch.tensor([[-200.0, 0.0]])  # a score that float32 rounds to zero
    assert class_loss(low, target, 'softmax', 3.0).isfinite()
