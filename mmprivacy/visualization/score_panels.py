"""Draw how a privacy score comes about: where each step looked, and what it added."""

from __future__ import annotations

import numpy as np

from mmprivacy.visualization.heat_maps import normalize_maps, overlay_heat_map
from mmprivacy.visualization.panels import draw_grid, fit
from mmprivacy.visualization.verdicts import ScoreVerdict


def draw_score(
    photo: np.ndarray,
    verdict: ScoreVerdict,
    contributions: np.ndarray | None = None,
    maps: np.ndarray | None = None,
    privacy_map: np.ndarray | None = None,
    title: str = '',
    normalize: str = 'map',
    tile: int = 256,
    columns: int = 6,
) -> np.ndarray:
    """Draw a photo, the map of all steps and the attention of each step.

    The layout of AMNet, with the sum of the steps between the photo and the steps.
    Nothing that is passed in is changed.

    Shapes: ``T`` steps, ``U`` user profiles.

    Args:
        photo: The photo, RGB uint8 (H, W, 3).
        verdict: Score and truth.
        contributions: What each step adds to the score (T, U) float; the captions show
            the mean over the profiles.
        maps: Attention of each step (T, h, w) float. None shows photo and score alone.
        privacy_map: Sum of the maps, weighted with the contributions (1, h, w) float.
        title: Headline, such as the file name.
        normalize: ``'map'``: each step has a scale of its own, as in AMNet;
            ``'image'``: one for all steps. The sum always has its own.
        tile: Height of a picture in pixels.
        columns: Pictures in a row at most.

    Returns:
        The panel, RGB uint8 (H', W', 3).
    """
    small = fit(photo, tile)
    heat, captions = [], []
    if privacy_map is not None:
        heat.extend(normalize_maps(privacy_map, 'map'))
        captions.append(f'All steps\n{verdict.score:.2f}')
    if maps is not None:
        heat.extend(normalize_maps(maps, normalize))
        captions.extend(_step_captions(len(maps), contributions))
    return draw_grid(
        [small, *(overlay_heat_map(small, values) for values in heat)],
        ['Photo', *captions],
        columns=columns,
        title=title,
        verdict=verdict,
        bar=('low', 'high') if heat else None,
    )


def _step_captions(steps: int, contributions: np.ndarray | None) -> list[str]:
    """Number the steps, each with what it adds."""
    names = [f'Step {i + 1}' for i in range(steps)]
    if contributions is None:
        return names
    added = np.reshape(contributions, (steps, -1)).mean(1).round(2) + 0.0
    texts = (f'{value:+.2f}'.replace('-', '\u2212') for value in added)
    return [f'{name}\n{text}' for name, text in zip(names, texts)]
