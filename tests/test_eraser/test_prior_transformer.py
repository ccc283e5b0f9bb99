"""The transformer: what it sees, what it learns from."""

import math

import pytest
import torch

from mmprivacy.eraser.prior_transformer import PriorTransformer, masked_token_loss
from mmprivacy.errors import ConfigError, ShapeError


@pytest.fixture
def net():
    torch.manual_seed(0)
    return PriorTransformer(num_colors=6, side=3, channels=8, depth=2, num_heads=2)


def _inputs():
    tokens = torch.randint(0, 6, (2, 9), generator=torch.Generator().manual_seed(1))
    hole = torch.zeros(2, 9, dtype=torch.bool)
    hole[0, 2:5] = hole[1, 7] = True
    return tokens, hole


def test_hidden_tokens_are_not_seen(net):
    tokens, hole = _inputs()
    other = torch.where(hole, (tokens + 1) % 6, tokens)
    assert torch.equal(net(tokens, hole), net(other, hole))


def test_every_visible_token_is_seen_from_every_position(net):
    tokens, hole = _inputs()
    before = net(tokens, hole)
    for n in (0, 8):  # before and behind: no causal mask
        other = tokens.clone()
        other[0, n] = (tokens[0, n] + 1) % 6
        changed = (net(other, hole) != before).any(2)
        assert changed[0].all()
        assert not changed[1].any()


def test_parameters_have_the_names_and_number_of_the_public_weights():
    with torch.device('meta'):
        net = PriorTransformer()
    names = set(net.state_dict())
    assert {'tok_emb.weight', 'pos_emb', 'ln_f.bias', 'head.weight'} <= names
    assert {
        f'blocks.34.attn.{p}.bias' for p in ('key', 'query', 'value', 'proj')
    } < names
    assert {'blocks.0.ln1.weight', 'blocks.0.mlp.0.bias', 'blocks.0.mlp.2.bias'} < names
    assert not any('mask' in name for name in names)
    blocks = sum(p.numel() for p in net.blocks.parameters())
    assert blocks == 35 * (12 * 512**2 + 13 * 512)
    assert sum(p.numel() for p in net.parameters()) == 111_383_040


def test_loss_is_the_mean_over_the_hidden_tokens_of_each_picture():
    tokens = torch.tensor([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    hole = torch.tensor([[1, 0, 0], [0, 1, 1], [0, 0, 0]]).bool()
    logits = torch.zeros(3, 3, 2)
    logits[0, 0] = torch.tensor([math.log(3), 0.0])  # p = 3/4
    logits[1, 1] = torch.tensor([0.0, math.log(4)])  # p = 1/5
    expected = (math.log(4 / 3) + (math.log(5) + math.log(2)) / 2) / 2
    assert masked_token_loss(logits, tokens, hole).item() == pytest.approx(expected)
    nothing = masked_token_loss(logits, tokens, torch.zeros_like(hole))
    assert nothing.item() == 0


def test_bad_arguments(net):
    with pytest.raises(ConfigError, match='a divisor of channels=8, got 3'):
        PriorTransformer(6, 3, 8, 1, 3)
    with pytest.raises(ShapeError, match=r'\(B, 9\), got \(1, 4\)'):
        net(torch.zeros(1, 4).long(), torch.zeros(1, 4).bool())
