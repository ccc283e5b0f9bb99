"""Average precision and accuracy of predicted privacy attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.registry import METRICS

from mmprivacy.datasets.attributes import ATTRIBUTE_IDS, ATTRIBUTES, suggest_attribute
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import ConfigError, DataError, ShapeError
from mmprivacy.evaluation.functional.multilabel import (
    attribute_accuracy,
    average_precision,
)
from mmprivacy.evaluation.samples import photo_name, read_field, read_scores

_COLUMNS = ('id', 'description', 'n', 'prevalence', 'ap', 'accuracy')
_COLUMNS += ('accuracy_constant',)


@METRICS.register_module()
class AttributeMetric(BaseMetric):
    """Macro average precision and mean accuracy over the attributes that occur.

    Keys, each a mean over the attributes and in [0, 1] but for the last two:

    * ``map``: average precision as scikit-learn defines it; ``map_constant``: that of
      constant scores, the mean prevalence;
    * ``accuracy`` at ``thr``; ``accuracy_absent``: of always saying "absent";
      ``accuracy_constant``: of always saying what is more frequent;
    * ``num_attributes`` that the means are over, ``n`` photos.

    An attribute that no photo shows has no average precision. It is left out of all
    means, and the log says so. Most attributes are rare: on VISPR, always saying
    "absent" is right in 92 % of the cases, so accuracy alone shows little.

    Args:
        thr: An attribute is predicted where its score is above this.
        min_count: Take only attributes that more than this number of the photos
            evaluated here show. Counted on the training photos, more than 300 leave the
            26 of PrivObfNet; name those in ``attributes``.
        attributes: Take only these ids, such as ``['a9_face_complete']``, or one id.
        out_file: Write a table of all 68 attributes here, ``.tsv`` or ``.json``.
        collect_device: Where results of several processes are gathered, ``'cpu'`` or
            ``'gpu'``.
        prefix: Prefix of the keys; ``'attribute'`` if not given.

    Raises:
        ConfigError: If an id is unknown, there is none, or the file has another ending.

    Reference:
        Orekondy et al. 2017 (macro average precision, ``a0_safe`` included);
        PrivObfNet, Table 3 (accuracy).
    """

    default_prefix = 'attribute'

    def __init__(
        self,
        thr: float = 0.5,
        min_count: int = 0,
        attributes: Sequence[str] | str | None = None,
        out_file: str | None = None,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.thr = thr
        self.min_count = min_count
        self.wanted = _mask(attributes)
        self.out_file = None if out_file is None else Path(out_file).expanduser()
        if self.out_file and self.out_file.suffix not in ('.tsv', '.json'):
            raise ConfigError.explain(
                'AttributeMetric.out_file',
                expected='a .tsv or .json file',
                got=out_file,
                fix='rename it',
            )

    def process(self, data_batch: Any, data_samples: Sequence[Mapping]) -> None:
        """Keep labels and scores of a batch.

        Args:
            data_batch: Not used.
            data_samples: Dictionaries with ``gt_label``, the class indices of the
                attributes in any number, and ``pred_score`` (68,).

        Raises:
            DataError: If a field is missing, a label is no class index, or a score is
                not finite.
            ShapeError: If there are not 68 scores.
        """
        del data_batch
        num = len(ATTRIBUTE_IDS)
        for sample in data_samples:
            labels = read_field(sample, 'gt_label', 'let the data set give it')
            labels = np.asarray(labels, np.float64).reshape(-1)
            if not np.isin(labels, np.arange(num)).all():
                raise DataError.explain(
                    photo_name(sample),
                    expected=f'class indices from 0 to {num - 1}',
                    got=labels.tolist(),
                    fix='use a data set whose classes are the 68 attributes',
                )
            scores = read_scores(sample, 'pred_score', 'use a head for attributes')
            if scores.size != num:
                raise ShapeError.explain(
                    photo_name(sample),
                    expected=f'{num} scores, one an attribute',
                    got=scores.size,
                    fix='use a head with num_classes=68',
                )
            present = np.zeros(num)
            present[labels.astype(np.int64)] = 1
            self.results.append(np.stack([present, scores]))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute all figures, and write the table if one is wanted.

        Args:
            results: Labels (0 or 1) and scores (2, 68) a photo.

        Returns:
            The figures by key.
        """
        table = np.stack(results, 1) if results else np.zeros((2, 0, len(self.wanted)))
        present, scores = table[0].astype(bool), table[1]
        columns = attribute_columns(present, scores, self.thr)
        if self.out_file:
            write_attribute_table(self.out_file, columns)
        chosen = self.wanted & (columns['n'] > max(0, self.min_count))
        self._log_left_out(columns['n'])
        means = {
            'map': 'ap',
            'map_constant': 'prevalence',
            'accuracy': 'accuracy',
            'accuracy_absent': 'accuracy_absent',
            'accuracy_constant': 'accuracy_constant',
        }
        figures = {
            key: float(columns[column][chosen].mean()) if chosen.any() else float('nan')
            for key, column in means.items()
        }
        return figures | {'num_attributes': int(chosen.sum()), 'n': len(present)}

    def _log_left_out(self, counts: np.ndarray) -> None:
        """Name the attributes that no photo shows, and count those that are rare."""
        absent = np.flatnonzero(self.wanted & (counts == 0))
        if len(absent):
            names = ', '.join(ATTRIBUTE_IDS[i] for i in absent[:10])
            names += ' ...' * (len(absent) > 10)
            print_log(
                f'AttributeMetric: {len(absent)} attributes that no photo shows are '
                f'left out: {names}.',
                logger='current',
            )
        rare = int((self.wanted & (counts > 0) & (counts <= self.min_count)).sum())
        if rare:
            print_log(
                f'AttributeMetric: {rare} attributes that {self.min_count} photos or '
                'fewer show are left out.',
                logger='current',
            )


