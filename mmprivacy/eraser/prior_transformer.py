"""The Prior Transformer: a bidirectional transformer over colour tokens.

Shapes: ``B`` pictures, ``L`` tokens, ``K`` colours, ``D`` channels.

Reference: Yang et al. 2023 (ERASER), "Prior Transformer", after Wan et al. 2021. The
names of the parameters are those of the public weights of Wan et al.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmprivacy.errors import ConfigError, ShapeError


class SelfAttention(nn.Module):
    """Multi-head self-attention without any causal mask (Eq. 1).

    Args:
        channels: Width D.
        num_heads: Number of heads; a divisor of D.
    """

    def __init__(self, channels: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.key = nn.Linear(channels, channels)
        self.query = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Let all tokens (B, L, D) look at each other."""
        q, k, v = (
            part(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        seen = F.scaled_dot_product_attention(q, k, v)
        return self.proj(seen.transpose(1, 2).flatten(2))


class QuickGELU(nn.Module):
    """``x * sigmoid(1.702 x)``, the activation of the public weights."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply it to a tensor of any shape."""
        return x * torch.sigmoid(1.702 * x)


class TransformerBlock(nn.Module):
    """Attention and a two-layer perceptron, each normalised before it.

    Differs from the paper: Eq. 2 normalises after the attention. The public weights
    normalise before it, and so does this block.

    Args:
        channels: Width D.
        num_heads: Number of heads.
    """

    def __init__(self, channels: int, num_heads: int) -> None:
        super().__init__()
        self.ln1 = nn.LayerNorm(channels)
        self.ln2 = nn.LayerNorm(channels)
        self.attn = SelfAttention(channels, num_heads)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels),
            QuickGELU(),
            nn.Linear(4 * channels, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Process tokens (B, L, D)."""
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class PriorTransformer(nn.Module):
    """Predict the colour of every token from the visible ones.

    A hole is the zero vector plus its position; there is no mask token.

    Differs from the paper, which writes ``[E_img, E_pos]``: the two are summed.

    Args:
        num_colors: Size K of the vocabulary. 512 in the paper.
        side: Cells a side. 32 in the paper.
        channels: Width D. 512 in the public weights for Places2.
        depth: Number of blocks. 35 there.
        num_heads: Number of heads. 8 there.

    Raises:
        ConfigError: If the heads do not divide the channels.
    """

    def __init__(
        self,
        num_colors: int = 512,
        side: int = 32,
        channels: int = 512,
        depth: int = 35,
        num_heads: int = 8,
    ) -> None:
        super().__init__()
        if channels % num_heads:
            raise ConfigError.explain(
                'PriorTransformer.num_heads',
                expected=f'a divisor of channels={channels}',
                got=num_heads,
                fix='change one of them',
            )
        self.side = side
        self.tok_emb = nn.Embedding(num_colors, channels)
        self.pos_emb = nn.Parameter(torch.zeros(1, side * side, channels))
        self.blocks = nn.Sequential(
            *(TransformerBlock(channels, num_heads) for _ in range(depth))
        )
        self.ln_f = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, num_colors, bias=False)
        self.apply(_init)
        nn.init.normal_(self.pos_emb, std=0.02)

    def forward(self, tokens: Tensor, hole: Tensor) -> Tensor:
        """Predict tokens.

        Args:
            tokens: Tokens (B, L), int64. What stands in holes is ignored.
            hole: True where the token is unknown (B, L), bool.

        Returns:
            Logits (B, L, K).

        Raises:
            ShapeError: If the sequence has another length than the model.
        """
        if tokens.shape[1] != self.side**2 or hole.shape != tokens.shape:
            raise ShapeError.explain(
                'PriorTransformer',
                expected=f'tokens and holes (B, {self.side**2})',
                got=f'{tuple(tokens.shape)} and {tuple(hole.shape)}',
                fix='shrink pictures to `side` cells a side',
            )
        seen = (~hole)[..., None]
        x = self.tok_emb(tokens.masked_fill(hole, 0)) * seen + self.pos_emb
        return self.head(self.ln_f(self.blocks(x)))


def masked_token_loss(logits: Tensor, tokens: Tensor, hole: Tensor) -> Tensor:
    """Negative log-likelihood of the hidden tokens (Eq. 3).

    Mean over the hidden tokens of a picture, then over pictures; a picture without any
    counts nothing.

    Args:
        logits: Predictions (B, L, K).
        tokens: True tokens (B, L).
        hole: Which were hidden (B, L), bool.

    Returns:
        A scalar.
    """
    losses = F.cross_entropy(logits.float().transpose(1, 2), tokens, reduction='none')
    counts = hole.sum(1)
    means = (losses * hole).sum(1) / counts.clamp(min=1)
    return means.sum() / (counts > 0).sum().clamp(min=1)


def _init(module: nn.Module) -> None:
    """Initialise as GPT-2 does: normal with a deviation of 0.02, no biases."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
