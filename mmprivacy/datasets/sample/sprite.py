"""What a drawn element hands to the scene: pixels, attribute parts, text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .identity import Identity


@dataclass(frozen=True)
class Text:
    """A piece of text that carries information, and where it stands.

    Printed labels of a layout ('Total', 'Surname') are drawn but not listed: they are
    the same on every card of the kind and tell nothing about anybody.

    Convention:
        ``box`` is xyxy in sprite pixels.
    """

    content: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Sprite:
    """One drawn element, cut out.

    Convention:
        ``rgba`` is (h, w, 4) uint8, RGB order, straight alpha, tight: the first and
        last row and column hold alpha > 0. ``parts`` maps a VISPR attribute id to a
        (h, w) bool mask, True = shows the attribute, a subset of alpha > 0.
    """

    rgba: np.ndarray
    parts: dict[str, np.ndarray] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True)
class ElementKind:
    """A kind of element and how to draw one.

    Args:
        name: Unique name, such as 'credit_card'.
        category: Detection class; several kinds may share one ('person').
        support: Where it belongs: 'ground' (stands on the floor), 'surface' (stands on
            a table), 'flat' (card or paper, facing the camera or lying), 'wall' (hangs
            or is mounted), 'screen' (fills a screen capture).
        height: Real height in metres, (min, max).
        draw: ``draw(rng, height, identity)`` with the height in pixels, at least 24.
            Pure: uses only the given generator and identity.
    """

    name: str
    category: str
    support: str
    height: tuple[float, float]
    draw: Callable[[np.random.Generator, int, Identity], Sprite]
