"""Graph convolution over the regions of one image, on dense adjacency matrices.

Shapes: ``B`` images, ``N`` nodes (regions), ``S`` features of a node.
"""

from __future__ import annotations

import torch
from torch import Tensor


def normalize_adjacency(adjacency: Tensor) -> Tensor:
    """Add self-loops and divide symmetrically by the degrees.

    The diagonal is overwritten by 1 and degrees below 1 count as 1, so negative
    correlations cannot turn a node into NaN. The matrix need not be symmetric.

    Args:
        adjacency: Correlations A (B, N, N), of any sign.

    Returns:
        Normalised adjacency (B, N, N): ``a_ij / sqrt(d_i d_j)``.
    """
    loops = torch.eye(adjacency.shape[-1], device=adjacency.device, dtype=torch.bool)
    adjacency = adjacency.masked_fill(loops, 1.0)
    scale = adjacency.sum(dim=-1).clamp(min=1.0).rsqrt()
    return scale.unsqueeze(-1) * adjacency * scale.unsqueeze(-2)


def propagate(nodes: Tensor, adjacency: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Apply one dense graph convolution.

    Args:
        nodes: Node features X (B, N, S_in).
        adjacency: Correlations A (B, N, N), not normalised.
        weight: Weight (S_in, S_out).
        bias: Bias (S_out,).

    Returns:
        Node features (B, N, S_out), without activation.
    """
    return torch.bmm(normalize_adjacency(adjacency), nodes @ weight) + bias
