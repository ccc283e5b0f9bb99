"""How good edited pictures are, and how far they are from the true background."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

from mmprivacy.evaluation.edits import Edit, read_edits
from mmprivacy.evaluation.functional import image_quality
from mmprivacy.evaluation.functional.image_quality import SSIM_SIDE

PSNR_CAP = 100.0
"""PSNR in dB of equal pictures, so that one of them does not make a mean infinite."""


@METRICS.register_module()
class InpaintingMetric(BaseMetric):
    """PSNR, SSIM and MAE of edited pictures, whole and inside the mask.

    Keys, against the picture before: ``psnr`` (dB), ``ssim``, ``mae`` (mean absolute
    difference in [0, 1]) and ``mae_rel`` (sum of differences over the sum of the
    picture, as papers on inpainting report) of the whole picture, and
    ``region_psnr``, ... inside the mask. Where something sensitive was removed, the
    picture before is no target: a large difference in the region is what is wanted.

    Against the true background, if the data have it: the same keys behind ``clean_``.

    ``touched`` is the share of pixels outside the mask that were changed, which should
    be 0; ``n`` the number of pictures. All figures are means over pictures; those that
    a picture does not define (an empty mask, SSIM below 11 pixels a side) are left out.
    Equal pictures have a PSNR of 100 dB.

    Args:
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'inpainting'`` if not given.
    """

    default_prefix = 'inpainting'

    def __init__(self, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Measure the pictures of a batch.

        Args:
            data_batch: See :func:`~mmprivacy.evaluation.edits.read_edits`.
            data_samples: See there.

        Raises:
            DataError: If a field is missing.
            ShapeError: If the sizes of a picture differ.
        """
        for edit in read_edits(data_batch, data_samples):
            self.results.append(measure_edit(edit))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Average the figures.

        Args:
            results: Figures by key, a picture.

        Returns:
            The means, and the number of pictures.
        """
        return average(results) | {'n': len(results)}


def average(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Average figures over the pictures that define them; NaN if none does."""
    keys = dict.fromkeys(key for row in rows for key in row)
    columns = {key: [row[key] for row in rows if key in row] for key in keys}
    means = {}
    for key, values in columns.items():
        known = [v for v in values if not math.isnan(v)]
        means[key] = float(np.mean(known)) if known else math.nan
    return means


def measure_edit(edit: Edit) -> dict[str, float]:
    """Compare an edited picture with the one before, and with its true background."""
    figures = compare(edit.result, edit.original, edit.mask)
    if edit.background is not None:
        clean = compare(edit.result, edit.background, edit.mask)
        figures |= {f'clean_{key}': value for key, value in clean.items()}
    known = (edit.result != edit.original).any(-1)[~edit.mask]
    figures['touched'] = float(known.mean()) if known.size else math.nan
    return figures


def compare(
    image: np.ndarray, reference: np.ndarray, mask: np.ndarray
) -> dict[str, float]:
    """Compute all figures of two pictures, whole and inside a mask."""
    figures = {}
    for prefix, region in (('', None), ('region_', mask)):
        psnr = image_quality.psnr(image, reference, mask=region)
        ssim = math.nan
        if min(image.shape[:2]) >= SSIM_SIDE:
            ssim = image_quality.ssim(image, reference, mask=region)
        figures |= {
            f'{prefix}psnr': psnr if math.isnan(psnr) else min(psnr, PSNR_CAP),
            f'{prefix}ssim': ssim,
            f'{prefix}mae': image_quality.mae(image, reference, region),
            f'{prefix}mae_rel': image_quality.relative_mae(image, reference, region),
        }
    return figures
