"""Which tokens are holes, and how they are filled (invariants 1 to 3)."""

import pytest
import torch
import torch.nn.functional as F

from mmprivacy.eraser.palette import image_to_tokens
from mmprivacy.eraser.prior_sampling import fill_holes, token_holes
from mmprivacy.errors import ConfigError

GENERATOR = torch.Generator().manual_seed(0)
PALETTE = torch.rand(64, 3, generator=GENERATOR).mul(255).round()


def _random_mask(kind, size):
    h, w = size
    mask = torch.zeros(1, 1, h, w)
    y, x = (int(torch.randint(0, s - 1, (), generator=GENERATOR)) for s in size)
    if kind == 'stroke':
        mask[..., y, : x + 1] = 1
        mask[..., :y, x] = 1
    elif kind == 'pixel':
        mask[..., y, x] = 1
    elif kind == 'border':
        mask[..., : y + 1, :3] = 1
    else:
        mask[..., y // 2 : y + 1, x // 2 : x + 1] = 1
    return mask


@pytest.mark.parametrize('size', [(64, 64), (97, 131), (256, 256), (20, 15)])
@pytest.mark.parametrize('kind', ['stroke', 'pixel', 'border', 'block'])
def test_visible_tokens_do_not_depend_on_the_inside(kind, size):
    leaks = {'ours': 0, 'nearest': 0}
    for _ in range(5):
        mask = _random_mask(kind, size)
        image, other = torch.rand(2, 1, 3, *size, generator=GENERATOR)
        changed = torch.where(mask > 0, other, image)
        first, second = (image_to_tokens(i, PALETTE, 32) for i in (image, changed))
        hole, _ = token_holes(mask, 32)
        leaks['ours'] += bool((first != second)[~hole].any())
        naive = F.interpolate(mask, (32, 32), mode='nearest').flatten(1) > 0.5
        leaks['nearest'] += bool((first != second)[~naive].any())
    assert leaks['ours'] == 0
    # The test can see a leak: the nearest pixel is no rule for a mask.
    if kind in ('stroke', 'block') and min(size) >= 64:
        assert leaks['nearest'] > 0


def test_region_tokens_do_not_depend_on_the_far_outside():
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 20:40, 24:44] = 1
    near = F.max_pool2d(mask, 9, 1, 4)  # two cells of two pixels
    image, other = torch.rand(2, 1, 3, 64, 64, generator=GENERATOR)
    changed = torch.where(near > 0, image, other)
    first, second = (image_to_tokens(i, PALETTE, 32) for i in (image, changed))
    _, hole = token_holes(mask, 32)
    assert (~hole).sum() == 100
    assert torch.equal(first[~hole], second[~hole])
    assert not torch.equal(first, second)


def test_holes_of_the_two_priors_cover_everything():
    mask = _random_mask('block', (97, 131))
    hole_g, hole_r = token_holes(mask, 32)
    assert (hole_g | hole_r).all()
    for value, holes_g, holes_r in ((0.0, 0, 1024), (1.0, 1024, 0)):
        full = torch.full((1, 1, 40, 50), value)
        hole_g, hole_r = token_holes(full, 32)
        assert (hole_g.sum(), hole_r.sum()) == (holes_g, holes_r)


class Neighbour:
    """The token to the left, plus one, if it is known; else 0. Counts its calls."""

    def __init__(self, colors=8):
        self.colors, self.calls = colors, 0

    def __call__(self, tokens, hole):
        self.calls += 1
        assert not tokens[hole].any(), 'what a hole hides is still there'
        left, unknown = tokens.roll(1, 1), hole.roll(1, 1)
        wanted = torch.where(unknown, torch.zeros_like(left), (left + 1) % self.colors)
        return F.one_hot(wanted, self.colors) * 100.0


def test_raster_conditions_on_what_it_has_filled():
    tokens = torch.zeros(2, 9).long() + 3
    hole = torch.zeros(2, 9).bool()
    hole[0, 2:6] = True
    hole[1, [4, 7]] = True
    predict = Neighbour()
    filled = fill_holes(predict, tokens, hole, 'raster')
    assert filled[0].tolist() == [3, 3, 4, 5, 6, 7, 3, 3, 3]
    assert filled[1].tolist() == [3, 3, 3, 3, 4, 3, 3, 4, 3]
    assert predict.calls == 4  # the most holes of a picture
    once = fill_holes(Neighbour(), tokens, hole, 'oneshot')
    assert once[0].tolist() == [3, 3, 4, 0, 0, 0, 3, 3, 3]
    assert torch.equal(once, fill_holes(Neighbour(), tokens, hole, 'argmax'))


