"""Correlation matrix of the regions of an image."""

from __future__ import annotations

import torch
from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmprivacy.errors import ConfigError, nearest

MODES = ('value_proj', 'softmax', 'fixed')


@MODELS.register_module()
class RegionCorrelation(BaseModule):
    """Adjacency matrix of the region graph, from self-attention among the regions.

    With queries and keys of every region, ``P = softmax(q k^T / sqrt(d))``. Modes:

    * ``'value_proj'``: ``A = Linear((P v)^T)`` with values of N features. This is what
      the authors' implementation computes; A has any sign and its rows do not add
      up to 1.
    * ``'softmax'``: ``A = P``, whose rows add up to 1.
    * ``'fixed'``: one learned matrix for all images, for the ablation of the paper's
      claim that the correlation has to adapt to the image.

    The paper says only that self-attention yields A (Yang et al. 2022, Overview).

    Args:
        in_channels: Features of a region S, the cells of its map.
        num_regions: Number of regions N.
        qk_dims: Features of queries and keys.
        dropout: Dropout probability on P while training.
        mode: One of ``'value_proj'``, ``'softmax'``, ``'fixed'``.
        init_cfg: Initialisation config of MMEngine.

    Raises:
        ConfigError: If ``mode`` is unknown.
    """

    def __init__(
        self,
        in_channels: int,
        num_regions: int,
        qk_dims: int = 64,
        dropout: float = 0.1,
        mode: str = 'value_proj',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if mode not in MODES:
            raise ConfigError.explain(
                'head.corr_mode',
                expected=f'one of {", ".join(MODES)}',
                got=repr(mode),
                fix=f'correct it ({nearest(str(mode), MODES)})',
            )
        self.mode = mode
        self.num_regions = num_regions
        if mode == 'fixed':
            uniform = torch.full((num_regions, num_regions), 1.0 / num_regions)
            self.matrix = nn.Parameter(uniform)
            return
        self.scale = qk_dims**-0.5
        self.query = nn.Linear(in_channels, qk_dims)
        self.key = nn.Linear(in_channels, qk_dims)
        self.dropout = nn.Dropout(dropout)
        if mode == 'value_proj':
            self.value = nn.Linear(in_channels, num_regions)
            self.out = nn.Linear(num_regions, num_regions)

    def attention(self, nodes: Tensor) -> Tensor:
        """Return the attention P (B, N, N) among nodes (B, N, S); rows add up to 1."""
        scores = self.query(nodes) @ self.key(nodes).transpose(-1, -2)
        return (scores * self.scale).softmax(dim=-1)

    def forward(self, nodes: Tensor) -> Tensor:
        """Return the correlation matrix of every image.

        Args:
            nodes: Region maps as vectors (B, N, S).

        Returns:
            Correlation matrix A (B, N, N).
        """
        if self.mode == 'fixed':
            return self.matrix.expand(nodes.shape[0], -1, -1)
        attention = self.dropout(self.attention(nodes))
        if self.mode == 'softmax':
            return attention
        return self.out((attention @ self.value(nodes)).transpose(-1, -2))
