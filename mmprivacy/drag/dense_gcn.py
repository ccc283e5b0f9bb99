"""Graph convolution layer on dense adjacency matrices."""

from __future__ import annotations

import torch
from mmengine.model import BaseModule
from mmpretrain.registry import MODELS
from torch import Tensor, nn

from mmprivacy.drag.graph import propagate


@MODELS.register_module()
class DenseGCNLayer(BaseModule):
    """One graph convolution, ``D^-1/2 A D^-1/2 X W + b`` with self-loops.

    Args:
        in_channels: Features of a node before.
        out_channels: Features of a node after.
        init_cfg: Initialisation config of MMEngine.
    """

    def __init__(
        self, in_channels: int, out_channels: int, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, nodes: Tensor, adjacency: Tensor) -> Tensor:
        """Propagate node features along the graph.

        Args:
            nodes: Node features (B, N, in_channels).
            adjacency: Correlations (B, N, N), not normalised; the diagonal is ignored.

        Returns:
            Node features (B, N, out_channels), without activation.
        """
        return propagate(nodes, adjacency, self.weight, self.bias)
