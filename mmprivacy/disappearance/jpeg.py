"""JPEG as arithmetic that a gradient flows through.

Encodes and decodes as libjpeg does: 4:2:0 chroma, the tables of Annex K scaled by the
quality, triangle filter for the chroma of the decoder. Only the lossless part, Huffman
coding, is left out. The forward pass rounds; the gradient does as if it did not.

Convention: images are **BGR** float (3, H, W) in [0, 255].

Source: ITU-T T.81, Annex A and K; JFIF 1.02 for the colours.
"""

from __future__ import annotations

import functools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mmprivacy.disappearance.perturb import straight_through

_LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
    *(99,) * 32,
)  # fmt: skip
_TO_YCC = (
    (0.114, 0.587, 0.299),
    (0.5, -0.331264108, -0.168735892),
    (-0.081312411, -0.418687589, 0.5),
)
"""Rows Y, Cb, Cr; columns B, G, R."""


def jpeg(image: Tensor, quality: int) -> Tensor:
    """Compress and decompress.

    Args:
        image: The image (3, H, W), whole grey levels where it comes from a file.
        quality: 1 (worst) to 100, in the scale of libjpeg, Pillow and OpenCV.

    Returns:
        The image (3, H, W) in whole grey levels, within about one level of what
        libjpeg gives.
    """
    height, width = image.shape[-2:]
    full = F.pad(image[None], (0, -width % 16, 0, -height % 16), mode='replicate')[0]
    to_ycc = image.new_tensor(_TO_YCC)
    ycc = torch.einsum('dc,chw->dhw', to_ycc, full)
    ycc = _rounded(ycc)
    luma = _through_blocks(ycc[0] - 128, quality, _LUMA) + 128
    chroma = _halve(ycc[1:])
    chroma = torch.stack([_through_blocks(c, quality, _CHROMA) for c in chroma])
    chroma = _rounded(_enlarge(chroma))
    decoded = torch.cat([luma[None], chroma])
    bgr = torch.einsum('cd,dhw->chw', torch.linalg.inv(to_ycc), decoded)
    return _rounded(bgr.clamp(0, 255))[:, :height, :width]


def quantization_table(quality: int, table: tuple[int, ...]) -> Tensor:
    """Scale a table as libjpeg does.

    Args:
        quality: 1 to 100.
        table: 64 divisors for quality 50, row by row.

    Returns:
        The divisors, float32 (8, 8), whole numbers from 1 to 255.
    """
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    scaled = [min(max((v * scale + 50) // 100, 1), 255) for v in table]
    return torch.tensor(scaled, dtype=torch.float32).reshape(8, 8)


@functools.lru_cache(maxsize=1)
def _cosines() -> Tensor:
    """Orthonormal DCT-II (8, 8): rows are frequencies."""
    frequency, place = torch.arange(8.0)[:, None], torch.arange(8.0)[None]
    basis = torch.cos(math.pi * (2 * place + 1) * frequency / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis


def _through_blocks(plane: Tensor, quality: int, table: tuple[int, ...]) -> Tensor:
    """Round the frequencies of a plane (H, W) with H, W multiples of 8."""
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    basis, steps = _cosines().to(plane), quantization_table(quality, table).to(plane)
    blocks = plane.reshape(rows, 8, columns, 8).transpose(1, 2)
    steady = _rounded(basis @ blocks @ basis.T / steps) * steps
    return _rounded(basis.T @ steady @ basis).transpose(1, 2).reshape(plane.shape)


def _halve(chroma: Tensor) -> Tensor:
    """Halve both sides (C, H, W); ties are rounded down and up in turn."""
    mean = F.avg_pool2d(chroma[None], 2)[0]
    bias = torch.arange(mean.shape[-1], device=mean.device) % 2 * 0.25 + 0.25
    return straight_through(mean, (mean.detach() + bias).floor())


def _enlarge(chroma: Tensor) -> Tensor:
    """Double both sides (C, H, W): 3/4 of the nearer sample, 1/4 of the farther."""
    return F.interpolate(
        chroma[None], scale_factor=2, mode='bilinear', align_corners=False
    )[0]


def _rounded(values: Tensor) -> Tensor:
    return straight_through(values, values.detach().round())
