import pytest
import torch

pytest.importorskip('mmdet')

from mmprivacy.disappearance import perturb
from mmprivacy.disappearance.perturb import (
    clamp_around,
    quantize,
    step_direction,
    straight_through,
)


def test_directions_have_size_one():
    grad = torch.randn(3, 5, 4) * 1e-6
    assert torch.equal(step_direction(grad, 'sign'), grad.sign())
    assert step_direction(grad, 'linf').abs().max() == pytest.approx(1)
    assert step_direction(grad, 'l2').pow(2).mean() == pytest.approx(1)
    assert torch.equal(step_direction(grad, 'raw'), grad)
    for kind in perturb.DIRECTIONS:
        assert not step_direction(torch.zeros(3, 2, 2), kind).any()


@pytest.mark.parametrize(
    ('eps', 'levels'), [(8.0, 8), (2.5, 2), (255 * (3 / 255), 3), (255 * 0.031, 7)]
)
def test_rounding_stays_in_the_budget(eps, levels):
    origin = torch.randint(0, 256, (3, 40, 40)).float()
    moved = clamp_around(origin + torch.randn(3, 40, 40) * 20, origin, eps)
    whole = quantize(moved, origin, eps)
    assert torch.equal(whole, whole.round())
    assert (whole - origin).abs().max() == levels
    assert whole.min() >= 0
    assert whole.max() <= 255
    # Only what would leave the budget differs from ordinary rounding.
    inside = (moved.round() - origin).abs() <= levels
    assert torch.equal(whole[inside], moved.round()[inside])


def test_straight_through_has_the_gradient_of_the_image():
    image = torch.rand(3, 2, 2, requires_grad=True)
    value = straight_through(image, image.detach().round())
    assert torch.equal(value, image.detach().round())
    (grad,) = torch.autograd.grad((3 * value).sum(), image)
    assert torch.equal(grad, torch.full_like(grad, 3))


def test_random_offset_leaves_the_global_generator_alone():
    origin = torch.full((3, 8, 8), 100.0)
    state = torch.random.get_rng_state()
    first = perturb.random_offset(origin, 4, 1)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(first, perturb.random_offset(origin, 4, 1))
    assert 2 < (first - origin).abs().max() <= 4
