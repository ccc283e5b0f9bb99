"""What is known about the privacy score of one photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmprivacy.datasets.loading import load_photo
from mmprivacy.visualization.score_panels import draw_score
from mmprivacy.visualization.verdicts import ScoreVerdict


@dataclass(frozen=True, eq=False)
class ScoreResult:
    """How private a photo is, and why.

    Shapes: ``T`` steps, ``U`` user profiles (1 if the model knows one score).

    Attributes:
        score: Predicted score, the mean over the profiles.
        contributions: What each step adds, float32 (T, U); sums to ``profile_scores``.
        maps: Attention of each step, float32 (T, h, w), each summing to 1.
        privacy_map: Sum of the maps weighted with the contributions, float32 (1, h, w).
        attributes: Scores of the attributes, float32 (68,), for models that know them.
        img_path: The file; None for an array.
        profile_scores: Score of each profile, float32 (U,).
        max_score: Highest score there is.
        photo: What the maps belong to, RGB uint8 (H, W, 3); None where it is the file.

    All but ``score`` and ``profile_scores`` are None where the model has none.
    """

    score: float
    contributions: np.ndarray | None = None
    maps: np.ndarray | None = None
    privacy_map: np.ndarray | None = None
    attributes: np.ndarray | None = None
    img_path: str | None = None
    profile_scores: np.ndarray | None = None
    max_score: float = 5.0
    photo: np.ndarray | None = field(default=None, repr=False)

    def draw(self, normalize: str = 'map', tile: int = 256) -> np.ndarray:
        """Draw photo, score, and where each step looked.

        Args:
            normalize: ``'map'`` or ``'image'``, see
                :func:`~mmprivacy.visualization.score_panels.draw_score`.
            tile: Height of each picture in pixels.

        Returns:
            The panel, RGB uint8 (H', W', 3).

        Raises:
            DataError: If the file is gone.
        """
        photo = self.photo
        return draw_score(
            load_photo(self.img_path)[..., ::-1] if photo is None else photo,
            ScoreVerdict(self.score, max_score=self.max_score),
            contributions=self.contributions,
            maps=self.maps,
            privacy_map=self.privacy_map,
            title=Path(self.img_path).name if self.img_path else '',
            normalize=normalize,
            tile=tile,
        )
