"""Plans of scenes for detectors: several objects each, every class about as often.

The first object is dealt, class after class; the others are drawn among what is found
in its setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.object_plans import settings_of
from mmprivacy.datasets.sample.plans import SINGLE, Item, Plan
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.score_plans import SIZE_OF, TABLE
from mmprivacy.datasets.sample.textures import Rng

#: Number of objects: least and most, and in a screen capture, which has few windows.
COUNT, SCREEN_COUNT = (2, 5), (1, 2)
#: Height over image height of what stands, width over image width of what lies.
SIZES = {
    'figure': (0.45, 0.9),
    'close': (0.45, 0.8),
    'thing': (0.38, 0.66),
    'paper': (0.36, 0.56),
}
#: Small things on the ground, which would be below the picture if larger.
SMALL = {'dog': (0.4, 0.6), 'bag': (0.34, 0.5), 'ball': (0.26, 0.38)}

KINDS_OF: dict[str, list[str]] = {}
for _kind in ELEMENTS.values():
    KINDS_OF.setdefault(_kind.category, []).append(_kind.name)
#: Classes in the order in which they are dealt.
CLASSES = tuple(sorted(KINDS_OF))


def draw_plan(rng: Rng, index: int) -> Plan:
    """Draw the plan of scene ``index``."""
    first = _choose(rng, KINDS_OF[CLASSES[index % len(CLASSES)]])
    setting = _choose(rng, settings_of(first))
    table = setting in TABLE and ELEMENTS[first].support in ('flat', 'surface')
    places = _places(setting, table)
    least, most = SCREEN_COUNT if setting == 'screen_capture' else COUNT
    kinds = [first]
    for _ in range(int(rng.integers(least, most + 1)) - 1):
        kind = _choose(rng, places[_choose(rng, tuple(places))])
        if kind not in SINGLE or kind not in kinds:
            kinds.append(kind)
    items = tuple(
        Item(kind, _size(kind, table), k == 0) for k, kind in enumerate(kinds)
    )
    return Plan(setting, table and setting != 'desk', items, centred=False)


def fits(scene: Scene, plan: Plan) -> bool:  # noqa: ARG001
    """Every scene is what it was planned to be, if its first object is visible."""
    return True


def _choose(rng: Rng, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _size(kind: str, table: bool) -> tuple[float, float]:
    group = SIZE_OF.get(kind, 'paper' if table else 'thing')
    return SIZES[group] if table else SMALL.get(kind, SIZES[group])


def _places(setting: str, table: bool) -> dict[str, list[str]]:
    """Classes that are found in a view of a setting, with their kinds."""
    found: dict[str, list[str]] = {}
    for kind in ELEMENTS.values():
        lies = kind.support in ('flat', 'surface')
        if setting in settings_of(kind.name) and (lies or not table):
            found.setdefault(kind.category, []).append(kind.name)
    return found
