"""VGG19 as a network that gives the outputs of its ReLUs by name.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels.

Reference: Simonyan and Zisserman 2015.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

from mmprivacy.errors import ConfigError, nearest
from mmprivacy.evaluation.trunks import VGG_STAGES, vgg_layers

RELU_NAMES = tuple(
    f'relu{stage}_{n}'
    for stage, count in enumerate(VGG_STAGES['vgg19'], 1)
    for n in range(1, count + 1)
)
"""All outputs, from ``relu1_1`` to ``relu5_4``."""


class VGG19(nn.Module):
    """Convolutions of VGG19 that give the outputs of named ReLUs.

    ``features.{n}.weight`` and ``.bias`` are named and numbered as in the weights that
    torchvision publishes.

    Args:
        outputs: Names of the outputs, such as ``'relu3_1'``. Layers behind the last one
            are not computed.
        base_channels: Channels of the first stage. 64 in the public weights.

    Raises:
        ConfigError: If an output is unknown.
    """

    def __init__(
        self, outputs: Iterable[str] = RELU_NAMES, base_channels: int = 64
    ) -> None:
        super().__init__()
        self.outputs = tuple(outputs)
        for name in self.outputs:
            if name not in RELU_NAMES:
                raise ConfigError.explain(
                    'VGG19.outputs',
                    expected='names of ReLUs, relu1_1 to relu5_4',
                    got=repr(name),
                    fix=nearest(name, RELU_NAMES),
                )
        layers = vgg_layers('vgg19', base_channels)[:-1]
        relus = [n for n, layer in enumerate(layers) if isinstance(layer, nn.ReLU)]
        self._names = dict(zip(relus, RELU_NAMES))
        self.features = nn.Sequential(*layers)
        self.apply(_init)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Compute features.

        Args:
            x: Pictures (B, 3, H, W), as the weights expect them. Pictures below 16
                pixels have no last stages: what there is, is given.

        Returns:
            Name to feature map (B, C, h, w).
        """
        found: dict[str, Tensor] = {}
        for n, layer in enumerate(self.features):
            if isinstance(layer, nn.MaxPool2d) and min(x.shape[-2:]) < 2:
                break
            x = layer(x)
            name = self._names.get(n)
            if name in self.outputs:
                found[name] = x
            if len(found) == len(set(self.outputs)):
                break
        return found


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
        nn.init.zeros_(module.bias)
