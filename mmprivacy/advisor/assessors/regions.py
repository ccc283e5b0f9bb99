"""A privacy score without any trained model: from what was found in the photo."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.registry import TASK_UTILS

from mmprivacy.advisor.building import build_part
from mmprivacy.advisor.contracts import (
    Assessment,
    Finding,
    Localiser,
    Photo,
    Region,
    covered,
)
from mmprivacy.datasets.attributes import ATTRIBUTES, suggest_attribute
from mmprivacy.errors import ConfigError

ATTRIBUTE_OF = {
    'face': 'a9_face_complete',
    'person': 'a10_face_partial',
    'text': 'a19_name_full',
    'code': 'a38_ticket',
    'licence plate': 'a103_license_plate_complete',
    'car': 'a102_vehicle_ownership',
    'cell phone': 'a97_online_conversation',
    'laptop': 'a97_online_conversation',
    'tv': 'a97_online_conversation',
}
"""Kind of region to the attribute of VISPR that it is likely to show."""

_TEXTS = (
    (re.compile(r'\S@\S+\.\w'), 'a90_email'),
    (re.compile(r'\+?\d[\d ()/.-]{5,}\d'), 'a49_phone'),
)
"""What a text that was read looks like, and the attribute it shows then."""


@TASK_UTILS.register_module()
class RegionAssessor:
    """Score a photo by the attributes that its regions show.

    Each kind of region stands for one of the 68 attributes of VISPR. The score of the
    photo is the highest mean rating among them, as in the data set (Orekondy et al.
    2017; ``score_mode='max_of_mean'``): 0 where nothing was found, up to 4.4.

    It says nothing about what no localiser looks for.

    Args:
        attributes: Kind to attribute id, in addition to :data:`ATTRIBUTE_OF`. Kinds
            that are attribute ids themselves stand for themselves; others that are
            unknown count as ``fallback``.
        fallback: Attribute id of unknown kinds.
        min_score: Regions with a lower score do not count.
        localisers: Localisers, or configs of them, for :meth:`assess`. The advisor
            hands its own regions to :meth:`assess_regions` instead.

    Raises:
        ConfigError: If there is no such attribute.
    """

    def __init__(
        self,
        attributes: Mapping[str, str] | None = None,
        fallback: str = 'a102_vehicle_ownership',
        min_score: float = 0.5,
        localisers: Sequence[Any] = (),
    ) -> None:
        self.attributes = {**ATTRIBUTE_OF, **(attributes or {})}
        self.fallback = fallback
        for name in (*self.attributes.values(), fallback):
            if name not in ATTRIBUTES:
                raise ConfigError.explain(
                    'RegionAssessor.attributes',
                    expected='ids of VISPR attributes',
                    got=repr(name),
                    fix=suggest_attribute(name),
                )
        self.min_score = min_score
        where = 'RegionAssessor.localisers'
        self.localisers = [build_part(x, Localiser, where) for x in localisers]

    def assess(self, photo: Photo) -> Assessment:
        """Judge a photo by what the assessor's own localisers find in it."""
        found = [r for part in self.localisers for r in part.localise(photo)]
        return self.assess_regions(photo, found)

    def assess_regions(self, photo: Photo, regions: Sequence[Region]) -> Assessment:
        """Judge a photo by what was found in it.

        Args:
            photo: The photo.
            regions: What was found.

        Returns:
            Score 0 to 5, one finding for each attribute with the surest region that
            shows it, and a map of where the regions are.
        """
        counted = [r for r in regions if r.score >= self.min_score]
        best: dict[str, Region] = {}
        for region in counted:
            name = self.attribute_of(region)
            if name not in best or region.score > best[name].score:
                best[name] = region
        order = sorted(best, key=lambda name: -ATTRIBUTES[name].mean_305)
        findings = tuple(
            Finding(name, best[name].score, best[name].reason or best[name].kind)
            for name in order
        )
        score = ATTRIBUTES[order[0]].mean_305 if order else 0.0
        heat = _heat(photo, counted) if counted else None
        return Assessment(type(self).__name__, score, None, findings, heat)

    def attribute_of(self, region: Region) -> str:
        """Choose the attribute that a region shows."""
        if region.kind == 'text':
            for pattern, name in _TEXTS:
                if pattern.search(region.reason):
                    return name
        if region.kind in ATTRIBUTES:
            return region.kind
        return self.attributes.get(region.kind, self.fallback)


def _heat(photo: Photo, regions: Sequence[Region]) -> np.ndarray:
    """Draw the scores of the regions into a map, at most 64 cells on a side."""
    step = max(1, -(-max(photo.size) // 64))
    heat = np.zeros(tuple(-(-side // step) for side in photo.size), np.float32)
    for region in regions:
        ys, xs = np.nonzero(covered([region], photo.size))
        if len(ys):
            at = ys // step, xs // step
            heat[at] = np.maximum(heat[at], region.score)
    return heat
