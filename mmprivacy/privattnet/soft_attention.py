"""Soft attention over the cells of a feature map, and the recurrent network around it.

Shapes: ``B`` images, ``D`` features of a cell, ``L`` cells, ``H`` features of the
recurrent state, ``T`` steps, ``O`` outputs. Sources: Fajtl et al., AMNet (CVPR 2018)
and its implementation (ok1zjf/AMNet, MIT), on which the PrivAttNet poster builds.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmprivacy.privattnet.relu_dropout import ReLUDropout, relu_dropout
from mmprivacy.privattnet.shifted_scores import shifted_scores


class CellLinear(nn.Linear):
    """A linear layer on the features of cells, computed as a 1 x 1 convolution.

    On CPUs, torch has its convolutions from another library than its matrix products,
    and that is the faster one for so many rows. On other devices this is its base
    class, which has the same arguments.
    """

    def forward(self, cells: Tensor) -> Tensor:
        """Map features of cells (B, L, D) to (B, L, D')."""
        if cells.device.type != 'cpu':
            return super().forward(cells)
        maps = cells.transpose(1, 2).unsqueeze(2)
        out = F.conv2d(maps, self.weight[..., None, None], self.bias)
        return out.squeeze(2).transpose(1, 2)


class SoftAttention(nn.Module):
    """Weigh the cells by what they hold and by the recurrent state.

    The state adds **one number to each cell**, not one to each feature: it is mapped to
    L values, which are shifted into the cells' features before the nonlinearity.

    Args:
        dims: Features D of a cell.
        state_dims: Features H of the state.
        num_cells: Cells L.
        dropout: Dropout probability of both hidden activations.
    """

    def __init__(
        self, dims: int, state_dims: int, num_cells: int, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.cell_fc = CellLinear(dims, dims, bias=False)
        self.state_fc = nn.Linear(state_dims, num_cells)
        self.score_fc = nn.Linear(dims, 1, bias=False)
        self.dropout = dropout

    def describe(self, cells: Tensor) -> Tensor:
        """Compute the part of the scores that does not depend on the state.

        It is the expensive one, and the same in every step: call it once.

        Args:
            cells: Features (B, L, D).

        Returns:
            Keys (B, L, D).
        """
        return relu_dropout(self.cell_fc(cells), self.dropout, self.training)

    def forward(self, keys: Tensor, state: Tensor) -> Tensor:
        """Compute the weights of the cells.

        Args:
            keys: What :meth:`describe` returned, (B, L, D).
            state: State (B, H).

        Returns:
            Weights (B, L), not negative, with sum 1.
        """
        shifts, weight = self.state_fc(state), self.score_fc.weight[0]
        scores = shifted_scores(keys, shifts, weight, self.dropout, self.training)
        return scores.softmax(dim=1)


class RecurrentAttention(nn.Module):
    """Look at a feature map in several steps and judge after each of them.

    A step attends to the map with the state so far, feeds the attended feature to an
    LSTM, and maps its output to the step's judgement by a regressor that all steps
    share. The regressor and the next attention see the output with dropout, the LSTM
    keeps it without; the first attention sees the initial state as it is.

    Args:
        in_channels: Channels of the feature map.
        num_cells: Cells L of the map.
        num_outputs: Outputs O of the regressor.
        num_steps: Steps T; with 0, the mean of the cells goes to the regressor and
            there is no LSTM.
        dims: Features D of a cell after the projection.
        state_dims: Features H of the LSTM.
        hidden_dims: Hidden features of the regressor.
        use_attention: False gives every cell the weight 1/L.
        in_dropout: Dropout probability of the projected cells.
        dropout: All other dropout probabilities.
    """

    def __init__(
        self,
        in_channels: int,
        num_cells: int,
        num_outputs: int = 1,
        num_steps: int = 3,
        dims: int = 1024,
        state_dims: int = 1024,
        hidden_dims: int = 512,
        use_attention: bool = True,
        in_dropout: float = 0.8,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.num_steps = num_steps
        self.dropout = dropout
        self.project = nn.Sequential(
            nn.Conv2d(in_channels, dims, 1),
            nn.BatchNorm2d(dims),
            ReLUDropout(in_dropout),
        )
        self.attention, self.lstm = None, None
        if num_steps > 0:
            self.init_state = nn.Linear(dims, state_dims)
            self.init_cell = nn.Linear(dims, state_dims)
            self.lstm = nn.LSTMCell(dims, state_dims)
            if use_attention:
                self.attention = SoftAttention(dims, state_dims, num_cells, dropout)
        self.regressor = nn.Sequential(
            nn.Linear(state_dims if num_steps > 0 else dims, hidden_dims),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden_dims, num_outputs),
        )

    def forward(self, feat: Tensor) -> tuple[Tensor, Tensor]:
        """Judge feature maps.

        Args:
            feat: Feature maps (B, C, h, w) with h w = L.

        Returns:
            Judgements (B, T, O) and weights of the cells (B, T, L); with ``num_steps``
            0, one of each.
        """
        cells = self.project(feat).flatten(2).transpose(1, 2)
        uniform = cells.new_full(cells.shape[:2], 1 / cells.shape[1])
        mean = _weigh(uniform, cells)
        if self.lstm is None:
            return self.regressor(mean)[:, None], uniform[:, None]
        keys = None if self.attention is None else self.attention.describe(cells)
        state, memory = self.init_state(mean).tanh(), self.init_cell(mean).tanh()
        seen = state
        outputs, weights = [], []
        for _ in range(self.num_steps):
            alpha = uniform if keys is None else self.attention(keys, seen)
            attended = _weigh(alpha, cells)
            state, memory = self.lstm(attended, (state, memory))
            seen = F.dropout(state, self.dropout, self.training)
            outputs.append(self.regressor(seen))
            weights.append(alpha)
        return torch.stack(outputs, 1), torch.stack(weights, 1)


def _weigh(weights: Tensor, cells: Tensor) -> Tensor:
    """Sum cells (B, L, D) up with weights (B, L) to (B, D)."""
    return torch.bmm(weights[:, None], cells)[:, 0]
