"""What counts as private, how it is protected, and what may stay.

Convention:
    Boxes are xyxy in pixels of the upright photo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatch
from typing import Any

import cv2
import numpy as np

from mmprivacy.advisor.contracts import Box, Region, pixel_box
from mmprivacy.errors import ConfigError, nearest

KEEP = 'keep'
"""The method of regions that stay as they are, on purpose."""


@dataclass(frozen=True)
class Rule:
    """What to do with one kind of region.

    Attributes:
        threshold: Score from which a region is private, 0 to 1.
        margin: How much of its width and height is added on each side.
        method: Name of a protector, or ``'keep'``.
        verifiers: Names of the verifiers that have to find nothing of this kind; None
            for all that know it.
    """

    threshold: float = 0.5
    margin: float = 0.1
    method: str = 'fill'
    verifiers: tuple[str, ...] | None = None


class Policy:
    """Rules by kind, and regions that may stay.

    Args:
        default: The rule of all kinds without one of their own, as a dict of the
            attributes of :class:`Rule`.
        rules: Kind to the attributes that differ from the default.
        keep: Regions that may stay, a list of ``dict(photo=, box=, kind=)``: a pattern
            for the photo's path below the input folder (``'team/*.jpg'``, by default
            every photo), and a box, a kind, or both.

    Raises:
        ConfigError: If a key is unknown or a value out of range.
    """

    def __init__(
        self,
        default: Mapping[str, Any] | None = None,
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        keep: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.default = _rule(Rule(), default or {}, 'policy.default')
        self.rules = {
            kind: _rule(self.default, given, f'policy.rules.{kind}')
            for kind, given in (rules or {}).items()
        }
        self.keep = [_kept(n, entry) for n, entry in enumerate(keep)]

    def rule_for(self, kind: str) -> Rule:
        """Give the rule of a kind."""
        return self.rules.get(kind, self.default)

    def check(self, protectors: Sequence[str], verifiers: Sequence[str]) -> None:
        """Check that the rules name parts that there are.

        Args:
            protectors: Names of the methods.
            verifiers: Names of the verifiers.

        Raises:
            ConfigError: If one is unknown.
        """
        named = {'default': self.default, **self.rules}
        for kind, rule in named.items():
            _check_name(f'policy: method of {kind!r}', rule.method, [*protectors, KEEP])
            for name in rule.verifiers or ():
                _check_name(f'policy: verifier of {kind!r}', name, verifiers)

    def method_of(self, region: Region, photo: str) -> str:
        """Choose the method for a region.

        Args:
            region: The region.
            photo: Path of its photo below the input folder.

        Returns:
            Name of a protector, or ``'keep'``.
        """
        for pattern, box, kind in self.keep:
            same_kind = kind is None or kind == region.kind
            same_place = box is None or is_same_place(region.box, box)
            if same_kind and same_place and fnmatch(photo, pattern):
                return KEEP
        return self.rule_for(region.kind).method


def grow(region: Region, margin: float, size: tuple[int, int]) -> Region:
    """Add a margin around a region.

    Args:
        region: The region.
        margin: Part of the box's width and height that is added on each side; a mask
            grows by this part of the shorter one.
        size: ``(H, W)`` of the photo.

    Returns:
        The grown region, cut at the edges of the photo.
    """
    x0, y0, x1, y1 = region.box
    dx, dy = margin * (x1 - x0), margin * (y1 - y0)
    box = pixel_box((x0 - dx, y0 - dy, x1 + dx, y1 + dy), size)
    mask = region.mask
    radius = int(np.ceil(min(dx, dy)))
    if mask is not None and radius > 0:
        side = (2 * radius + 1, 2 * radius + 1)
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, side)
        mask = cv2.dilate(mask.astype(np.uint8), disc).astype(bool)
    return replace(region, box=tuple(map(float, box)), mask=mask)


def is_same_place(box: Box, kept: Box) -> bool:
    """Tell whether a box is about what is in a kept box.

    Args:
        box: The box of something that was found.
        kept: The box of something that may stay.

    Returns:
        Whether at least half of the box lies inside, or the intersection is at least
        three tenths of the union.
    """
    x0, y0, x1, y1 = box
    u0, v0, u1, v1 = kept
    width = max(min(x1, u1) - max(x0, u0), 0)
    height = max(min(y1, v1) - max(y0, v0), 0)
    inside, area = width * height, (x1 - x0) * (y1 - y0)
    union = area + (u1 - u0) * (v1 - v0) - inside
    return area > 0 and (inside >= 0.5 * area or inside >= 0.3 * union)


def _rule(base: Rule, given: Mapping[str, Any], where: str) -> Rule:
    known = [f.name for f in fields(Rule)]
    for key in given:
        _check_name(where, key, known)
    values = dict(given)
    if values.get('verifiers') is not None:
        values['verifiers'] = tuple(values['verifiers'])
    rule = replace(base, **values)
    for key, high in (('threshold', 1), ('margin', 10)):
        value = getattr(rule, key)
        if not isinstance(value, (int, float)) or not 0 <= value <= high:
            raise ConfigError.explain(
                f'{where}.{key}',
                expected=f'a number from 0 to {high}',
                got=value,
                fix='correct it',
            )
    return rule


def _kept(n: int, entry: Mapping[str, Any]) -> tuple[str, Box | None, str | None]:
    where = f'policy.keep.{n}'
    for key in entry:
        _check_name(where, key, ['photo', 'box', 'kind'])
    box, kind = entry.get('box'), entry.get('kind')
    if box is None and kind is None:
        raise ConfigError.explain(
            where, expected='a box or a kind', got='neither', fix='add one'
        )
    if box is not None and len(box) != 4:
        raise ConfigError.explain(
            f'{where}.box', expected='x0, y0, x1, y1', got=box, fix='correct it'
        )
    return entry.get('photo', '*'), None if box is None else tuple(box), kind


def _check_name(where: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise ConfigError.explain(
            where, expected='a known name', got=repr(name), fix=nearest(name, known)
        )
