"""What a figure wears, how it stands, and where its joints are.

The frame is one stature high: crown at 0, soles at 1, x 0 at the middle of the body.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..paint import Color

Point = tuple[float, float]


@dataclass(frozen=True)
class Outfit:
    """What somebody wears.

    Args:
        top: 'tee', 'shirt', 'jacket', 'coat', 'tank' or '' (bare).
        bottom: 'trousers', 'shorts', 'skirt', 'dress', 'trunks' or 'none'.
        color: Of the top.
        low: Of the bottom.
        shoes: Their colour, or None for bare feet.
        pattern: Of the top, see :class:`Paint`.
        second: Colour of the pattern.
    """

    top: str = 'tee'
    bottom: str = 'trousers'
    color: Color = (90, 90, 100)
    low: Color = (52, 68, 104)
    shoes: Color | None = (40, 36, 34)
    pattern: str = ''
    second: Color = (240, 240, 240)


@dataclass(frozen=True)
class Pose:
    """Joint angles in radians, 0 hanging down, positive away from the body.

    Args:
        arms: (upper, lower) of the left and the right arm as seen.
        legs: (upper, lower) of the left and the right leg as seen.
        yaw: Turn of the head and trunk, -1 to 1.
        back: Seen from behind.
        lean: Sideways shift of the shoulders, in statures.
        seated: Legs foreshortened towards the camera.
    """

    arms: tuple[Point, Point] = ((0.15, 0.1), (0.15, 0.1))
    legs: tuple[Point, Point] = ((0.05, 0.0), (0.05, 0.0))
    yaw: float = 0.0
    back: bool = False
    lean: float = 0.0
    seated: bool = False


@dataclass
class Figure:
    """The joints of one figure, for whoever adds things to it (x, y in statures)."""

    head: float
    shoulders: list[Point] = field(default_factory=list)
    elbows: list[Point] = field(default_factory=list)
    hands: list[Point] = field(default_factory=list)
    knees: list[Point] = field(default_factory=list)
    feet: list[Point] = field(default_factory=list)
    hips: list[Point] = field(default_factory=list)
    neck: Point = (0.0, 0.17)
