"""Dumb baselines of privacy scores and maps, and the data they are measured on.

Runs in a child process. All figures come from the functions behind the metric that the
models get.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from _features import (
    colour_histogram,
    count_unsafe,
    frozen_features,
    load_split,
    read_split,
)
from _pointing import GRID, target_masks
from _score_figures import score_figures, target_name

from mmprivacy.apis import load_config
from mmprivacy.datasets.vispr_scores import SCALES
from mmprivacy.evaluation.functional import (
    best_fixed_point,
    mask_at_cells,
    safe_unsafe_oracle,
)

CONSTANT = 'constant (training median)'
CHANCE, CENTRE = 'chance (mean area)', 'centre of the photo'
ALPHAS = np.logspace(-1, 6, 15)
"""Strengths of the ridge penalty, of which leave-one-out errors choose."""


def count_photos(cfg: Any, split: str) -> dict[str, int]:
    """Count the safe and the unsafe photos of a split."""
    return count_unsafe(load_split(cfg, split).get_gt_labels())


def label_baselines(payload: dict) -> dict:
    """Score two predictors that see no photo.

    Returns:
        ``target``, and figures by method: the median of the training scores, and an
        oracle that knows which test photos are safe.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    train = load_split(cfg, 'train').get_privacy_scores()
    test = load_split(cfg, 'test')
    truth, options = test.get_privacy_scores(), test.score_options
    safe = options.safe_weight * SCALES[options.scale]
    constant = np.broadcast_to(np.median(train, axis=0), truth.shape)
    return {
        'target': target_name(cfg),
        'methods': {
            CONSTANT: score_figures(constant, truth),
            'safe/unsafe oracle': score_figures(safe_unsafe_oracle(truth, safe), truth),
        },
    }


def histogram_baseline(payload: dict) -> dict:
    """Score ridge regression on joint colour histograms."""
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    return _fit_and_score(cfg, colour_histogram, 'colour histogram')


def frozen_baseline(payload: dict) -> dict:
    """Score ridge regression on pooled features of a ResNet-50 that is not trained.

    Args:
        payload: As above, with ``seed`` of the random weights, or ``weights``, a file.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    weights = payload.get('weights')
    features = frozen_features(cfg, payload['seed'], weights)
    name = f'{"ImageNet" if weights else "random"} ResNet-50'
    return _fit_and_score(cfg, features, name)


def pointing_baselines(payload: dict) -> dict:
    """Point at the drawn photos without looking at them.

    Returns:
        ``pointing``: shares of unsafe test photos that are hit by chance (mean area of
        the masks), by the centre of the photo, and by the best fixed point of a grid,
        see :func:`_privattnet_training.point`; ``photos``, their number.
    """
    cfg = load_config(payload['config'], payload['options'], payload['sample'])
    shares: dict[str, dict[str, float]] = {}
    for key, whole in (('hit', False), ('element', True)):
        masks = list(target_masks(cfg.sample.data.root, whole=whole).values())
        centres = [mask_at_cells(mask, (1, 1)) for mask in masks]
        for name, share in (
            (CHANCE, np.mean([mask.mean() for mask in masks])),
            (CENTRE, np.mean(centres)),
            ('best fixed point', best_fixed_point(masks, GRID)),
        ):
            shares.setdefault(name, {})[key] = float(share)
    return {'pointing': shares, 'photos': len(masks)}


def _fit_and_score(cfg: Any, features: Callable, name: str) -> dict:
    """Fit standardised features to the training split, score the test split.

    Predictions are kept within the range of the training scores.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def target(sample: Any) -> np.ndarray:
        return np.asarray(sample.gt_privacy_score, np.float64)

    rows, scores = read_split(cfg, 'train', features, target)
    test, truth = read_split(cfg, 'test', features, target)
    model = make_pipeline(StandardScaler(), RidgeCV(ALPHAS)).fit(rows, scores)
    found = model.predict(test).reshape(truth.shape)
    found = found.clip(scores.min(0), scores.max(0))
    methods = {f'{name} + ridge': score_figures(found, truth)}
    return {'target': target_name(cfg), 'methods': methods}
