"""Hold a model still while something else is optimised."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from torch import nn


@contextlib.contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode, without gradients to its parameters.

    The flags of all parameters and the mode of every module are put back afterwards,
    also after an error. Values and gradients are not touched.

    Args:
        model: The model.
    """
    flags = [(p, p.requires_grad) for p in model.parameters()]
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()  # gives None for some backbones
        for parameter, _ in flags:
            parameter.requires_grad_(False)
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for parameter, flag in flags:
            parameter.requires_grad_(flag)