def attribute_columns(
    present: np.ndarray, scores: np.ndarray, thr: float
) -> dict[str, np.ndarray]:
    """Compute the figures of each attribute.

    Args:
        present: Which attributes are there (N, 68) bool.
        scores: Predicted scores (N, 68) float.
        thr: An attribute is predicted where its score is above this.

    Returns:
        Columns (68,): ``n`` photos with it, ``prevalence``, ``ap`` (NaN if n is 0),
        ``accuracy``, ``accuracy_absent`` and ``accuracy_constant``.
    """
    counts = present.sum(0)
    prevalence = counts / max(1, len(present))
    precision = [average_precision(p, s) for p, s in zip(present.T, scores.T)]
    return {
        'n': counts,
        'prevalence': prevalence,
        'ap': np.array(precision),
        'accuracy': attribute_accuracy(present, scores, thr),
        'accuracy_absent': 1 - prevalence,
        'accuracy_constant': np.maximum(prevalence, 1 - prevalence),
    }


def write_attribute_table(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Write a row for each of the 68 attributes, atomically.

    Args:
        path: A ``.tsv`` or ``.json`` file; its folder is made.
        columns: See :func:`attribute_columns`. An average precision that is not
            defined becomes an empty cell, or null.
    """
    rows = []
    for attribute in ATTRIBUTES.values():
        values = {k: columns[k][attribute.idx].item() for k in _COLUMNS[2:]}
        values = {k: None if v != v else v for k, v in values.items()}
        rows.append({'id': attribute.id, 'description': attribute.description} | values)
    if path.suffix == '.json':
        write_text(path, json.dumps(rows, indent=1) + '\n')
        return
    lines = ['\t'.join(_COLUMNS)]
    lines += ['\t'.join(_cell(row[k]) for k in _COLUMNS) for row in rows]
    write_text(path, '\n'.join(lines) + '\n')


def _cell(value: Any) -> str:
    """Format a cell of the table."""
    if value is None:
        return ''
    return f'{value:.4f}' if isinstance(value, float) else str(value)


def _mask(ids: Sequence[str] | str | None) -> np.ndarray:
    """Turn ids into a mask (68,), all True for None."""
    if ids is None:
        return np.ones(len(ATTRIBUTE_IDS), bool)
    ids = [ids] if isinstance(ids, str) else list(ids)
    unknown = [i for i in ids if i not in ATTRIBUTES]
    if unknown or not ids:
        raise ConfigError.explain(
            'AttributeMetric.attributes',
            expected='ids of the 68 attributes',
            got=repr(unknown[0]) if unknown else 'none',
            fix=suggest_attribute(unknown[0]) if unknown else 'drop it to take all',
        )
    return np.array([i in ids for i in ATTRIBUTE_IDS])
