"""The trunk of VGG19, with the names of the public weights.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels.

Reference: Simonyan and Zisserman 2015.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

from mmprivacy.errors import ConfigError, nearest

_STAGES = (2, 2, 4, 4, 4)
RELU_NAMES = tuple(
    f'relu{stage}_{n}'
    for stage, count in enumerate(_STAGES, 1)
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
        layers: list[nn.Module] = []
        self._names: dict[int, str] = {}
        source = 3
        for stage, count in enumerate(_STAGES):
            target = base_channels * min(2**stage, 8)
            for n in range(count):
                layers += [nn.Conv2d(source, target, 3, padding=1), nn.ReLU()]
                self._names[len(layers) - 1] = f'relu{stage + 1}_{n + 1}'
                source = target
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:-1])
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
