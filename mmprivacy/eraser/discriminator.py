"""The discriminator: is this patch of a picture real?

Reference: Suvorov et al. 2022 (LaMa), Sec. 2.2; the layers, and the names of their
parameters, are those of pix2pixHD's discriminator, which LaMa uses.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PatchDiscriminator(nn.Module):
    """Rate overlapping patches of a picture.

    Args:
        base_channels: Channels of the first layer. 64 in LaMa.
        num_layers: Layers that halve the size. 4 in LaMa.
    """

    def __init__(self, base_channels: int = 64, num_layers: int = 4) -> None:
        super().__init__()
        self.num_layers = num_layers
        self.model0 = nn.Sequential(_conv(3, base_channels, 2), _act())
        width = base_channels
        for n in range(1, num_layers + 1):
            wider = min(2 * width, 8 * base_channels)
            layer = nn.Sequential(
                _conv(width, wider, 2 if n < num_layers else 1),
                nn.BatchNorm2d(wider),
                _act(),
            )
            self.add_module(f'model{n}', layer)
            width = wider
        self.add_module(f'model{num_layers + 1}', nn.Sequential(_conv(width, 1, 1)))
        self.apply(_init)

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Rate pictures.

        Args:
            image: Pictures (B, 3, H, W) in [0, 1], RGB.

        Returns:
            Logits (B, 1, h, w), positive for real, and the feature maps of all layers
            before.
        """
        features = [image]
        for n in range(self.num_layers + 2):
            features.append(getattr(self, f'model{n}')(features[-1]))
        return features[-1], features[1:-1]


def _conv(source: int, target: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(source, target, 4, stride, padding=2)


def _act() -> nn.LeakyReLU:
    return nn.LeakyReLU(0.2)


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.BatchNorm2d):
        with torch.no_grad():
            module.weight.normal_(1.0, 0.02)
