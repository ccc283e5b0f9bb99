"""Dumb baselines of a private / public classifier, and the data they are measured on.

Runs in a child process. All figures come from the metric that the models get.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from _features import (
    colour_histogram,
    frozen_features,
    load_split,
    read_split,
)

from mmprivacy.apis import load_config
from mmprivacy.evaluation import PrivacyClassificationMetric


def count_photos(cfg: Any, split: str) -> dict[str, int]:
    """Count the private and the public photos of a split."""
    labels = _labels(cfg, split)
    return {'private': int((labels == 0).sum()), 'public': int((labels == 1).sum())}


def label_baselines(payload: dict) -> dict:
    """Score the two classifiers that see no photo.

    Returns:
        ``majority`` (the commoner class of the training split, with its share as
        confidence) and ``all_private``: metrics without prefix.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    train, test = _labels(cfg, 'train'), _labels(cfg, 'test')
    share = float((train == 0).mean())
    return {
        'majority': score(test, np.tile([share, 1 - share], (len(test), 1))),
        'all_private': score(test, np.tile([1.0, 0.0], (len(test), 1))),
    }


def histogram_baseline(payload: dict) -> dict:
    """Score logistic regression on joint colour histograms.

    Returns:
        ``histogram``: metrics without prefix.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    return {'histogram': _fit_and_score(cfg, colour_histogram)}


def frozen_baseline(payload: dict) -> dict:
    """Score logistic regression on pooled features of a ResNet-50 that is not trained.

    Args:
        payload: As above, with ``seed`` of the random weights, or ``weights``, a file.

    Returns:
        ``frozen``: metrics without prefix.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    features = frozen_features(cfg, payload['seed'], payload.get('weights'))
    return {'frozen': _fit_and_score(cfg, features)}


def score(labels: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Compute all metrics of labels (n,) and scores (n, 2) for private, public."""
    rows = [(int(y), *map(float, s)) for y, s in zip(labels, scores, strict=True)]
    return PrivacyClassificationMetric().compute_metrics(rows)


def _labels(cfg: Any, split: str) -> np.ndarray:
    return np.asarray(load_split(cfg, split).get_gt_labels(), np.int64)


def _fit_and_score(cfg: Any, features: Callable) -> dict[str, float]:
    """Fit standardised features to the training split, score the test split."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def label(sample: Any) -> int:
        return int(sample.gt_label)

    train, labels = read_split(cfg, 'train', features, label)
    test, truth = read_split(cfg, 'test', features, label)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(train, labels)
    return score(truth, model.predict_proba(test))
