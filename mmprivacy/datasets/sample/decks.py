"""The kinds of scenes: where their plans come from, and when a drawn scene fits one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmprivacy.datasets.sample import (
    detection_plans,
    kind_plans,
    object_plans,
    plans,
    removal_plans,
    score_plans,
)
from mmprivacy.datasets.sample.plans import Plan
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.textures import Rng


@dataclass(frozen=True)
class Deck:
    """A kind of scenes.

    Attributes:
        version: Raised whenever the same seed gives other pictures than before.
        draw_plan: ``(rng, index) -> plan`` of scene ``index``.
        fits: ``(scene, plan)``: whether the scene is what was planned. That the telling
            elements are well visible is asked for anyway.
    """

    version: int
    draw_plan: Callable[[Rng, int], Plan]
    fits: Callable[[Scene, Plan], bool]


def _draw_pairs(rng: Rng, index: int) -> Plan:
    return plans.draw_plan(rng, plans.dealt(index))


def _fits_pairs(scene: Scene, plan: Plan) -> bool:
    element = plans.dealt(scene.index)
    if element is not None and element not in scene.kinds:
        return False
    if scene.private and scene.attributes == ('a0_safe',):
        return False
    return scene.private == plan.private


#: ``pairs``: what stands together makes a scene private; ``scores``: one element
#: decides about its score; ``objects``: close views of one element; ``crowds``: several
#: objects, for detectors; ``removals``: scenes of ``scores`` that have something to
#: remove; ``attributes`` and ``classes``: small pictures of a few kinds, to find
#: them in.
DECKS = {
    'pairs': Deck(9, _draw_pairs, _fits_pairs),
    'scores': Deck(11, score_plans.draw_plan, score_plans.fits),
    'objects': Deck(1, object_plans.draw_plan, object_plans.fits),
    'crowds': Deck(2, detection_plans.draw_plan, detection_plans.fits),
    'attributes': Deck(
        3, kind_plans.ATTRIBUTES.draw_plan, kind_plans.shows_what_was_planned
    ),
    'classes': Deck(1, kind_plans.CLASSES.draw_plan, kind_plans.fits),
    'removals': Deck(1, removal_plans.draw_plan, score_plans.fits),
}
