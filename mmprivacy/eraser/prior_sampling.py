"""Filling the holes of token grids, and which tokens are holes.

Shapes: ``B`` pictures, ``L`` tokens in raster order, ``K`` colours.

The priors of the paper are named after what the transformer *sees*: the region prior
P_R sees the region to be edited and infers the surroundings, the global prior P_G sees
the surroundings and infers the region. (In the code of Wan et al., a mask is what the
transformer does *not* see.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mmprivacy.eraser.palette import shrink
from mmprivacy.errors import ConfigError

SAMPLERS = ('raster', 'parallel', 'oneshot', 'argmax')
Predict = Callable[[Tensor, Tensor], Tensor]
"""Logits (B, L, K) of tokens (B, L) with holes (B, L)."""


def token_holes(mask: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Say which tokens each prior must not see.

    A token is hidden from P_G as soon as a single pixel of the mask touches the filter
    that computed the token, so nothing inside the mask can reach P_G. A token is seen
    by P_R if more than half of it lies inside. Tokens on the border are thus hidden
    from both.

    Args:
        mask: 1 = to be removed (B, 1, H, W).
        side: Cells a side.

    Returns:
        Holes of P_G and holes of P_R, each (B, L), bool.
    """
    covered = shrink(mask.float(), side).flatten(1)
    return covered > 0, covered <= 0.5


def fill_holes(
    predict: Predict,
    tokens: Tensor,
    hole: Tensor,
    sampler: str = 'parallel',
    rounds: int = 8,
    top_k: int = 40,
    temperature: float = 1.0,
    seeds: Sequence[int] | None = None,
) -> Tensor:
    """Sample the hidden tokens.

    Args:
        predict: The transformer.
        tokens: Tokens (B, L), int64.
        hole: Which are hidden (B, L), bool; may differ from picture to picture.
        sampler: ``'raster'``: Gibbs sampling one token after the other, as in the
            paper; as many passes as the picture with most holes has. ``'parallel'``: in
            each of ``rounds`` passes the tokens that the model is surest of are kept,
            few at first, then more. ``'oneshot'``: all tokens in one pass,
            independently. ``'argmax'``: likewise, the likeliest colours.
        rounds: Passes of the parallel sampler.
        top_k: Sample among so many colours (and ties of the last one). 40 in the public
            code.
        temperature: Divides the logits.
        seeds: One for each picture, so that a picture's sample does not depend on the
            rest of its batch; by default from torch's generator.

    Returns:
        Tokens (B, L) without holes; visible ones are as they were.

    Raises:
        ConfigError: If the sampler is unknown, or a number is too small.
    """
    _check(sampler, rounds, top_k, temperature)
    tokens, hole = tokens.masked_fill(hole, 0), hole.clone()
    if seeds is None:
        seeds = torch.randint(2**31, (len(tokens),)).tolist()
    dice = [torch.Generator().manual_seed(int(seed)) for seed in seeds]
    options = dict(top_k=top_k, temperature=temperature)
    if sampler == 'raster':
        return _raster(predict, tokens, hole, dice, **options)
    if sampler == 'parallel':
        return _parallel(predict, tokens, hole, dice, rounds, **options)
    if not hole.any():
        return tokens
    logits = predict(tokens, hole).float()
    if sampler == 'argmax':
        return torch.where(hole, logits.argmax(2), tokens)
    drawn, _ = _draw(logits, dice, **options)
    return torch.where(hole, drawn, tokens)


def _raster(
    predict: Predict,
    tokens: Tensor,
    hole: Tensor,
    dice: list[torch.Generator],
    top_k: int,
    temperature: float,
) -> Tensor:
    """Fill the t-th hole of every picture in the t-th pass."""
    counts = hole.sum(1)
    # Positions of the holes first, in raster order.
    order = hole.to(torch.uint8).argsort(dim=1, descending=True, stable=True)
    for step in range(int(counts.max()) if len(counts) else 0):
        rows = (counts > step).nonzero()[:, 0]
        places = order[rows, step]
        logits = predict(tokens[rows], hole[rows])
        logits = logits[torch.arange(len(rows), device=rows.device), places]
        chosen = [dice[row] for row in rows.tolist()]
        drawn, _ = _draw(logits.float()[:, None], chosen, top_k, temperature)
        tokens[rows, places] = drawn[:, 0]
        hole[rows, places] = False
    return tokens


def _parallel(
    predict: Predict,
    tokens: Tensor,
    hole: Tensor,
    dice: list[torch.Generator],
    rounds: int,
    top_k: int,
    temperature: float,
) -> Tensor:
    """Keep the surest tokens of each pass; the cosine says how many."""
    total = hole.sum(1)
    for step in range(1, rounds + 1):
        if not hole.any():
            break
        drawn, confidence = _draw(
            predict(tokens, hole).float(), dice, top_k, temperature
        )
        left = (total * math.cos(math.pi / 2 * step / rounds)).floor().long()
        left = left * (step < rounds)
        keep = (hole.sum(1) - left).clamp(min=1)
        confidence = confidence.masked_fill(~hole, -math.inf)
        rank = confidence.argsort(dim=1, descending=True, stable=True).argsort(dim=1)
        kept = hole & (rank < keep[:, None])
        tokens = torch.where(kept, drawn, tokens)
        hole = hole & ~kept
    return tokens


def _draw(
    logits: Tensor, dice: list[torch.Generator], top_k: int, temperature: float
) -> tuple[Tensor, Tensor]:
    """Sample colours, each picture with its own generator.

    Args:
        logits: Logits (B, N, K), float32.
        dice: One generator for each picture, on the CPU.
        top_k: See :func:`fill_holes`.
        temperature: See :func:`fill_holes`.

    Returns:
        Colours (B, N), and their log-probabilities (B, N).
    """
    logits = logits / temperature
    lowest = logits.topk(min(top_k, logits.shape[-1]), dim=-1).values[..., -1:]
    logits = logits.masked_fill(logits < lowest, -math.inf)
    noise = [torch.rand(logits.shape[1:], generator=die) for die in dice]
    uniform = torch.stack(noise).to(logits.device).clamp_(1e-12, 1 - 1e-7)
    # Gumbel-max: the argmax of logits plus this noise is a sample of the softmax.
    drawn = (logits - (-uniform.log()).log()).argmax(-1)
    chances = logits.log_softmax(-1).gather(-1, drawn[..., None])[..., 0]
    return drawn, chances


def _check(sampler: str, rounds: int, top_k: int, temperature: float) -> None:
    if sampler not in SAMPLERS:
        raise ConfigError.explain(
            'sampler',
            expected=f'one of {", ".join(SAMPLERS)}',
            got=repr(sampler),
            fix='choose one of them',
        )
    for name, value in (('rounds', rounds), ('top_k', top_k)):
        if value < 1:
            raise ConfigError.explain(
                name, expected='at least 1', got=value, fix='increase it'
            )
    if temperature <= 0:
        raise ConfigError.explain(
            'temperature', expected='a positive number', got=temperature, fix='raise it'
        )
