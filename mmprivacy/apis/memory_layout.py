"""The memory layout in which convolutions are fast on a CPU."""

from __future__ import annotations

import torch
from torch import nn


def use_channels_last(model: nn.Module) -> None:
    """Let a model compute in the layout that is faster on a CPU by a fifth or more.

    Detectors are left as they are: on a CPU, operators of mmcv such as RoIAlign read
    the memory of a tensor as if its layout were the ordinary one, and give wrong
    numbers without an error.

    Args:
        model: The model, changed in place.
    """
    homes = {type(module).__module__ for module in model.modules()}
    if not any(home.startswith(('mmcv.ops', 'mmdet.')) for home in homes):
        model.to(memory_format=torch.channels_last)
