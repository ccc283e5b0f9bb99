"""Plans of close views: one element a scene, to learn what elements look like.

They are for the drawn data what ImageNet is for photos: an encoder that has learned to
tell their classes apart can be used for other tasks.
"""

from __future__ import annotations

from collections.abc import Sequence

from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.plans import AROUND, Item, Plan
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.score_plans import DECIDING, TABLE
from mmprivacy.datasets.sample.settings import SETTINGS
from mmprivacy.datasets.sample.textures import Rng

#: Name of the class without an element, and its scenes per scene of another class.
SCENERY, SCENERY_CARDS = 'scenery', 3
#: Height over image height of what stands, width over image width of what lies.
SIZE, PAPER_SIZE = (0.35, 0.9), (0.35, 0.8)
#: Height of small things on the ground, which would be below the picture if larger.
SMALL = {'dog': (0.2, 0.34), 'bag': (0.16, 0.28), 'ball': (0.12, 0.2)}
#: Height and width of the pictures in pixels.
SIZE_PX = (128, 128)


def object_class(index: int) -> str:
    """Class of scene ``index``: the classes take turns."""
    turn = index % (len(ELEMENTS) + SCENERY_CARDS)
    return (*ELEMENTS, *[SCENERY] * SCENERY_CARDS)[turn]


def settings_of(kind: str) -> Sequence[str]:
    """Settings in which a kind of element is found."""
    if kind in DECIDING:
        return DECIDING[kind][1]
    found = [setting for setting in SETTINGS if kind in AROUND[setting]]
    return (*found, *(TABLE if kind in AROUND['table'] else ()))


def draw_plan(rng: Rng, index: int) -> Plan:
    """Draw the plan of scene ``index``."""
    kind = object_class(index)
    if kind == SCENERY:
        setting = tuple(SETTINGS)[int(rng.integers(len(SETTINGS)))]
        table = setting in TABLE and rng.random() < 0.7
        return Plan(
            setting, table and setting != 'desk', (), centred=False, size=SIZE_PX
        )
    settings = settings_of(kind)
    setting = settings[int(rng.integers(len(settings)))]
    table = setting in TABLE and ELEMENTS[kind].support in ('flat', 'surface')
    item = Item(kind, PAPER_SIZE if table else SMALL.get(kind, SIZE), True)
    return Plan(
        setting, table and setting != 'desk', (item,), centred=False, size=SIZE_PX
    )


def fits(scene: Scene, plan: Plan) -> bool:  # noqa: ARG001
    """Every scene is what it was planned to be, if its element is visible."""
    return True
