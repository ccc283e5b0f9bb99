"""Success and leakage of photos that are protected from a detector, and their price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from mmprivacy.datasets.loading import load_photo
from mmprivacy.errors import ConfigError, nearest
from mmprivacy.evaluation.functional.detections import Boxes
from mmprivacy.evaluation.functional.disappearance import (
    count_detections,
    disappearance_rates,
)
from mmprivacy.evaluation.functional.image_quality import (
    SSIM_SIDE,
    l_inf,
    psnr,
    ssim,
)
from mmprivacy.evaluation.samples import read_boxes

SWEEP = (0.2, 0.24, 0.28, 0.3, 0.32, 0.36, 0.4)
"""Thresholds of the paper's Table 3, and its T."""
_SWEPT = ('r_all', 'r_sen', 'p_all', 'p_sen')
_PRICES = ('psnr', 'ssim', 'linf', 'iters', 'seconds', 'success')
_NO_CLEAN = 'use ObjectDisappearanceHook, which keeps the detections of the clean photo'


@METRICS.register_module()
class DisappearanceMetric(BaseMetric):
    """R_all, R_sen, P_all and P_sen at several thresholds, and what they cost.

    The rates at ``score_thr``, shares and not percent, have the keys of
    :func:`~mmprivacy.evaluation.functional.disappearance_rates`, where the readings of
    the paper are explained. One run gives them at every threshold of ``score_thrs``,
    too: ``r_all@0.24`` and so on, and as a table in the log.

    What a data sample holds:

    * ``pred_instances``: detections in the protected photo, as it was read from its
      file: ``bboxes`` (N, 4) xyxy, ``scores`` (N,), ``labels`` (N,). The detector
      should give all scores from the least of ``score_thrs`` on.
    * ``clean_pred_instances``: the same of the clean photo, in the same coordinates.
    * ``gt_instances``, if there is ground truth: ``bboxes`` (M, 4), ``labels`` (M,), in
      the same coordinates and with the labels of the detector. Unless every photo has
      it, the detections of the clean photo count as correct.
    * ``clean_img_path`` and ``img_path``, files of the clean and the protected photo,
      on which ``psnr`` in dB, ``ssim`` and ``linf`` in gray levels are measured if they
      have the same size.
    * ``protection``, if known: a dictionary of numbers. ``iters`` updates, ``seconds``,
      ``success`` (of the attack, decided at its own threshold); and ``psnr`` (None or
      infinite if the photo was not changed), ``ssim`` and ``linf`` where no files can
      be measured. Others are not read.

    Each of these is averaged over the photos that have it: ``psnr`` and ``ssim`` over
    those that were changed, ``linf_max`` is the largest of all.

    Args:
        score_thr: Threshold T of the detector.
        score_thrs: Thresholds of the table.
        sensitive: Names or indices of the sensitive classes. None for the classes that
            are correctly detected in the clean photo, each photo having its own.
        iou_thr: Least intersection over union of a correct detection.
        ground_truth: Whether ground truth is used where it is there. Turn it off if its
            labels are not those of the detector.
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'disappearance'`` if not given.

    Raises:
        ConfigError: If a threshold is out of range.

    Reference:
        The Object Disappearance paper, Eqs. 5 to 8, Tables 1 to 4.
    """

    default_prefix = 'disappearance'

    def __init__(
        self,
        score_thr: float = 0.3,
        score_thrs: Sequence[float] = SWEEP,
        sensitive: Sequence[str | int] | None = None,
        iou_thr: float = 0.5,
        ground_truth: bool = True,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.thrs = sorted({score_thr, *score_thrs})
        for name, value in (*(('score_thr', t) for t in self.thrs), ('iou', iou_thr)):
            if not 0 < value <= 1:
                raise ConfigError.explain(
                    f'DisappearanceMetric.{name}',
                    expected='a threshold above 0, at most 1',
                    got=value,
                    fix='the paper has 0.3 for scores; 0.5 is usual for overlaps',
                )
        self.score_thr = score_thr
        self.sensitive = sensitive
        self.iou_thr = iou_thr
        self.ground_truth = ground_truth

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Keep the boxes of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries as described above.

        Raises:
            DataError: If a field is missing.
            ShapeError: If boxes, scores and labels do not belong together.
        """
        del data_batch
        for sample in data_samples:
            truth = sample.get('gt_instances') or {}
            known = self.ground_truth and 'bboxes' in truth
            boxes = {
                'clean': read_boxes(sample, 'clean_pred_instances', _NO_CLEAN),
                'protected': read_boxes(sample, 'pred_instances', 'use a detector'),
            }
            least = self.thrs[0]
            self.results.append(
                {key: tuple(found.above(least)) for key, found in boxes.items()}
                | {
                    'truth': tuple(read_boxes(sample, 'gt_instances', ''))
                    if known
                    else None,
                    'prices': _prices(
                        {**(sample.get('protection') or {}), **_measure(sample)}
                    ),
                }
            )

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute all figures, and log the sweep.

        Args:
            results: Boxes and prices of each photo.

        Returns:
            The figures by key.

        Raises:
            ConfigError: If a sensitive class is not one of the data set.
        """
        sensitive = self._sensitive()
        known = all(r['truth'] is not None for r in results)
        rates = {}
        for thr in self.thrs:
            counts = [
                count_detections(
                    Boxes(*r['clean']),
                    Boxes(*r['protected']),
                    Boxes(*r['truth']) if known else None,
                    thr,
                    sensitive,
                    self.iou_thr,
                )
                for r in results
            ]
            rates[thr] = disappearance_rates(counts)
        print_log(_table(rates, known), logger='current')
        swept = {
            f'{key}@{thr:g}': at[key] for thr, at in rates.items() for key in _SWEPT
        }
        prices = _average([r['prices'] for r in results])
        return rates[self.score_thr] | prices | swept

    def _sensitive(self) -> list[int] | None:
        """Turn names into indices of the classes of the data set."""
        if self.sensitive is None:
            return None
        classes = list((self.dataset_meta or {}).get('classes') or ())
        indices = []
        for name in self.sensitive:
            if isinstance(name, int):
                indices.append(name)
                continue
            if name not in classes:
                raise ConfigError.explain(
                    'DisappearanceMetric.sensitive',
                    expected='classes of the data set',
                    got=repr(name),
                    fix=nearest(str(name), classes),
                )
            indices.append(classes.index(name))
        return indices


def _measure(sample: Mapping[str, Any]) -> dict[str, float]:
    """Compare the files of a photo, if both are named and can be compared."""
    if not sample.get('clean_img_path'):
        return {}
    photo, clean = (load_photo(sample[k]) for k in ('img_path', 'clean_img_path'))
    if photo.shape != clean.shape or min(photo.shape[:2]) < SSIM_SIDE:
        return {}
    return dict(
        psnr=psnr(photo, clean), ssim=ssim(photo, clean), linf=l_inf(photo, clean)
    )


def _prices(protection: Mapping[str, Any]) -> dict[str, float]:
    """Pick the numbers that are averaged; a photo that was not changed has no price."""
    changed = protection.get('psnr', 0) not in (None, math.inf)
    keys = [k for k in _PRICES if changed or k not in ('psnr', 'ssim')]
    return {k: float(protection[k]) for k in keys if k in protection}


def _average(prices: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Average what is known, under the same names."""
    figures = {}
    for key in _PRICES:
        values = [p[key] for p in prices if key in p]
        if values:
            figures[key] = float(np.mean(values))
        if values and key == 'linf':
            figures['linf_max'] = max(values)
    return figures


def _table(rates: Mapping[float, Mapping[str, float]], known: bool) -> str:
    """Lay the sweep out as text, in percent like the paper."""
    at = next(iter(rates.values()))
    correct = 'ground truth' if known else 'the detections of the clean photos'
    lines = [
        f'Object disappearance in {at["n"]} photos, in percent; correct is what agrees '
        f'with {correct}',
        f'{"T":>6}' + ''.join(f'{key:>9}' for key in _SWEPT),
    ]
    for thr, values in rates.items():
        cells = ''.join(f'{100 * values[key]:>9.2f}' for key in _SWEPT)
        lines.append(f'{thr:>6g}{cells}')
    return '\n'.join(lines)
