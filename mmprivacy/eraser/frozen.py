"""A network that is used, and never trained or saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


class Frozen(nn.Module):
    """Hold a network outside the module tree.

    Its weights are in no state dict and no optimizer, it stays in evaluation mode when
    the model around it is trained, and it moves with the model to another device.
    Gradients flow through it to its input.

    Args:
        net: The network.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        net.requires_grad_(False)
        net.eval()  # of some hosts' networks, it returns nothing
        self._held = [net]

    @property
    def net(self) -> nn.Module:
        """The network."""
        return self._held[0]

    def forward(self, *inputs: Tensor) -> Any:
        """Run the network."""
        return self.net(*inputs)

    def _apply(self, fn: Callable, *args: Any) -> Frozen:
        """Move the network along, see :meth:`torch.nn.Module._apply`."""
        self.net._apply(fn, *args)
        return super()._apply(fn, *args)