def test_raster_is_a_hand_written_loop():
    weights = torch.randn(16, 16, 5, generator=GENERATOR)

    def predict(tokens, hole):
        seen = torch.where(hole, torch.zeros_like(tokens), tokens + 1).float()
        return torch.einsum('bl,lmk->bmk', seen, weights)

    tokens = torch.randint(0, 5, (1, 16), generator=GENERATOR)
    hole = torch.rand(1, 16, generator=GENERATOR) < 0.5
    filled = fill_holes(predict, tokens, hole, 'raster', top_k=1)
    todo, expected = hole.clone(), tokens.clone()
    for n in range(16):
        if hole[0, n]:
            expected[0, n] = predict(expected, todo)[0, n].argmax()
            todo[0, n] = False
    assert torch.equal(filled, expected)


@pytest.mark.parametrize('rounds', [1, 3, 8, 100])
def test_parallel_needs_its_rounds_and_fills_every_hole(rounds):
    predict = Neighbour()
    tokens = torch.full((2, 64), 5)
    hole = torch.zeros(2, 64).bool()
    hole[0, 1:41] = True
    hole[1, 60] = True
    filled = fill_holes(predict, tokens, hole, 'parallel', rounds=rounds, top_k=1)
    assert predict.calls <= min(rounds, 40)
    assert torch.equal(filled[~hole], tokens[~hole])
    assert filled[1, 60] == 6
    assert (filled[0, 1:41] != 5).any()


def test_parallel_keeps_the_surest_first():
    order = []

    def predict(tokens, hole):
        order.append(hole.clone())
        chances = torch.linspace(0, 3, 16)[None, :, None]
        return torch.cat((chances, torch.zeros_like(chances)), 2).repeat(1, 1, 1)

    hole = torch.ones(1, 16).bool()
    fill_holes(predict, torch.zeros(1, 16).long(), hole, 'parallel', 4, top_k=1)
    # cos(pi/8), cos(pi/4), cos(3 pi/8) of 16 are left after each round.
    assert [int(h.sum()) for h in order] == [16, 14, 11, 6]


def test_parallel_needs_twenty_times_fewer_passes_than_raster():
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 10:40, 20:60] = 1
    holes = torch.cat(token_holes(mask, 32))
    tokens = torch.zeros(2, 1024).long()
    raster, parallel = Neighbour(), Neighbour()
    for hole in holes.split(1):  # one picture's two priors, one after the other
        fill_holes(raster, tokens[:1], hole, 'raster')
        fill_holes(parallel, tokens[:1], hole, 'parallel')
    assert raster.calls >= 1024
    assert raster.calls >= 20 * parallel.calls


def test_samples_follow_the_chances_and_top_k():
    logits = torch.tensor([0.6, 0.3, 0.09, 0.01]).log().expand(1, 4000, 4)
    hole = torch.ones(1, 4000).bool()
    tokens = torch.zeros(1, 4000).long()
    drawn = fill_holes(lambda *_: logits, tokens, hole, 'oneshot', seeds=[0])
    shares = torch.bincount(drawn[0], minlength=4) / 4000
    assert (shares - torch.tensor([0.6, 0.3, 0.09, 0.01])).abs().max() < 0.03
    drawn = fill_holes(lambda *_: logits, tokens, hole, 'oneshot', top_k=2, seeds=[0])
    shares = torch.bincount(drawn[0], minlength=4) / 4000
    assert (shares - torch.tensor([2 / 3, 1 / 3, 0, 0])).abs().max() < 0.03
    ties = torch.zeros(1, 4000, 4)
    drawn = fill_holes(lambda *_: ties, tokens, hole, 'oneshot', top_k=1, seeds=[0])
    assert len(drawn.unique()) == 4


@pytest.mark.parametrize('sampler', ['raster', 'parallel', 'oneshot'])
def test_a_sample_depends_on_its_own_seed_alone(sampler):
    logits = torch.randn(3, 9, 8, generator=GENERATOR)
    tokens = torch.zeros(3, 9).long()
    hole = torch.rand(3, 9, generator=GENERATOR) < 0.6

    def predict(tokens, hole):
        return logits[-1:].expand(len(tokens), -1, -1)

    together = fill_holes(predict, tokens, hole, sampler, seeds=[1, 2, 3])
    alone = fill_holes(predict, tokens[2:], hole[2:], sampler, seeds=[3])
    assert torch.equal(together[2:], alone)


def test_nothing_to_fill():
    predict = Neighbour()
    tokens = torch.ones(1, 9).long()
    for sampler in ('raster', 'parallel', 'oneshot', 'argmax'):
        filled = fill_holes(predict, tokens, torch.zeros(1, 9).bool(), sampler)
        assert torch.equal(filled, tokens)
    assert predict.calls == 0


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        (dict(sampler='gibbs'), 'one of raster, parallel'),
        (dict(rounds=0), 'rounds: expected at least 1'),
        (dict(top_k=0), 'top_k: expected at least 1'),
        (dict(temperature=0), 'temperature: expected a positive number'),
    ],
)
def test_bad_options(option, message):
    with pytest.raises(ConfigError, match=message):
        fill_holes(
            Neighbour(), torch.zeros(1, 9).long(), torch.ones(1, 9).bool(), **option
        )
