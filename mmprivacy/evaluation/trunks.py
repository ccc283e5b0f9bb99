"""Convolutions of AlexNet and VGG, with the names of the public weights.

They are used as they are, to compare pictures. torchvision is not needed.

Reference: Krizhevsky 2014 (AlexNet); Simonyan and Zisserman 2015 (VGG).
"""

from __future__ import annotations

from torch import Tensor, nn

from mmprivacy.errors import ConfigError, ShapeError, nearest

VGG_STAGES = {'vgg16': (2, 2, 3, 3, 3), 'vgg19': (2, 2, 4, 4, 4)}
"""Convolutions of each stage."""
TAPS = {
    'alex': (1, 4, 7, 9, 11),
    'vgg16': (3, 8, 15, 22, 29),
    'vgg19': (1, 3, 6, 8, 11, 13, 15, 17, 20, 22, 24, 26, 29),
}
"""Layers whose output is compared: LPIPS' of the first two (the last ReLU before each
pooling); all ReLUs up to ``relu5_1`` of VGG19, as LaMa's VGG loss has them."""
LEAST_SIDE = {'alex': 31, 'vgg16': 16, 'vgg19': 16}
"""Smallest pictures that reach the last layer, in pixels a side."""


class FeatureTrunk(nn.Module):
    """The convolutional part of a network that gives several feature maps.

    Args:
        net: ``'alex'``, ``'vgg16'`` or ``'vgg19'``.
        average_pool: Average instead of taking maxima, as LaMa's VGG loss does.

    Raises:
        ConfigError: If there is no such network.
    """

    def __init__(self, net: str, average_pool: bool = False) -> None:
        super().__init__()
        if net not in TAPS:
            raise ConfigError.explain(
                'network',
                expected=f'one of {", ".join(TAPS)}',
                got=repr(net),
                fix=nearest(str(net), TAPS),
            )
        self.net = net
        layers = (
            _alex() if net == 'alex' else vgg_layers(net, average_pool=average_pool)
        )
        self.features = nn.Sequential(*layers[: TAPS[net][-1] + 1])

    def forward(self, images: Tensor) -> list[Tensor]:
        """Compute feature maps.

        Args:
            images: Pictures (B, 3, H, W), normalised as the weights want it.

        Returns:
            One map (B, C, h, w) a layer of :data:`TAPS`.

        Raises:
            ShapeError: If the pictures are too small to reach the last layer.
        """
        least = LEAST_SIDE[self.net]
        if min(images.shape[-2:]) < least:
            raise ShapeError.explain(
                f'pictures for {self.net}',
                expected=f'{least} x {least} pixels at least',
                got=tuple(images.shape[-2:]),
                fix='enlarge them, or compare them with PSNR',
            )
        found = []
        for number, layer in enumerate(self.features):
            images = layer(images)
            if number in TAPS[self.net]:
                found.append(images)
        return found


def vgg_layers(
    net: str, base_channels: int = 64, average_pool: bool = False
) -> list[nn.Module]:
    """List VGG's layers, in the order of torchvision's ``features``.

    Args:
        net: ``'vgg16'`` or ``'vgg19'``.
        base_channels: Channels of the first stage. 64 in the public weights.
        average_pool: Average instead of taking maxima.

    Returns:
        Convolutions, ReLUs and a pooling behind each stage.
    """
    layers: list[nn.Module] = []
    channels = 3
    for stage, count in enumerate(VGG_STAGES[net]):
        width = base_channels * min(2**stage, 8)
        for _ in range(count):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.AvgPool2d(2) if average_pool else nn.MaxPool2d(2))
    return layers


def _alex() -> list[nn.Module]:
    """List AlexNet's layers; pooling has overlapping windows."""
    convs = (
        (64, 11, 4, 2),
        (192, 5, 1, 2),
        (384, 3, 1, 1),
        (256, 3, 1, 1),
        (256, 3, 1, 1),
    )
    layers: list[nn.Module] = []
    channels = 3
    for k, (width, kernel, stride, padding) in enumerate(convs):
        layers += [nn.Conv2d(channels, width, kernel, stride, padding), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2)] if k < 2 else []
        channels = width
    return layers
