"""What a model said about a photo, as the headline of a panel shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mmprivacy.visualization.typography import CLASS_COLORS, INK, blend

_SCALE = (CLASS_COLORS['public'], '#9a6700', CLASS_COLORS['private'])
"""Colours of a low, a middle and a high score; white text can be read on each."""


class Headline(Protocol):
    """What the headline of a panel asks of a verdict."""

    @property
    def said(self) -> str:
        """What the model said."""

    @property
    def remark(self) -> str:
        """How it compares with the truth; empty if that is not known."""

    @property
    def color(self) -> str:
        """Colour behind it, dark enough for white text."""

    @property
    def wrong(self) -> bool:
        """Whether the remark is to stand out."""


@dataclass(frozen=True)
class Verdict:
    """What a classifier said about a photo.

    Attributes:
        prediction: Name of the predicted class.
        score: Its probability, in [0, 1].
        truth: Name of the true class, if it is known.
    """

    prediction: str
    score: float
    truth: str | None = None

    @property
    def said(self) -> str:
        """The class with its probability in percent."""
        return f'{self.prediction}  {100 * self.score:.1f} %'

    @property
    def remark(self) -> str:
        """The true class, ticked or crossed."""
        mark = '\u2717' if self.wrong else '\u2713'
        return '' if self.truth is None else f'{mark}  labelled {self.truth}'

    @property
    def color(self) -> str:
        """The colour of the class."""
        return CLASS_COLORS.get(self.prediction, INK)

    @property
    def wrong(self) -> bool:
        """Whether the true class is another one."""
        return self.truth is not None and self.truth != self.prediction


@dataclass(frozen=True)
class ScoreVerdict:
    """What a model said about how private a photo is.

    Attributes:
        score: Predicted score.
        truth: True score, if it is known.
        max_score: Highest score there is.
    """

    score: float
    truth: float | None = None
    max_score: float = 5.0

    @property
    def said(self) -> str:
        """The score and the highest one."""
        return f'score {self.score:.2f} of {self.max_score:g}'

    @property
    def remark(self) -> str:
        """The true score."""
        return '' if self.truth is None else f'truth {self.truth:.2f}'

    @property
    def color(self) -> str:
        """Green for a score of 0, amber in the middle, red for the highest."""
        return blend(_SCALE, self.score / self.max_score)

    @property
    def wrong(self) -> bool:
        """False: a score is near the truth or not, never simply wrong."""
        return False
