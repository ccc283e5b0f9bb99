"""The algorithm on a detector of one linear layer."""

import math

import numpy as np
import pytest
import torch
from toy_view import ToyView

pytest.importorskip('mmdet')

from mmprivacy.disappearance import Detections, ObjectDisappearance
from mmprivacy.disappearance.aiming import is_correct
from mmprivacy.disappearance.photo_state import Aim, PhotoState
from mmprivacy.disappearance.targets import TargetSchedule, class_loss
from mmprivacy.errors import ConfigError, DataError, ShapeError

BIG = dict(eps=40 / 255, alpha=4 / 255)
HUGE = dict(eps=90 / 255, alpha=8 / 255)


def photos(num=3, size=(32, 40)):
    """Smooth pictures, BGR uint8."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(60, 196, (num, size[0] // 8, size[1] // 8, 3))
    blocks = blocks.repeat(8, 1).repeat(8, 2)
    return list(np.clip(blocks + rng.normal(0, 4, blocks.shape), 0, 255).astype('u1'))


def easy(num_classes=4):
    """A detector that small changes fool: its background is likely."""
    view = ToyView(num_classes)
    view.weight /= 3
    view.bias[-1] = 1.2
    return view


def same(results, others):
    return all(np.array_equal(a.image, b.image) for a, b in zip(results, others))


def test_hides_everything_within_the_budget():
    view, images = easy(), photos()
    results = ObjectDisappearance(**BIG)(view, images)
    for image, result in zip(images, results):
        assert result.success
        assert result.n_before > 0
        assert result.n_after == 0
        assert result.image.dtype == np.uint8
        assert 0 < np.abs(result.image.astype(int) - image).max() <= 40
        assert result.linf == np.abs(result.image.astype(int) - image).max()
        assert result.s_max < 0.28
        assert result.grad_norm > 0
        assert result.seconds > 0
        assert len(result.clean) >= result.n_before
        image = torch.from_numpy(result.image.transpose(2, 0, 1).copy())
        assert not len(view.detect(image).above(0.3))


@pytest.mark.parametrize(('eps', 'levels'), [(3 / 255, 3), (2.5 / 255, 2)])
def test_anchor_at_the_original_bounds_the_photo(eps, levels):
    results = ObjectDisappearance(eps=eps, max_iters=20)(ToyView(), photos())
    for image, result in zip(photos(), results):
        assert np.abs(result.image.astype(int) - image).max() == levels


def test_anchor_at_the_previous_iterate_drifts():
    view = ToyView(1, torch.tensor([[0.0] * 3, [9.0] * 3]), torch.tensor([5.0, 0]))
    image = [np.full((16, 16, 3), 100, np.uint8)]
    options = dict(eps=3 / 255, alpha=3 / 255, direction='sign', max_iters=10)
    options.update(target='background', quantize=False, momentum=0, patience=None)
    drifted = ObjectDisappearance(anchor='prev', **options)(view, image)[0]
    assert drifted.linf == 30
    assert ObjectDisappearance(**options)(view, image)[0].linf == 3


def test_steps_are_bounded_for_both_anchors(monkeypatch):
    from mmprivacy.disappearance.photo_state import PhotoState

    moves = []
    step = PhotoState.step

    def spy(self, grad):
        before = self.pixels
        step(self, grad)
        moves.append((self.pixels - before).abs().max().item())

    monkeypatch.setattr(PhotoState, 'step', spy)
    for anchor in ('prev', 'original'):
        options = dict(anchor=anchor, eps=2 / 255, alpha=1.0, direction='raw')
        ObjectDisappearance(**options, max_iters=5)(ToyView(), photos())
        assert moves
        assert max(moves) <= 2 + 1e-4
        moves.clear()


def test_fixed_candidates_are_found_once_and_fresh_ones_each_time():
    view, image = ToyView(), photos(1)
    options = dict(eps=3 / 255, max_iters=7)
    ObjectDisappearance(proposals='refresh', **options)(view, image)
    assert view.calls['propose'] == 8  # one look more than updates
    view = ToyView()
    ObjectDisappearance(proposals='fixed', **options)(view, image)
    assert view.calls['propose'] == 1
    assert view.calls['encode'] == 9


def test_targets_are_the_other_classes_in_turn(monkeypatch):
    from mmprivacy.disappearance import descent

    seen = []
    original = descent.class_loss

    def spy(logits, target, *more):
        seen.append(target)
        return original(logits, target, *more)

    monkeypatch.setattr(descent, 'class_loss', spy)
    view, image = ToyView(8), photos(1)
    (result,) = ObjectDisappearance(
        'paper', max_iters=9, direction='sign', alpha=0.1 / 255
    )(view, image)
    detected = set(result.clean.above(0.3).labels.tolist())
    others = [c for c in range(8) if c not in detected]
    assert len(others) > 1
    expected = [others[n % len(others)] for n in range(len(seen))]
    assert [int(t.argmax()) for t in seen] == expected
    assert len(seen) == 10
    seen.clear()
    sensitive = view.classes[min(detected)]
    decoy = view.classes[others[0]]
    ObjectDisappearance(
        'paper', mode='sen', sensitive=sensitive, decoy=decoy, max_iters=4
    )(ToyView(8), image)
    assert {int(t.argmax()) for t in seen} == {others[0]}
    seen.clear()
    shuffled = dict(order='shuffled', seed=5, max_iters=len(others) - 1)
    ObjectDisappearance('paper', **shuffled)(ToyView(8), image)
    order = [int(t.argmax()) for t in seen]
    assert sorted(order) == others[: len(order)] or set(order) <= set(others)
    assert len(set(order)) == len(order)


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
def test_a_step_lowers_the_loss_to_the_target(activation):
    """And a step uphill raises it."""
    view = ToyView(5, activation=activation)
    image = torch.from_numpy(photos(1)[0].transpose(2, 0, 1).copy()).float()
    target = TargetSchedule('fixed', [3], 5, activation).at(0)

    def loss(pixels):
        encoded = view.encode([pixels], [None])
        (logits,) = view.classify(encoded, view.propose(encoded, None))
        return class_loss(logits, target, activation)

    leaf = image.clone().requires_grad_()
    (grad,) = torch.autograd.grad(loss(leaf), leaf)
    assert (
        loss(image - 0.01 * grad.sign())
        < loss(image)
        < loss(image + 0.01 * grad.sign())
    )
    # What the algorithm does is the former.
    options = dict(mode='sen', sensitive='c0', decoy='c3', loss_on='all')
    options.update(max_iters=1, alpha=0.5 / 255, direction='sign', verify=False)
    options.update(quantize=False, eps=0.9 / 255, anchor='prev', momentum=0)
    attack = ObjectDisappearance(**options)
    aim = Aim(None, None, TargetSchedule('fixed', [3], 5, activation), [0], 0.3)
    state = PhotoState(image, [aim], attack.options, None, 0)
    attack._descent.run([view], [state])
    assert state.iters == 1
    assert loss(state.pixels) < loss(image)


def test_photos_leave_the_batch_when_they_are_done():
    calm, busy = np.full((32, 40, 3), 128, np.uint8), photos(2)
    view = easy()
    results = ObjectDisappearance(**BIG)(view, [*busy, calm])
    assert results[2].iters == 0
    assert np.array_equal(results[2].image, calm)
    assert results[0].iters != results[1].iters
    assert view.sizes[0] == 2
    assert view.sizes[-1] == 1
    assert sorted(view.sizes, reverse=True) == view.sizes


def test_a_photo_does_not_depend_on_the_others():
    images = [*photos(2), photos(1, (24, 56))[0]]
    attack = ObjectDisappearance(**BIG, random_start=True)
    together = attack(easy(), images)
    alone = [attack(easy(), [image])[0] for image in images]
    assert same(together, alone)
    assert [r.iters for r in together] == [r.iters for r in alone]


def test_random_numbers_and_gradient_mode_are_left_alone():
    state = torch.random.get_rng_state()
    eot = [dict(type='jpeg', quality=(80, 95))]
    attack = ObjectDisappearance(eps=9 / 255, eot=eot, random_start=True, max_iters=3)
    with torch.no_grad():
        (result,) = attack(easy(), photos(1))
        assert not torch.is_grad_enabled()
    assert result.grad_norm > 0
    assert torch.equal(torch.random.get_rng_state(), state)


def test_sensitive_objects_are_read_as_something_else():
    view = easy()
    clean = view.detect(torch.from_numpy(photos(1)[0].transpose(2, 0, 1).copy()))
    found = clean.above(0.3).labels
    sensitive = int(found.mode().values)
    decoy = (sensitive + 1) % 4
    options = dict(mode='sen', sensitive=[sensitive], decoy=decoy, **HUGE)
    (result,) = ObjectDisappearance(patience=None, **options)(view, photos(1))
    assert result.success
    assert result.n_before == int((found == sensitive).sum())
    assert not len(result.found.above(0.3, [sensitive]))
    assert result.target == 'fixed'
    before, after = result.clean.labels == decoy, result.found.labels == decoy
    assert after.sum() > before.sum()


def test_region_keeps_the_rest_of_the_photo():
    mask = np.zeros((32, 40), np.uint8)
    mask[8:24, :16] = 1
    options = dict(eps=30 / 255, region='mask', random_start=True, max_iters=4)
    (result,) = ObjectDisappearance(**options)(ToyView(), photos(1), [mask])
    changed = (result.image != photos(1)[0]).any(-1)
    assert changed[mask > 0].any()
    assert not changed[mask == 0].any()
    options = dict(eps=30 / 255, region='boxes', region_margin=0, max_iters=4)
    (result,) = ObjectDisappearance(**options)(ToyView(), photos(1))
    inside = np.zeros((32, 40), bool)
    for left, top, right, bottom in result.clean.above(0.3).boxes.int().tolist():
        inside[top : bottom + 1, left : right + 1] = True
    changed = (result.image != photos(1)[0]).any(-1)
    assert changed.any()
    assert not inside.all()
    assert not changed[~inside].any()


def test_smallest_sufficient_budget():
    full = ObjectDisappearance(**BIG)(easy(), photos(2))
    small = ObjectDisappearance(**BIG, budget='auto')(easy(), photos(2))
    for a, b in zip(full, small):
        assert b.success
        assert b.linf <= round(255 * b.eps) <= a.linf
        assert b.psnr >= a.psnr - 1e-6 or b.linf < a.linf
    levels = round(255 * small[0].eps)
    assert levels > 1
    less = dict(BIG, eps=(levels - 1) / 255)
    (failed,) = ObjectDisappearance(**less)(easy(), photos(1))
    assert not failed.success


def test_ensembles_have_to_be_fooled_together():
    first, second = easy(), easy()
    second.weight = second.weight.flip(1)
    attack = ObjectDisappearance(**HUGE)
    (both,) = attack([first, second], photos(1))
    (one,) = attack(first, photos(1))
    assert both.success
    found, left = attack.left_in([first, second], both.image)
    assert left == [0, 0]
    assert len(found) == 2
    assert attack.left_in([first, second], one.image)[1][1] > 0


def test_saved_as_jpeg():
    from mmprivacy.disappearance.jpeg import jpeg

    view, images = easy(), photos(2)
    preset = ObjectDisappearance('jpeg', **HUGE)
    assert preset.jpeg_quality == 75
    assert ObjectDisappearance().jpeg_quality is None
    for result in preset(view, images):
        assert result.success
        image = torch.from_numpy(result.image.transpose(2, 0, 1).copy())
        saved = jpeg(image.float(), 75).to(torch.uint8)
        assert not len(view.detect(saved).above(0.3))


def test_what_happens_when_it_fails():
    options = dict(eps=1 / 255, max_iters=2)
    image = photos(1)
    (kept,) = ObjectDisappearance(**options)(ToyView(), image)
    assert not kept.success
    assert kept.n_after > 0
    assert kept.linf == 1
    (back,) = ObjectDisappearance(on_fail='original', **options)(ToyView(), image)
    assert not back.success
    assert np.array_equal(back.image, image[0])
    assert back.report()['psnr'] is None
    with pytest.raises(DataError, match=r'photo 0.*increase eps'):
        ObjectDisappearance(on_fail='error', **options)(ToyView(), image)


def test_photos_that_do_not_get_better_are_given_up():
    options = dict(eps=2 / 255, max_iters=60)
    (patient,) = ObjectDisappearance(patience=None, **options)(ToyView(), photos(1))
    (hasty,) = ObjectDisappearance(patience=5, **options)(ToyView(), photos(1))
    assert patient.iters == 60
    assert 5 <= hasty.iters < 30
    assert not hasty.success
    assert hasty.s_max < patient.s_max + 0.05
    (done,) = ObjectDisappearance(patience=5, **BIG)(easy(), photos(1))
    assert done.success


@pytest.mark.parametrize(
    ('fall', 'left', 'stuck'),
    # From logit 4 - 2 * 0.5 = 3 to log(0.28 / 0.72) = -0.94 are 7.8 updates of 0.505.
    [(0.5, 8, False), (0.5, 7, True), (0.0, 50, True), (-0.1, 99, True)],
)
def test_hope_is_judged_by_the_fall_of_the_logit(fall, left, stuck):
    options = ObjectDisappearance(patience=2, score_thr=0.3).options
    state = PhotoState(torch.zeros(3, 4, 4), [], options, None, 0)
    scores = [1 / (1 + math.exp(fall * n - 4)) for n in range(3)]
    # Three looks are two updates; before, nobody can tell.
    assert not state.is_stuck(scores[0], left + 2)
    assert not state.is_stuck(scores[1], left + 1)
    assert state.is_stuck(scores[2], left) == stuck


@pytest.mark.parametrize('target', ['alternating', 'background', 'untargeted'])
def test_a_decoy_that_is_out_of_reach_is_given_up(target):
    view = easy()
    clean = view.detect(torch.from_numpy(photos(1)[0].transpose(2, 0, 1).copy()))
    sensitive = min(clean.above(0.3).labels.tolist())
    assert sensitive < 3
    view.weight[3], view.bias[3] = view.weight[sensitive], -9  # only with the other
    options = dict(BIG, mode='sen', sensitive=sensitive, decoy=3, patience=5)
    other = ObjectDisappearance(fallback=dict(target=target), **options)
    (result,) = other(view, photos(1))
    assert result.success
    assert result.target == target
    (stuck,) = ObjectDisappearance(fallback=None, **options)(view, photos(1))
    assert stuck.target == 'fixed'
    assert stuck.iters <= result.iters


def test_the_fallback_replaces_target_and_direction_once():
    fallback = dict(target='untargeted', direction='sign')
    options = ObjectDisappearance(fallback=fallback, patience=1).options
    grey = torch.full((3, 4, 4), 100.0)
    schedule = TargetSchedule('background', [], 3, 'softmax')
    state = PhotoState(grey, [Aim(None, None, schedule, None, 0.3)], options, None, 0)
    grad = torch.ones(3, 4, 4)
    grad[0] = 0.1
    state.step(grad)
    assert len(state.pixels.unique()) == 2  # as long as the gradient is
    state.keep(0.4)
    best = state.best
    assert not state.fall_back(left=2)  # too few updates to tell whether it helps
    assert state.fall_back(left=3)
    assert state.aims[0].schedule.kind == 'untargeted'
    assert torch.equal(state.pixels, grey)
    assert state.best is best  # still the one to beat
    assert state.best_score == 0.4
    state.step(grad)
    assert torch.equal(state.pixels, grey - 1)
    assert not state.fall_back(left=9)


def test_best_picture_is_kept(monkeypatch):
    """A step that is far too long leaves pictures that are worse than earlier ones."""
    view = ToyView()
    options = dict(eps=200 / 255, alpha=1.0, direction='sign', max_iters=6)
    options.update(momentum=0, loss_on='all', verify=False, target='uniform')
    scores = []
    from mmprivacy.disappearance.descent import Descent

    look = Descent._look

    def spy(self, *args):
        losses, highest = look(self, *args)
        scores.append(highest[0])
        return losses, highest

    monkeypatch.setattr(Descent, '_look', spy)
    (result,) = ObjectDisappearance(**options)(view, photos(1))
    assert result.s_max == min(scores)


def test_few_classes_fall_back_or_raise(monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmprivacy.disappearance.aiming.print_log',
        lambda message, *args, **kwargs: said.append(message),
    )
    one = ToyView(1, torch.tensor([[3.0] * 3, [0.0] * 3]))
    one.bias[0] = 0.5
    results = ObjectDisappearance(target='cycle', **HUGE)(one, photos(2))
    assert all(r.success and r.iters for r in results)
    assert len(said) == 1
    assert 'alternating' in said[0]
    with pytest.raises(ConfigError, match=r"target='cycle'.*fallback"):
        ObjectDisappearance('paper')(one, photos(1))
    said.clear()
    few = easy()
    ObjectDisappearance('paper', max_iters=2, score_thr=0.34)(few, photos(2))
    assert len(set(said)) == len(said)
    assert all('never get below' in message for message in said)


def test_ground_truth_can_decide_which_classes_are_in_the_photo():
    found = Detections(
        torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [20, 20, 30, 30]]),
        torch.tensor([0.9, 0.8, 0.7]),
        torch.tensor([1, 2, 1]),
    )
    boxes, labels = torch.tensor([[0.0, 0, 10, 12], [24, 20, 34, 30]]), [1, 1]
    correct = is_correct(found, boxes, torch.tensor(labels))
    assert correct.tolist() == [True, False, False]  # IoU 3/7 is not enough
    assert not is_correct(found, torch.zeros(0, 4), torch.zeros(0).long()).any()
    attack = ObjectDisappearance(predet='gt_matched', target='uniform')
    with pytest.raises(ConfigError, match='gt_matched'):
        attack(ToyView(), photos(1))
    nothing = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
    assert attack(ToyView(), photos(1), truths=[nothing])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(sensitive='c9', decoy='c1'), r"sensitive.*4 of them.*'c9'"),
        (dict(sensitive='c0', decoy='dog'), 'decoy'),
        (dict(sensitive=0, decoy='c0'), 'decoy.*not among'),
        (dict(sensitive=7, decoy='c0'), 'sensitive'),
    ],
)
def test_unknown_classes_are_explained(options, message):
    with pytest.raises(ConfigError, match=message):
        ObjectDisappearance(mode='sen', **options)(ToyView(), photos(1))


def test_wrong_photos_are_explained():
    attack = ObjectDisappearance()
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), 'photo.jpg'):
        with pytest.raises(ShapeError, match='BGR uint8'):
            attack(ToyView(), [wrong])
    masked = ObjectDisappearance(region='mask')
    with pytest.raises(ConfigError, match='mask for each photo'):
        masked(ToyView(), photos(1))
    with pytest.raises(ShapeError, match='resize it'):
        masked(ToyView(), photos(1), [np.zeros((4, 4))])
