"""The generator of ERASER: prior fusion, then an encoder-decoder of FFC layers.

Shapes: ``B`` pictures of ``H`` x ``W`` pixels.

Convention:
    Pictures are RGB float in [0, 1]; masks are 1 where something is to be removed.

Reference: Yang et al. 2023 (ERASER), "FFC ERASER"; Suvorov et al. 2022 (LaMa), whose
public weights ("big-lama") fit :class:`FFCGenerator` as it is by default.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmprivacy.eraser.ffc import FFCNormAct, FFCResidualBlock, JoinParts, Pair
from mmprivacy.errors import ConfigError, ShapeError


class PriorFusion(nn.Module):
    """Fuse image, global prior and region prior with a 1x1 convolution.

    By default it begins as the identity on the image, so that a pretrained generator
    behind it is not disturbed; the priors come in as they turn out to help.

    Args:
        prior_weight: Weight of the global prior at the beginning, 0 to 1; the image has
            the rest. Above 0, a generator that is trained from scratch sees colours in
            the hole from the first step on.

    Raises:
        ConfigError: If the weight is below 0 or above 1.
    """

    def __init__(self, prior_weight: float = 0.0) -> None:
        super().__init__()
        if not 0 <= prior_weight <= 1:
            raise ConfigError.explain(
                'generator.prior_weight',
                expected='from 0 to 1',
                got=prior_weight,
                fix='0 begins with the image alone, 1 with the global prior alone',
            )
        self.conv = nn.Conv2d(9, 3, 1)
        with torch.no_grad():
            self.conv.weight.zero_()
            self.conv.weight[:, :3, 0, 0] = (1 - prior_weight) * torch.eye(3)
            self.conv.weight[:, 3:6, 0, 0] = prior_weight * torch.eye(3)
            self.conv.bias.zero_()

    def forward(self, image: Tensor, prior_g: Tensor, prior_r: Tensor) -> Tensor:
        """Fuse three pictures (B, 3, H, W) into one."""
        return self.conv(torch.cat((image, prior_g, prior_r), 1))


class FFCGenerator(nn.Module):
    """Encoder, residual blocks and decoder.

    By default only the residual blocks hold Fourier units: the layers of LaMa that go
    down and up are plain convolutions, though the paper calls them "FFC Downsample" and
    "FFC Upsample". ``ffc_ends`` gives them a global part, too, for training from
    scratch.

    Args:
        in_channels: Channels of the input. 4: a picture and the mask.
        base_channels: Channels at full size. 64 in big-lama.
        num_down: Halvings of height and width. 3 in the paper.
        num_blocks: Residual blocks. 18 in the paper.
        global_ratio: Share of the channels that is global. 0.75 in big-lama.
        ffc_ends: Let the layers that go down and up be FFC layers as well.

    Raises:
        ConfigError: If there is nothing to halve, or no block.
    """

    def __init__(
        self,
        in_channels: int = 4,
        base_channels: int = 64,
        num_down: int = 3,
        num_blocks: int = 18,
        global_ratio: float = 0.75,
        ffc_ends: bool = False,
    ) -> None:
        super().__init__()
        if num_down < 1 or num_blocks < 1 or not 0 < global_ratio < 1:
            raise ConfigError.explain(
                'FFCGenerator',
                expected='num_down >= 1, num_blocks >= 1 and 0 < global_ratio < 1',
                got=f'{num_down}, {num_blocks} and {global_ratio}',
                fix='change them',
            )
        self.num_down = num_down
        end = global_ratio if ffc_ends else 0.0
        width = base_channels
        layers: list[nn.Module] = [
            nn.ReflectionPad2d(3),
            FFCNormAct(in_channels, width, 7, 0.0, end),
        ]
        for step in range(num_down):
            ratio = global_ratio if step == num_down - 1 else end
            layers.append(
                FFCNormAct(width, 2 * width, 3, end, ratio, stride=2, padding=1)
            )
            width *= 2
        layers += [FFCResidualBlock(width, global_ratio) for _ in range(num_blocks)]
        ups: list[nn.Module] = []
        for _ in range(num_down):
            ups += _ffc_up(width, end) if ffc_ends else _up(width)
            width //= 2
        layers += [*ups, JoinParts()] if ffc_ends else [JoinParts(), *ups]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Sigmoid()]
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Generate pictures.

        Args:
            x: Picture and mask (B, 4, H, W); H and W are multiples of
                ``2 ** num_down`` and at least twice that.

        Returns:
            Pictures (B, 3, H, W) in [0, 1].

        Raises:
            ShapeError: If the size is none of these.
        """
        step = 2**self.num_down
        if any(side % step or side < 2 * step for side in x.shape[-2:]):
            raise ShapeError.explain(
                'FFCGenerator',
                expected=f'height and width that are multiples of {step}, '
                f'{2 * step} at least',
                got=tuple(x.shape[-2:]),
                fix='pad the pictures; EraserDataPreprocessor does',
            )
        return self.model(x)


def _up(width: int) -> list[nn.Module]:
    """Double height and width as LaMa does."""
    return [
        nn.ConvTranspose2d(width, width // 2, 3, 2, padding=1, output_padding=1),
        nn.BatchNorm2d(width // 2),
        nn.ReLU(inplace=True),
    ]


class _UpsamplePair(nn.Module):
    def forward(self, pair: Pair) -> Pair:
        local, glob = (
            nn.functional.interpolate(part, scale_factor=2.0, mode='nearest')
            for part in pair
        )
        return local, glob


def _ffc_up(width: int, ratio: float) -> list[nn.Module]:
    """Double height and width of both parts, then convolve."""
    return [
        _UpsamplePair(),
        FFCNormAct(width, width // 2, 3, ratio, ratio, padding=1),
    ]


class ERASERGenerator(nn.Module):
    """Prior fusion and the FFC generator behind it.

    Args:
        base_channels: See :class:`FFCGenerator`.
        num_down: See :class:`FFCGenerator`.
        num_blocks: See :class:`FFCGenerator`.
        global_ratio: See :class:`FFCGenerator`.
        ffc_ends: See :class:`FFCGenerator`.
        prior_weight: See :class:`PriorFusion`.
    """

    def __init__(
        self,
        base_channels: int = 64,
        num_down: int = 3,
        num_blocks: int = 18,
        global_ratio: float = 0.75,
        ffc_ends: bool = False,
        prior_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.fuse = PriorFusion(prior_weight)
        self.ffc = FFCGenerator(
            4, base_channels, num_down, num_blocks, global_ratio, ffc_ends
        )

    def forward(
        self, image: Tensor, mask: Tensor, prior_g: Tensor, prior_r: Tensor
    ) -> Tensor:
        """Generate pictures.

        Args:
            image: Pictures (B, 3, H, W), usually black where the mask is 1.
            mask: Masks (B, 1, H, W).
            prior_g: Global priors (B, 3, H, W).
            prior_r: Region priors (B, 3, H, W).

        Returns:
            Pictures (B, 3, H, W) in [0, 1], the known part repainted as well.
        """
        return self.ffc(torch.cat((self.fuse(image, prior_g, prior_r), mask), 1))
