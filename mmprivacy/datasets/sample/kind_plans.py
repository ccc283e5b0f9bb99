"""Plans of scenes to find things in: a few kinds, each about as often, one or two.

Half of the scenes that show something show two kinds, so that a label alone does not
say where. Some show nothing, in settings where it could have been. Other things, and
harmless ones, are found in the same settings. The pictures are small: who trains on
them sees them at about 100 pixels.

Two decks: for masks of attributes, kinds that show them; for segmentation, kinds that
VOC and COCO have a class for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mmprivacy.datasets.sample.plans import AROUND, SINGLE, Item, Plan, pick
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.textures import Rng

OPEN = ('street', 'park', 'beach', 'car_park')
ROOMS = ('bedroom', 'kitchen', 'shop')
TABLE = ('office', 'shop', 'kitchen', 'desk')
#: Share of scenes with a second kind.
SECOND_SHARE = 0.5
#: Number of harmless things: least, most.
CLUTTER = (0, 2)
#: Height and width of the pictures in pixels.
SHAPES = ((144, 192), (160, 160), (144, 176), (192, 144))

#: Height over image height of what stands, width over image width of what lies: alone
#: and beside something else.
SIZES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    **dict.fromkeys(('person', 'bather'), ((0.6, 0.95), (0.55, 0.85))),
    **dict.fromkeys(('car', 'landmark', 'bicycle'), ((0.4, 0.65), (0.34, 0.5))),
    **dict.fromkeys(('chair', 'plant', 'bottle'), ((0.4, 0.65), (0.32, 0.5))),
    'face_closeup': ((0.5, 0.85), (0.42, 0.65)),
    'wheelchair': ((0.38, 0.56), (0.34, 0.48)),
    'address_sign': ((0.3, 0.45), (0.26, 0.36)),
    'medicine': ((0.4, 0.6), (0.32, 0.46)),
    'dog': ((0.26, 0.4), (0.24, 0.36)),
}
PAPER_SIZES = ((0.6, 0.9), (0.46, 0.62))


@dataclass(frozen=True)
class KindDeck:
    """Scenes of some kinds.

    Attributes:
        kinds: What is shown -> (cards, settings). What is found in :data:`TABLE` lies
            or stands on a table.
        safe: Cards of scenes that show nothing.
        stride: Coprime to the number of cards: neighbours have different cards.
    """

    kinds: Mapping[str, tuple[int, tuple[str, ...]]]
    safe: int
    stride: int

    def deal(self, index: int) -> str | None:
        """What scene ``index`` shows; None for nothing."""
        total = self.safe + sum(cards for cards, _ in self.kinds.values())
        card = index * self.stride % total - self.safe
        for kind, (cards, _) in self.kinds.items():
            if 0 <= card < cards:
                return kind
            card -= cards
        return None

    def draw_plan(self, rng: Rng, index: int) -> Plan:
        """Draw the plan of scene ``index``."""
        first = self.deal(index)
        kind = first or pick(rng, {name: n for name, (n, _) in self.kinds.items()})
        settings = self.kinds[kind][1]
        setting = settings[int(rng.integers(len(settings)))]
        kinds = [] if first is None else [first]
        if kinds and rng.random() < SECOND_SHARE:
            kinds += self._second(rng, kind, setting)
        table = self._lies(kind) and setting != 'desk'
        sizes = [SIZES.get(k, PAPER_SIZES)[len(kinds) - 1] for k in kinds]
        items = [Item(k, size, True) for k, size in zip(kinds, sizes)]
        items += self._clutter(rng, 'table' if table else setting)
        shape = SHAPES[int(rng.integers(len(SHAPES)))]
        return Plan(setting, table, tuple(items), centred=False, size=shape)

    def _lies(self, kind: str) -> bool:
        """Whether a kind is found on tables."""
        return self.kinds[kind][1] == TABLE

    def _second(self, rng: Rng, kind: str, setting: str) -> list[str]:
        """Draw another kind that is found in the same place."""
        others = [
            name
            for name, (_, where) in self.kinds.items()
            if name != kind
            and setting in where
            and self._lies(name) == self._lies(kind)
        ]
        return [others[int(rng.integers(len(others)))]] if others else []

    def _clutter(self, rng: Rng, place: str) -> list[Item]:
        """Draw harmless things, of other kinds."""
        around = {k: w for k, w in AROUND[place].items() if k not in self.kinds}
        chosen: list[Item] = []
        for _ in range(int(rng.integers(CLUTTER[0], CLUTTER[1] + 1)) if around else 0):
            kind = pick(rng, around)
            if kind not in SINGLE or all(item.kind != kind for item in chosen):
                chosen.append(Item(kind, None, False))
        return chosen


ATTRIBUTES = KindDeck(
    {
        'person': (4, (*OPEN, *ROOMS)),
        'face_closeup': (4, (*OPEN, *ROOMS)),
        'bather': (3, ('beach', 'park')),  # the sea is no sign of one
        'wheelchair': (3, ('hospital_ward', 'street', 'park')),
        'car': (3, OPEN),
        'landmark': (3, ('street', 'park', 'beach')),
        'address_sign': (3, ('street',)),
        **dict.fromkeys(
            (
                'credit_card',
                'drivers_license',
                'passport',
                'mail',
                'receipt',
                'handwriting',
                'medicine',
            ),
            (3, TABLE),
        ),
    },
    safe=5,
    stride=17,
)
CLASSES = KindDeck(
    {
        'person': (4, (*OPEN, *ROOMS)),
        'car': (4, OPEN),
        'bicycle': (4, ('street', 'park', 'car_park')),
        'dog': (4, ('street', 'park', 'beach', 'bedroom')),
        'chair': (4, ('bedroom', 'hospital_ward', 'kitchen')),
        'plant': (4, ('bedroom', 'hospital_ward', 'street')),
        'bottle': (4, TABLE),
    },
    safe=3,
    stride=12,
)


def shows_what_was_planned(scene: Scene, plan: Plan) -> bool:
    """Whether what was planned, and nothing else, shows attributes."""
    planned = any(item.telling for item in plan.items)
    return planned == (scene.attributes != ('a0_safe',))


def fits(scene: Scene, plan: Plan) -> bool:  # noqa: ARG001
    """Every scene is what it was planned to be, if its things are visible."""
    return True
