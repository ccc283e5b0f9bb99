"""Which models compute in the layout channels last."""

import pytest
import torch
from torch import nn

from mmprivacy.apis.memory_layout import use_channels_last


@pytest.mark.parametrize(
    ('layer', 'changed'),
    [
        (nn.Conv2d(32, 64, 1, 2), True),
        (nn.Conv2d(8, 16, 3, 2), True),
        (nn.Conv2d(8, 16, 1, 1), True),
        (nn.Conv2d(8, 16, 1, 2), False),
    ],
)
def test_nets_with_narrow_strided_shortcuts_are_left_as_they_are(layer, changed):
    model = nn.Sequential(nn.Conv2d(3, layer.in_channels, 3), layer)
    use_channels_last(model)
    weight = model[0].weight
    assert weight.is_contiguous(memory_format=torch.channels_last) == changed
    assert weight.is_contiguous() != changed
