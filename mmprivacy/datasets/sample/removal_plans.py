"""Plans of scenes from which something is to be removed: those for privacy scores.

Without the safe ones: each has an element that shows a privacy attribute.
"""

from __future__ import annotations

from mmprivacy.datasets.sample import score_plans
from mmprivacy.datasets.sample.plans import Plan
from mmprivacy.datasets.sample.textures import Rng

_UNSAFE = tuple(k for k in range(score_plans.NUM_CARDS) if score_plans.deal(k))


def draw_plan(rng: Rng, index: int) -> Plan:
    """Draw the plan of scene ``index``."""
    deck, card = divmod(index, len(_UNSAFE))
    return score_plans.draw_plan(rng, deck * score_plans.NUM_CARDS + _UNSAFE[card])
