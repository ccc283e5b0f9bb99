"""What is known about the private parts of one photo, and the photo without them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.visualization.mask_panels import draw_obfuscation
from mmprivacy.visualization.verdicts import ScoreVerdict


@dataclass(frozen=True, eq=False)
class ObfuscationResult:
    """Masks, score, attributes, and the protected photo.

    Convention:
        ``photo`` and ``image`` are BGR uint8 (H, W, 3); masks are bool (H, W), 1 =
        private.

    Attributes:
        image: The photo with the masks obfuscated.
        masks: Attribute id to its mask, those that were asked for and found.
        probabilities: Attribute id to its probability, of all attributes.
        score: Predicted privacy score, the mean over the profiles; None if the model
            knows none.
        missing: Attributes that were asked for and not found.
        changed: Share of the pixels that were obfuscated.
        img_path: The file; None for an array.
        photo: The photo as it was.
        max_score: Highest score there is.
    """

    image: np.ndarray = field(repr=False)
    masks: dict[str, np.ndarray] = field(repr=False)
    probabilities: dict[str, float] = field(repr=False)
    score: float | None
    missing: list[str]
    changed: float
    img_path: str | None = None
    photo: np.ndarray | None = field(default=None, repr=False)
    max_score: float = 1.0

    @property
    def mask(self) -> np.ndarray:
        """Union of the masks, bool (H, W)."""
        union = np.zeros(self.image.shape[:2], bool)
        for mask in self.masks.values():
            union |= mask
        return union

    def record(self) -> dict:
        """Summarise the result in plain values, for a report."""
        return dict(
            photo=self.img_path,
            score=self.score,
            obfuscated={k: float(m.mean()) for k, m in self.masks.items()},
            missing=self.missing,
            changed=self.changed,
            probabilities=self.probabilities,
        )

    def draw(self, tile: int = 256) -> np.ndarray:
        """Draw photo, masks and protected photo, as the paper's Figure 1.

        Args:
            tile: Height of each picture in pixels.

        Returns:
            The panel, RGB uint8 (H', W', 3).
        """
        names = [
            f'{ATTRIBUTES[k].description}\n{100 * self.probabilities[k]:.0f} %'
            for k in self.masks
        ]
        verdict = None
        if self.score is not None:
            verdict = ScoreVerdict(self.score, max_score=self.max_score)
        photo = self.image if self.photo is None else self.photo
        return draw_obfuscation(
            photo[..., ::-1],
            list(self.masks.values()),
            names,
            self.image[..., ::-1],
            verdict=verdict,
            tile=tile,
        )
