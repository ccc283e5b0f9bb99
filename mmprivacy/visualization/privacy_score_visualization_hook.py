"""Show where a score model looked at each step, while it trains and in the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.registry import HOOKS

from mmprivacy.errors import ConfigError
from mmprivacy.visualization.heat_map_visualization_hook import (
    HeatMapVisualizationHook,
)
from mmprivacy.visualization.score_panels import draw_score
from mmprivacy.visualization.verdicts import ScoreVerdict


@HOOKS.register_module()
class PrivacyScoreVisualizationHook(HeatMapVisualizationHook):
    """Draw privacy score, attention of each step and their sum over the photos.

    At each validation the first photos go to the visualizer's back ends; in the test,
    with ``out_dir``, every photo is written as ``<out_dir>/<stem>.png``. A panel shows
    the photo, the map of all steps, and the attention of each step with what that step
    adds to the score; in its headline the predicted score and, where known, the true
    one. Models without attention show photo and score alone.

    Reads from the data samples ``pred_privacy_score`` (U,); where they are there,
    ``gt_privacy_score`` (U,), ``score_contributions`` (T, U), ``attention_maps``
    (T, h, w) and ``privacy_map`` (1, h, w); the means over the U profiles are shown.
    None of them is changed.

    Args:
        draw: Whether to draw at all.
        num_images: Photos of the first validation batch that are drawn.
        out_dir: Folder for the panels of the test; None draws none.
        normalize: ``'map'``: each step has a scale of its own, as in AMNet;
            ``'image'``: one for all steps of a photo.
        tile: Height of each picture in pixels.
        max_score: Highest score of the data set: 5, or 1 with ``scale='unit'``.
    """

    def __init__(
        self,
        draw: bool = True,
        num_images: int = 4,
        out_dir: str | None = None,
        normalize: str = 'map',
        tile: int = 256,
        max_score: float = 5.0,
    ) -> None:
        super().__init__(
            field='pred_privacy_score',
            draw=draw,
            num_images=num_images,
            out_dir=out_dir,
            normalize=normalize,
            tile=tile,
        )
        self.max_score = max_score

    def draw_panel(
        self, sample: Any, photo: np.ndarray, title: str, classes: Sequence[str]
    ) -> np.ndarray:
        """Draw score and attention of a sample.

        Args:
            sample: Data sample with ``pred_privacy_score``.
            photo: What the maps belong to, RGB uint8 (H, W, 3).
            title: Headline.
            classes: Not used.

        Returns:
            The panel, RGB uint8 (H', W', 3).

        Raises:
            ConfigError: If the model predicts no privacy score.
        """
        del classes
        score = _array(sample, 'pred_privacy_score')
        if score is None:
            raise ConfigError.explain(
                type(self).__name__,
                expected="'pred_privacy_score' in the data samples",
                got=f'only {", ".join(sorted(sample.all_keys()))}',
                fix='use a head that predicts it, or take the hook out',
            )
        truth = _array(sample, 'gt_privacy_score')
        return draw_score(
            photo,
            ScoreVerdict(
                float(score.mean()),
                None if truth is None else float(truth.mean()),
                self.max_score,
            ),
            contributions=_array(sample, 'score_contributions'),
            maps=_array(sample, 'attention_maps'),
            privacy_map=_array(sample, 'privacy_map'),
            title=title,
            normalize=self.normalize,
            tile=self.tile,
        )


def _array(sample: Any, field: str) -> np.ndarray | None:
    """Read a field as a float array; None if it is not there."""
    value = sample.get(field)
    if hasattr(value, 'detach'):
        value = value.detach().float().cpu()
    return None if value is None else np.asarray(value, np.float32)
