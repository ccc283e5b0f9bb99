"""A scene: a backdrop, elements in front of each other, a camera; and its truth.

Convention:
    Pictures are RGB. Masks are bool ``(h, w)``, True = the element. Boxes are xyxy in
    pixels, the right and lower edges excluded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mmprivacy.datasets.sample import labels
from mmprivacy.datasets.sample.camera import Camera
from mmprivacy.errors import DataError

#: Least share of its whole area, and of the image, that makes an element visible.
VISIBLE_SHARE, VISIBLE_AREA = 0.3, 0.001
#: The same for the part of an element that shows an attribute.
PART_SHARE, PART_AREA = 0.4, 0.00012


@dataclass(frozen=True)
class Patch:
    """Pixels at a place of the image; they may reach beyond its edges.

    Attributes:
        x: Column of the left edge.
        y: Row of the upper edge.
        rgb: Premultiplied colours, float32 ``(ph, pw, 3)`` in [0, 255].
        alpha: float32 ``(ph, pw)`` in [0, 1].
        shadow: Share of the light that is lost, float32 ``(ph, pw)`` in [0, 1].
    """

    x: int
    y: int
    rgb: np.ndarray
    alpha: np.ndarray
    shadow: np.ndarray

    def window(self, h: int, w: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Slices of the image and of the patch where the two meet."""
        ph, pw = self.alpha.shape
        y0, y1 = max(self.y, 0), min(self.y + ph, h)
        x0, x1 = max(self.x, 0), min(self.x + pw, w)
        y1, x1 = max(y1, y0), max(x1, x0)
        inside = (slice(y0 - self.y, y1 - self.y), slice(x0 - self.x, x1 - self.x))
        return (slice(y0, y1), slice(x0, x1)), inside


@dataclass(frozen=True)
class Element:
    """One placed element, before occlusion.

    Attributes:
        id: Number within the scene, in the order of the plan.
        kind: Name of the element kind, such as ``'credit_card'``.
        category: Detection class.
        patch: Its pixels.
        parts: Attribute id to bool mask ``(ph, pw)`` of the patch.
        texts: Text content and box, ``(content, (x0, y0, x1, y1))``.
    """

    id: int
    kind: str
    category: str
    patch: Patch
    parts: dict[str, np.ndarray] = field(default_factory=dict)
    texts: tuple[tuple[str, tuple[float, float, float, float]], ...] = ()


@dataclass(frozen=True)
class Truth:
    """What is known about one element of a scene.

    Attributes:
        id: Number of the element.
        kind: Name of the element kind.
        category: Detection class.
        box: Tight box of the visible mask, or None if nothing is visible.
        mask: Visible pixels, bool ``(h, w)``.
        amodal: Pixels inside the image as if nothing stood in front, bool ``(h, w)``.
        visible: Whether enough is visible for the element to count.
        attributes: Ids of the attributes that show.
        parts: Attribute id to the visible pixels that show it, bool ``(h, w)``, for
            each of ``attributes``.
        texts: Text content and box of the visible texts.
    """

    id: int
    kind: str
    category: str
    box: tuple[int, int, int, int] | None
    mask: np.ndarray
    amodal: np.ndarray
    visible: bool
    attributes: tuple[str, ...]
    parts: dict[str, np.ndarray]
    texts: tuple[tuple[str, tuple[float, float, float, float]], ...]


