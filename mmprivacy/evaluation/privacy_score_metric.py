"""Errors and correlations of predicted privacy scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from mmprivacy.errors import ConfigError, ShapeError
from mmprivacy.evaluation.functional.regression import (
    best_constant,
    mean_absolute_error,
    mean_squared_error,
    pearson,
    safe_unsafe_oracle,
    spearman,
)
from mmprivacy.evaluation.samples import photo_name, read_scores

_FIGURES = {
    'l1': mean_absolute_error,
    'mse': mean_squared_error,
    'pearson': pearson,
    'spearman': spearman,
}
_PREDICTORS = ('model', 'constant (median)', 'safe/unsafe oracle')
_NO_TRUTH = (
    'let the data set give it, and pass it on with '
    "PackInputs(algorithm_keys=('gt_privacy_score',))"
)
_NO_PREDICTION = 'use a head that predicts it'


@METRICS.register_module()
class PrivacyScoreMetric(BaseMetric):
    """L1, MSE, Pearson and Spearman of a score, beside two predictors to beat.

    Keys: ``l1``, ``mse`` (over photos and profiles), ``pearson``, ``spearman`` (of the
    means over the profiles; ties share their average rank), ``n``, and the same for

    * the best constant, which knows the median of these very photos: ``l1_constant``;
    * the safe/unsafe oracle, which knows which photos have no private attribute and
      nothing else: ``l1_oracle``, ``pearson_oracle``, ``spearman_oracle``.

    A table in the log sets the three side by side. A correlation that is not defined,
    because predictions or truth do not vary, is 0, and the log says so.

    On VISPR's test photos, the constant has L1 1.508, and a detector of safe photos
    alone comes near L1 0.34 and Pearson 0.88, but Spearman 0.77 only: Spearman shows
    whether a model ranks.

    Args:
        unit: Factor from the scores of the samples to the unit reported, usually 0 to
            5. Take 5 for targets divided by 5.
        safe_weight: True score, after that factor, of a photo without any private
            attribute, as in the data set.
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'score'`` if not given.

    Raises:
        ConfigError: If the unit is not positive and finite.

    Reference:
        PrivAttNet (ICPR 2020): L1, Pearson and Spearman. Orekondy et al. 2017 average
        L1 over the 30 profiles, too.
    """

    default_prefix = 'score'

    def __init__(
        self,
        unit: float = 1.0,
        safe_weight: float = 0.0,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if not 0 < unit < float('inf'):
            raise ConfigError.explain(
                'PrivacyScoreMetric.unit',
                expected='a finite factor above 0',
                got=unit,
                fix='use 1 for raw scores, 5 for scores divided by 5',
            )
        self.unit = unit
        self.safe_weight = safe_weight

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Keep prediction and truth of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries with ``gt_privacy_score`` and
                ``pred_privacy_score``, float (U,) each, the same U for all photos.

        Raises:
            DataError: If a field is missing, or a number is not finite.
            ShapeError: If a photo has another number of predictions than of true
                scores, or of scores than the photos before.
        """
        del data_batch
        for sample in data_samples:
            truth = read_scores(sample, 'gt_privacy_score', _NO_TRUTH)
            scores = read_scores(sample, 'pred_privacy_score', _NO_PREDICTION)
            if scores.size != truth.size:
                raise ShapeError.explain(
                    photo_name(sample),
                    expected=f'{truth.size} predicted scores, as many as are known',
                    got=scores.size,
                    fix='make score_mode of the data set and num_scores of the head '
                    'agree (30 for per_profile, else 1)',
                )
            if self.results and truth.size != self.results[0].shape[1]:
                raise ShapeError.explain(
                    photo_name(sample),
                    expected=f'{self.results[0].shape[1]} scores, as before',
                    got=truth.size,
                    fix='do not mix data sets of different score_mode',
                )
            self.results.append(np.stack([scores, truth]))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute all figures, and log them beside the predictors to beat.

        Args:
            results: Predicted and true scores (2, U) a photo.

        Returns:
            The figures by key.
        """
        table = np.stack(results, 1) if results else np.zeros((2, 0, 1))
        scores, truth = table * self.unit
        predictions = (
            scores,
            best_constant(truth),
            safe_unsafe_oracle(truth, self.safe_weight),
        )
        rows = {
            name: {key: figure(p, truth) for key, figure in _FIGURES.items()}
            for name, p in zip(_PREDICTORS, predictions)
        }
        print_log(_table(rows, scores, truth), logger='current')
        model, constant, oracle = rows.values()
        others = {f'{key}_oracle': oracle[key] for key in ('l1', 'pearson', 'spearman')}
        return model | {'n': len(truth), 'l1_constant': constant['l1']} | others


def _table(
    rows: Mapping[str, Mapping[str, float]], scores: np.ndarray, truth: np.ndarray
) -> str:
    """Lay the figures out as text."""
    photos, profiles = truth.shape
    each = f', {profiles} scores each' if profiles > 1 else ''
    width = max(map(len, rows))
    heads = ''.join(f'{h:>10}' for h in ('L1', 'MSE', 'Pearson', 'Spearman'))
    lines = [f'Privacy score of {photos} photos{each}', ' ' * width + heads]
    for name, figures in rows.items():
        cells = ''.join(f'{value:>10.4f}' for value in figures.values())
        lines.append(f'{name:<{width}}{cells}')
    flat = [
        what
        for what, values in (('predictions', scores), ('true scores', truth))
        if photos and np.ptp(values.mean(1)) == 0
    ]
    if flat:
        lines.append(f'The {" and ".join(flat)} do not vary: correlations count as 0.')
    return '\n'.join(lines)
