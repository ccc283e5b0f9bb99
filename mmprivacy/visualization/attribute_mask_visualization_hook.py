"""Show the mask of each predicted attribute, while a model trains and in the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.registry import HOOKS

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.visualization.heat_map_visualization_hook import (
    HeatMapVisualizationHook,
)
from mmprivacy.visualization.panels import draw_grid, draw_heat_maps, fit
from mmprivacy.visualization.verdicts import ScoreVerdict


@HOOKS.register_module()
class AttributeMaskVisualizationHook(HeatMapVisualizationHook):
    """Draw the maps of the attributes that are predicted, most probable first.

    At each validation the first photos go to the visualizer's back ends; in the test,
    with ``out_dir``, every photo is written as ``<out_dir>/<stem>.png``.

    Reads from the data samples ``attr_masks`` (C, h, w) in [0, 1], ``pred_score`` (C,)
    and, where it is there, ``pred_privacy_score`` and ``gt_privacy_score`` (U,).

    Args:
        draw: Whether to draw at all.
        num_images: Photos of the first validation batch that are drawn.
        out_dir: Folder for the panels of the test; None draws none.
        max_maps: Attributes that are drawn at most.
        tile: Height of each picture in pixels.
        max_score: Highest score of the data set: 1, or 5 with ``scale='raw'``.
    """

    def __init__(
        self,
        draw: bool = True,
        num_images: int = 4,
        out_dir: str | None = None,
        max_maps: int = 11,
        tile: int = 256,
        max_score: float = 1.0,
    ) -> None:
        super().__init__(
            field='attr_masks',
            draw=draw,
            num_images=num_images,
            out_dir=out_dir,
            tile=tile,
        )
        self.max_maps = max_maps
        self.max_score = max_score

    def draw_panel(
        self, sample: Any, photo: np.ndarray, title: str, classes: Sequence[str]
    ) -> np.ndarray:
        """Draw the maps of a sample over its photo.

        Args:
            sample: Data sample, see the class.
            photo: What the maps belong to, RGB uint8 (H, W, 3).
            title: Headline.
            classes: Class names in label order; a background in front is left out.

        Returns:
            The panel, RGB uint8 (H', W', 3).
        """
        maps = sample.attr_masks.data.detach().float().cpu().numpy()
        scores = sample.pred_score.detach().float().cpu().numpy()
        names = list(classes)[-len(maps) :] or [f'class {i}' for i in range(len(maps))]
        order = np.argsort(-scores)
        shown = [i for i in order if maps[i].any()][: self.max_maps]
        captions = [_caption(names[i], scores[i]) for i in shown]
        verdict = self._verdict(sample)
        if not shown:
            captions = ['Photo\nno attribute']
            return draw_grid([fit(photo, self.tile)], captions, 1, title, verdict)
        return draw_heat_maps(
            photo,
            maps[shown],
            titles=captions,
            title=title,
            verdict=verdict,
            normalize='image',
            tile=self.tile,
        )

    def _verdict(self, sample: Any) -> ScoreVerdict | None:
        """Read the privacy score of a sample, a mean over the profiles."""
        scores = [
            None if value is None else float(value.float().mean())
            for value in map(sample.get, ('pred_privacy_score', 'gt_privacy_score'))
        ]
        if scores[0] is None:
            return None
        return ScoreVerdict(*scores, max_score=self.max_score)


def _caption(name: str, score: float) -> str:
    """Describe an attribute, with its probability."""
    known = ATTRIBUTES.get(name)
    return f'{known.description if known else name}\n{100 * score:.0f} %'
