"""The target of Eq. 2 by hand, and what each of its readings does."""

import numpy as np
import pytest
import torch

from mmprivacy.privobfnet.losses import LocalToGlobalLoss, MultiLabelSoftMarginLoss
from mmprivacy.privobfnet.targets import class_weights, local_targets

MODES = ('auto', 'continuous', 'l2g')
LABELS = torch.tensor([[1.0, 1.0, 0.0]])
MASKED = torch.tensor([False, True, False])


def _maps(seed=0, num=1, classes=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(num, classes + 1, 5, 6, generator=generator)


def test_a_target_by_hand():
    """Two classes on 2 x 2 cells: cut, scaled, given to the highest, rest behind."""
    maps = torch.tensor(
        [
            [
                [[9.0, 9.0], [9.0, 9.0]],
                [[2.0, 4.0], [-1.0, 0.0]],
                [[5.0, 1.0], [10.0, 0.0]],
            ]
        ]
    )
    target = local_targets(maps, torch.ones(1, 2), mode='continuous')
    expected = [[[0.5, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0, 0]], [[0.5, 0.0], [1, 0]]]
    # Cell (0, 0): 2/4 and 5/10 are equal, and the first channel takes it.
    expected[1][0][0], expected[2][0][0] = 0.5, 0.0
    torch.testing.assert_close(target[0], torch.tensor(expected))
    binary = local_targets(maps, torch.ones(1, 2), mode='l2g')
    assert binary[0, 1].tolist() == [[1, 1], [0, 0]]
    assert binary[0, 2].tolist() == [[0, 0], [1, 0]]
    assert binary[0, 0].tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('assign', ['argmax', 'share'])
@pytest.mark.parametrize('bg_target', ['residual', 'l2g'])
def test_targets_are_shares_and_absent_classes_get_nothing(mode, assign, bg_target):
    maps = _maps(num=2)
    weights = torch.rand(2, 3, 5, 6)
    target = local_targets(
        maps,
        LABELS.repeat(2, 1),
        weights,
        MASKED,
        mode=mode,
        assign=assign,
        bg_target=bg_target,
    )
    assert target.shape == maps.shape
    assert target.min() >= 0
    assert target.max() <= 1
    assert (target.sum(1) <= 1 + 1e-6).all()
    assert torch.equal(target[:, 3], torch.zeros(2, 5, 6))
    assert target[:, 1:3].sum() > 0


@pytest.mark.parametrize('mode', MODES)
def test_the_scale_of_the_maps_does_not_count(mode):
    maps = _maps()
    before = local_targets(maps, LABELS, masked=MASKED, mode=mode)
    after = local_targets(7 * maps, LABELS, masked=MASKED, mode=mode)
    torch.testing.assert_close(after, before)


@pytest.mark.parametrize('mode', MODES)
def test_maps_without_anything_positive_leave_the_background(mode):
    target = local_targets(-_maps().abs(), LABELS, masked=MASKED, mode=mode)
    assert torch.equal(target[:, 1:], torch.zeros(1, 3, 5, 6))
    assert torch.equal(target[:, 0], torch.ones(1, 5, 6))


@pytest.mark.parametrize('mode', MODES)
def test_a_mask_changes_its_own_class_only(mode):
    maps, whole = _maps(), torch.ones(1, 3, 5, 6)
    empty = whole.clone()
    empty[:, 1] = 0
    with_mask = local_targets(maps, LABELS, whole, MASKED, mode=mode)
    without = local_targets(maps, LABELS, empty, MASKED, mode=mode)
    assert torch.equal(with_mask[:, [1, 3]], without[:, [1, 3]])
    assert with_mask[:, 2].sum() > 0
    assert without[:, 2].sum() == 0


def test_masked_classes_become_their_mask_and_others_keep_their_values():
    maps, weights = _maps(), torch.full((1, 3, 5, 6), 0.75)
    weights[:, 0] = 1
    target = local_targets(maps, LABELS, weights, MASKED)
    assert set(target[:, 2].unique().tolist()) == {0, 0.75}
    assert len(target[:, 1].unique()) > 3


def test_sharing_leaves_room_for_attributes_on_the_same_pixels():
    maps = torch.ones(1, 3, 2, 2)
    labels = torch.ones(1, 2)
    shared = local_targets(maps, labels, assign='share')
    torch.testing.assert_close(shared[:, 1:], torch.full((1, 2, 2, 2), 0.5))
    given = local_targets(maps, labels)
    assert given[:, 2].sum() == 0


def test_the_background_of_l2g_is_put_out_by_a_mask():
    maps = _maps()
    maps[:, 0] = 10
    saliency = torch.zeros(1, 1, 5, 6)
    saliency[..., :3] = 1
    target = local_targets(maps, LABELS, saliency=saliency, bg_target='l2g')
    assert target[:, 0, :, :3].sum() == 0
    assert target[:, 0, :, 3:].sum() > 0


def test_the_formula_to_the_letter_takes_the_maps_as_they_are():
    maps, weights = _maps(), torch.rand(1, 3, 5, 6)
    assert torch.equal(local_targets(maps, LABELS, mode='raw'), maps)
    weighted = local_targets(maps, LABELS, weights, mode='raw')
    torch.testing.assert_close(weighted[:, 1:], maps[:, 1:] * weights)
    assert torch.equal(weighted[:, :1], maps[:, :1])


def test_without_a_background_channel_there_is_none():
    maps = _maps()[:, 1:]
    target = local_targets(maps, LABELS, with_background=False)
    assert target.shape == maps.shape
    assert (target.sum(1) < 1).any()


def test_no_gradient_flows_into_the_maps_of_the_windows():
    maps = _maps().requires_grad_()
    assert not local_targets(maps, LABELS).requires_grad


def test_each_class_has_the_mask_of_its_type():
    masks = torch.rand(2, 2, 3, 3)
    weights = class_weights(masks, torch.tensor([2, 0, 1, 1]))
    assert torch.equal(weights[:, 0], masks[:, 1])
    assert torch.equal(weights[:, 1], torch.ones(2, 3, 3))
    assert torch.equal(weights[:, 2], masks[:, 0])
    assert torch.equal(weights[:, 3], masks[:, 0])


def test_the_image_loss_by_hand():
    """A mean over windows, channels and cells, times ten; a softmax over channels."""
    logits = np.array([[[[1.0, 0.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 3.0]]]])
    target = np.array([[[[1.0, 0.5], [1.0, 0.0]], [[0.0, 0.5], [0.0, 1.0]]]])
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    given = torch.tensor(logits).softmax(1)
    torch.testing.assert_close(given.sum(1), torch.ones(1, 2, 2, dtype=torch.float64))
    expected = 10 * ((shares - target) ** 2).mean()
    value = LocalToGlobalLoss()(given, torch.tensor(target))
    assert value.item() == pytest.approx(expected)
    value = LocalToGlobalLoss(1, 'sum')(given, torch.tensor(target))
    assert value.item() == pytest.approx(((shares - target) ** 2).sum())


def test_the_cropped_loss_by_hand_and_for_repeated_windows():
    maps = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    labels = torch.tensor([[1.0, 0, 1], [0, 0, 1]], dtype=torch.float64)
    f = maps.float().mean((2, 3)).double()
    by_hand = -(labels * f.sigmoid().log() + (1 - labels) * (-f).sigmoid().log()).mean()
    loss = MultiLabelSoftMarginLoss()
    assert loss(maps, labels).item() == pytest.approx(by_hand.item(), rel=1e-6)
    repeated = loss(maps.repeat_interleave(5, 0), labels.repeat_interleave(5, 0))
    assert repeated.item() == pytest.approx(by_hand.item(), rel=1e-6)


def test_windows_of_an_image_share_their_maximum():
    maps = torch.zeros(4, 3, 2, 2)
    maps[0, 1, 0, 0], maps[1, 1, 0, 0] = 4.0, 1.0  # two windows of the first image
    maps[2, 1, 0, 0], maps[3, 1, 0, 0] = 0.5, 2.0
    labels = torch.tensor([[1.0, 0.0]]).expand(4, 2)
    alone = local_targets(maps, labels, mode='continuous')[:, 1, 0, 0]
    torch.testing.assert_close(alone, torch.ones(4))
    together = local_targets(maps, labels, mode='continuous', windows=2)[:, 1, 0, 0]
    torch.testing.assert_close(together, torch.tensor([1.0, 0.25, 0.25, 1.0]))