@dataclass
class Scene:
    """A scene that can be rendered with and without its elements.

    Attributes:
        setting: Name of the setting.
        split: Split it was drawn for.
        index: Number within the split.
        backdrop: Setting without elements, RGB float32 ``(h, w, 3)`` in [0, 255].
        placed: Elements from the farthest to the nearest.
        camera: The camera.
    """

    setting: str
    split: str
    index: int
    backdrop: np.ndarray
    placed: tuple[Element, ...]
    camera: Camera

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.backdrop.shape[0], self.backdrop.shape[1]

    def render(self, without: Collection[int] = ()) -> np.ndarray:
        """Render the scene.

        Args:
            without: Ids of elements to leave out. Outside their masks and shadows the
                picture stays the same, bit by bit.

        Returns:
            RGB uint8 ``(h, w, 3)``.

        Raises:
            DataError: An id is not in the scene.
        """
        ids = {element.id for element in self.placed}
        unknown = sorted(set(without) - ids)
        if unknown:
            raise DataError.explain(
                'Scene.render(without)',
                expected=f'ids among {sorted(ids)}',
                got=unknown,
                fix='take the ids of scene.elements',
            )
        image = self.backdrop.copy()
        h, w = self.size
        for element in self.placed:
            if element.id in without:
                continue
            at, inside = element.patch.window(h, w)
            part = image[at]
            part *= (1 - element.patch.shadow[inside])[..., None]
            part *= (1 - element.patch.alpha[inside])[..., None]
            part += element.patch.rgb[inside]
        return self.camera.develop(image)

    def influence(self, element_id: int) -> np.ndarray:
        """Pixels that an element can change: itself and its shadow, bool ``(h, w)``."""
        changed = np.zeros(self.size, bool)
        for element in self.placed:
            if element.id == element_id:
                at, inside = element.patch.window(*self.size)
                patch = element.patch
                changed[at] = (patch.alpha[inside] > 0) | (patch.shadow[inside] > 0)
        return changed

    @cached_property
    def elements(self) -> tuple[Truth, ...]:
        """What is known about each element, in the order of their ids."""
        h, w = self.size
        owner = np.full((h, w), -1, np.int16)
        for element in self.placed:
            at, inside = element.patch.window(h, w)
            owner[at][element.patch.alpha[inside] > 0.5] = element.id
        truths = [self._truth(element, owner) for element in self.placed]
        return tuple(sorted(truths, key=lambda truth: truth.id))

    def _truth(self, element: Element, owner: np.ndarray) -> Truth:
        """Measure what is visible of one element."""
        h, w = self.size
        at, inside = element.patch.window(h, w)
        solid = element.patch.alpha > 0.5
        mask = owner == element.id
        amodal = np.zeros((h, w), bool)
        amodal[at] = solid[inside]
        area, whole = int(mask.sum()), max(int(solid.sum()), 1)
        visible = area >= max(VISIBLE_SHARE * whole, VISIBLE_AREA * h * w)
        parts = _visible_parts(element, mask) if visible else {}
        texts = tuple(t for t in element.texts if _mostly(mask, t[1]))
        return Truth(
            id=element.id,
            kind=element.kind,
            category=element.category,
            box=tight_box(mask),
            mask=mask,
            amodal=amodal,
            visible=visible,
            attributes=tuple(parts),
            parts=parts,
            texts=texts if visible else (),
        )

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Names of the kinds of the visible elements."""
        return frozenset(truth.kind for truth in self.elements if truth.visible)

    @cached_property
    def pairs(self) -> tuple[labels.Pair, ...]:
        """The pairs of the table that make the scene private."""
        return labels.find_pairs(self.setting, self.kinds)

    @property
    def private(self) -> bool:
        """Whether the picture is private."""
        return bool(self.pairs)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Union over the elements; ``('a0_safe',)`` if no attribute shows."""
        found = {name for truth in self.elements for name in truth.attributes}
        return tuple(sorted(found, key=attribute_number)) or ('a0_safe',)

    @property
    def score(self) -> float:
        """Privacy score, 0 to 5 (:func:`labels.privacy_score`)."""
        return labels.privacy_score(self.attributes)


def _visible_parts(element: Element, mask: np.ndarray) -> dict[str, np.ndarray]:
    """Cut the parts of an element to what is visible, and drop those hardly seen."""
    h, w = mask.shape
    at, inside = element.patch.window(h, w)
    solid, local = element.patch.alpha > 0.5, mask[at]
    shown = {}
    for name in sorted(element.parts, key=attribute_number):
        part = element.parts[name]
        seen = part[inside] & local
        total = int((part & solid).sum())
        if seen.sum() >= max(PART_SHARE * total, PART_AREA * h * w, 1):
            shown[name] = np.zeros((h, w), bool)
            shown[name][at] = seen
    return shown


def attribute_number(name: str) -> int:
    """Return the number in an attribute id: 9 for ``'a9_face_complete'``."""
    return int(name[1:].split('_', 1)[0])


def tight_box(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return the tight xyxy box of a mask, None if the mask is empty."""
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    return int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1


def _mostly(mask: np.ndarray, box: tuple[float, float, float, float]) -> bool:
    """Whether at least 70 % of a box is inside a mask."""
    h, w = mask.shape
    x0, y0, x1, y1 = (round(v) for v in box)
    whole = max((x1 - x0) * (y1 - y0), 1)
    part = mask[max(y0, 0) : min(y1, h), max(x0, 0) : min(x1, w)]
    return bool(part.sum() >= 0.7 * whole)
