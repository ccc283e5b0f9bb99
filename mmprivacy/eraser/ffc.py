"""Fast Fourier convolutions: layers that see the whole picture at once.

Shapes: ``B`` pictures, ``C`` channels, ``H`` x ``W`` pixels. Most layers carry a pair
``(local, global)`` of feature maps; a part that is not there is None.

The parameters are named so that the public weights of LaMa (Suvorov et al. 2022) fit.

Reference: Chi, Jiang, Mu 2020, "Fast Fourier Convolution"; Yang et al. 2023 (ERASER),
"FFC ERASER".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

Pair = tuple[Tensor, Tensor | None]


class FourierUnit(nn.Module):
    """A 1x1 convolution on the spectrum of a feature map.

    The Fourier transform is computed in float32 under mixed precision: bfloat16 has
    none, and float16 only for powers of two.

    Args:
        channels: Channels C of input and output.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_layer = nn.Conv2d(2 * channels, 2 * channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(2 * channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Filter (B, C, H, W); any height and width."""
        dtype, size = x.dtype, x.shape[-2:]
        with torch.autocast(x.device.type, enabled=False):
            if x.element_size() < 4:
                x = x.float()
            spectrum = torch.fft.rfftn(x, dim=(-2, -1), norm='ortho')
            # Channels r0, i0, r1, i1, ...: what the public weights expect.
            parts = torch.stack((spectrum.real, spectrum.imag), 2).flatten(1, 2)
            parts = self.relu(self.bn(self.conv_layer(parts)))
            real, imag = parts.unflatten(1, (-1, 2)).unbind(2)
            spectrum = torch.complex(real.contiguous(), imag.contiguous())
            # Without `s`, an odd width would come back one pixel short.
            x = torch.fft.irfftn(spectrum, s=size, dim=(-2, -1), norm='ortho')
        return x.to(dtype)


class SpectralTransform(nn.Module):
    """A Fourier unit between two 1x1 convolutions, with a shortcut around it.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        stride: 1, or 2 to halve height and width first.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        half = out_channels // 2
        self.downsample = nn.AvgPool2d(2) if stride == 2 else nn.Identity()
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_channels, half, 1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
        )
        self.fu = FourierUnit(half)
        self.conv2 = nn.Conv2d(half, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Transform (B, C, H, W)."""
        x = self.conv1(self.downsample(x))
        return self.conv2(x + self.fu(x))


class FFC(nn.Module):
    """Convolution of a local and a global part, and between them.

    ``local = l2l(local) + g2l(global)``, ``global = l2g(local) + spectral(global)``.

    Args:
        in_channels: Channels of both parts of the input together.
        out_channels: Channels of both parts of the output together.
        kernel_size: Size of the convolutions.
        ratio_in: Share of the input's channels that are global.
        ratio_out: Share of the output's channels that are global.
        stride: Stride of the convolutions.
        padding: Pixels of reflected border.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        ratio_in: float,
        ratio_out: float,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        super().__init__()
        in_global = int(in_channels * ratio_in)
        out_global = int(out_channels * ratio_out)
        in_local, out_local = in_channels - in_global, out_channels - out_global

        def conv(source: int, target: int) -> nn.Module | None:
            if not source or not target:
                return None
            return nn.Conv2d(
                source, target, kernel_size, stride, padding,
                bias=False, padding_mode='reflect',
            )  # fmt: skip

        self.convl2l = conv(in_local, out_local)
        self.convl2g = conv(in_local, out_global)
        self.convg2l = conv(in_global, out_local)
        self.convg2g = None
        if in_global and out_global:
            self.convg2g = SpectralTransform(in_global, out_global, stride)

    def forward(self, pair: Pair) -> Pair:
        """Convolve ``(local, global)``."""
        local, glob = pair
        return (
            _sum(self.convl2l, local, self.convg2l, glob),
            _sum(self.convl2g, local, self.convg2g, glob),
        )


def _sum(
    first: nn.Module | None, a: Tensor, second: nn.Module | None, b: Tensor | None
) -> Tensor | None:
    """Add what comes from the local and from the global part."""
    if first is None:
        return None
    return first(a) if second is None or b is None else first(a) + second(b)


class FFCNormAct(nn.Module):
    """FFC, batch normalisation and ReLU.

    Args:
        in_channels: See :class:`FFC`.
        out_channels: See :class:`FFC`.
        kernel_size: See :class:`FFC`.
        ratio_in: See :class:`FFC`.
        ratio_out: See :class:`FFC`.
        stride: See :class:`FFC`.
        padding: See :class:`FFC`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        ratio_in: float,
        ratio_out: float,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        super().__init__()
        self.ffc = FFC(
            in_channels, out_channels, kernel_size, ratio_in, ratio_out, stride, padding
        )
        out_global = int(out_channels * ratio_out)
        self.bn_l = nn.BatchNorm2d(out_channels - out_global)
        self.bn_g = nn.BatchNorm2d(out_global) if out_global else None
        self.act = nn.ReLU(inplace=True)

    def forward(self, pair: Pair | Tensor) -> Pair:
        """Process ``(local, global)``; a lone tensor is all local."""
        local, glob = self.ffc(pair if isinstance(pair, tuple) else (pair, None))
        local = self.act(self.bn_l(local))
        return local, None if glob is None else self.act(self.bn_g(glob))


class FFCResidualBlock(nn.Module):
    """Two FFC layers around which the input is added.

    Args:
        channels: Channels of both parts together.
        ratio: Share of them that is global.
    """

    def __init__(self, channels: int, ratio: float) -> None:
        super().__init__()
        self.conv1 = FFCNormAct(channels, channels, 3, ratio, ratio, padding=1)
        self.conv2 = FFCNormAct(channels, channels, 3, ratio, ratio, padding=1)

    def forward(self, pair: Pair) -> Pair:
        """Process ``(local, global)``."""
        local, glob = self.conv2(self.conv1(pair))
        return pair[0] + local, pair[1] + glob


class JoinParts(nn.Module):
    """Put the local and the global part into one tensor."""

    def forward(self, pair: Pair) -> Tensor:
        """Concatenate ``(local, global)`` along the channels."""
        return pair[0] if pair[1] is None else torch.cat(pair, 1)
