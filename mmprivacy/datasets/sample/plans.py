"""What to put into a scene: all knobs of the sample data, in one place.

A plan names the setting, the view and the elements, and says whether the scene is to
be private. The numbers here decide how hard the data are and keep them balanced: no
single element or setting tells private from public, and the colours do not either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmprivacy.datasets.sample import labels
from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.textures import Rng

#: Setting: (share of all scenes, share of private scenes among them).
SETTING_SHARES: dict[str, tuple[float, float]] = {
    'bedroom': (0.335, 0.475),
    'hospital_ward': (0.315, 0.465),
    'street': (0.06, 0.18),
    'car_park': (0.04, 0.2),
    'beach': (0.04, 0.1),
    'park': (0.047, 0.12),
    'concert': (0.036, 0.1),
    'office': (0.03, 0.12),
    'shop': (0.028, 0.12),
    'kitchen': (0.03, 0.14),
    'desk': (0.022, 0.22),
    'screen_capture': (0.017, 0.25),
}

#: Share of scenes whose telling elements are small and stand in clutter.
HARD_SHARE = 0.03
#: Sizes: standing things by height over image height, flat ones by width over image
#: width; (least, most) of ordinary and of hard scenes.
SIZES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    'someone': ((0.95, 1.2), (0.3, 0.45)),
    'face_closeup': ((0.62, 0.85), (0.4, 0.55)),
    'person_half': ((0.78, 1.0), (0.45, 0.6)),
    'low': ((0.75, 1.0), (0.28, 0.4)),
    'arm': ((0.75, 1.0), (0.35, 0.5)),
    'car': ((0.42, 0.6), (0.2, 0.3)),
    'sign': ((0.45, 0.65), (0.25, 0.35)),
    'sight': ((0.45, 0.65), (0.25, 0.35)),
    'paper': ((0.42, 0.56), (0.2, 0.28)),
    'standing': ((0.35, 0.5), (0.2, 0.3)),
}
#: Number of harmless things beside the telling ones: least, most, and in hard scenes.
CLUTTER = {'wide': (0, 2, 5), 'table': (0, 2, 3), 'screen': (0, 0, 0)}

GROUP_SIZE = {
    **dict.fromkeys(('injured_arm', 'tattooed_arm'), 'arm'),
    **dict.fromkeys(('protest_sign', 'address_sign'), 'sign'),
    **dict.fromkeys(
        (
            'person',
            'bather',
            'sports_person',
            'uniformed_person',
        ),
        'someone',
    ),
    **dict.fromkeys(
        ('medicine', 'cup', 'bottle', 'laptop', 'plant', 'bag'), 'standing'
    ),
    **dict.fromkeys(('child', 'wheelchair'), 'low'),
    'face_closeup': 'face_closeup',
    'person_half': 'person_half',
    'car': 'car',
    'landmark': 'sight',
}

SOMEONE = {'person': 0.32, 'person_half': 0.34, 'child': 0.09, 'face_closeup': 0.25}
IDENTITY = {
    'id_card': 1.0,
    'passport': 0.8,
    'drivers_license': 0.9,
    'student_card': 0.8,
}
INK = {'handwriting': 1.0, 'signature': 0.6, 'phone_note': 0.6}
CARD = {'credit_card': 1.0}
TALK = {'chat_screen': 1.0, 'email_page': 0.7}
FACE = {'face_closeup': 1.0}
CAR = {'car': 1.0}
SIGN = {'protest_sign': 1.0}
SLIP = {'receipt': 1.0, 'ticket': 1.0, 'mail': 0.8, 'date_stamp': 1.0, 'name_tag': 0.7}
#: People who are there for others to see.
PLAYER = {'sports_person': 1.5, 'uniformed_person': 1.0, 'wheelchair': 0.7}
ARM = {'tattooed_arm': 1.0, 'injured_arm': 1.0}
SIGHT = {'landmark': 1.0, 'address_sign': 0.7}

Group = dict[str, float]
#: One way to fill a scene: weight, near table?, groups of which one element each.
Recipe = tuple[float, bool, tuple[Group, ...]]

_PAPERS: tuple[Recipe, ...] = (
    (1.0, True, (IDENTITY, INK)),
    (0.4, True, (CARD, INK)),
    (0.18, True, (CARD, {'receipt': 1.0})),
    (0.1, True, (IDENTITY, INK, SLIP)),
)
_MEDICAL: tuple[Recipe, ...] = (
    (0.5, True, ({'mail': 1.0}, {'medicine': 1.0})),
    (0.3, True, (IDENTITY, {'medicine': 1.0})),
)
_TRIP: tuple[Recipe, ...] = (
    (1.0, False, (SOMEONE, CAR)),
    (0.12, False, (SOMEONE, CAR, {'landmark': 1.0, 'sports_person': 1.0})),
    (0.08, False, (FACE, CAR, PLAYER)),
)
#: Setting -> recipes that make a private scene.
PRIVATE: dict[str, tuple[Recipe, ...]] = {
    'bedroom': ((1.0, False, (SOMEONE,)), (0.09, False, ({'tattooed_arm': 1.0},))),
    'hospital_ward': (
        (1.0, False, (SOMEONE,)),
        (0.14, False, ({'injured_arm': 1.0, 'wheelchair': 1.0},)),
        (0.07, False, (FACE, {'uniformed_person': 1.0})),
    ),
    'street': (
        *_TRIP,
        (0.3, False, (SOMEONE, SIGN)),
        (0.45, False, (SOMEONE, {'address_sign': 1.0})),
    ),
    'car_park': _TRIP,
    'beach': ((0.5, False, ({'child': 1.0},)), (0.5, False, (SOMEONE, CAR))),
    'park': (*_TRIP, (0.6, False, (SOMEONE, SIGN))),
    'concert': ((0.6, False, (SOMEONE, SIGN)), (0.4, False, (FACE, {'name_tag': 1.0}))),
    'office': (*_PAPERS, (0.5, False, (SOMEONE, {'name_tag': 1.0}))),
    'shop': _PAPERS,
    'kitchen': (*_PAPERS, *_MEDICAL),
    'desk': (*_PAPERS, *_MEDICAL, (1.0, True, ({'ticket': 1.0}, {'date_stamp': 1.0}))),
    'screen_capture': ((1.0, False, (FACE, TALK)), (0.6, False, (IDENTITY, TALK))),
}

_ONE_PAPER: tuple[Recipe, ...] = (
    (1.0, True, ()),
    (0.35, True, (IDENTITY,)),
    (0.7, True, (INK,)),
    (0.18, True, (CARD,)),
    (1.3, True, (SLIP,)),
    (0.1, True, ({'medicine': 1.0},)),
    (0.1, True, (IDENTITY, CARD)),
    (0.2, True, (INK, SLIP)),
)
_ROOM: tuple[Recipe, ...] = (
    (0.9, False, ()),
    (6.0, False, (SOMEONE,)),
    (0.1, False, (ARM,)),
)
#: Setting -> recipes that make a public scene.
PUBLIC: dict[str, tuple[Recipe, ...]] = {
    'bedroom': ((1.0, False, ()),),
    'hospital_ward': ((1.0, False, ()), (0.03, False, ({'uniformed_person': 1.0},))),
    'street': (
        (0.8, False, ()),
        (4.4, False, (SOMEONE,)),
        (0.8, False, (CAR,)),
        (0.1, False, (SIGN, PLAYER)),
        (0.2, False, (SIGHT, PLAYER)),
        (0.3, False, (SIGHT,)),
    ),
    'car_park': ((0.5, False, ()), (0.45, False, (CAR,)), (2.2, False, (SOMEONE,))),
    'beach': (
        (0.5, False, ()),
        (2.2, False, ({'person': 1.0, 'person_half': 1.0, 'face_closeup': 0.8},)),
        (0.5, False, ({'bather': 1.0},)),
        (0.1, False, (CAR, {'bather': 1.0})),
        (0.1, False, ({'tattooed_arm': 1.0},)),
    ),
    'park': (
        (0.5, False, ()),
        (3.0, False, (SOMEONE,)),
        (0.2, False, (PLAYER,)),
        (0.1, False, (SIGHT, {'sports_person': 1.0})),
        (0.12, False, (CAR,)),
        (0.1, False, (SIGN, {'landmark': 1.0})),
    ),
    'concert': (
        (0.3, False, ()),
        (2.9, False, (SOMEONE,)),
        (0.1, False, (SIGN, ARM)),
    ),
    'office': (*_ONE_PAPER, *_ROOM),
    'shop': (*_ONE_PAPER, *_ROOM),
    'kitchen': (*_ONE_PAPER, *_ROOM),
    'desk': _ONE_PAPER,
    'screen_capture': (
        (0.3, False, (FACE,)),
        (0.3, False, (TALK,)),
        (0.1, False, (IDENTITY,)),
        (0.15, False, ({'landmark': 1.0},)),
        (0.7, False, ({'plant': 1.0, 'dog': 1.0, 'bicycle': 0.6, 'laptop': 0.6},)),
        (0.15, False, (TALK, {'plant': 1.0, 'dog': 1.0, 'ball': 0.6})),
        (0.15, False, (FACE, {'plant': 1.0, 'dog': 1.0, 'bicycle': 0.6})),
    ),
}

#: Harmless things that may stand around, by setting (and ``'table'``).
AROUND: dict[str, Group] = {
    'street': {'dog': 1, 'bicycle': 1.5, 'bag': 0.6, 'crowd_person': 1.5, 'plant': 0.5},
    'beach': {'ball': 1.5, 'dog': 1, 'bag': 1, 'crowd_person': 1.5, 'chair': 0.7},
    'park': {'dog': 1.5, 'bicycle': 1.2, 'ball': 1, 'crowd_person': 1.5, 'bag': 0.5},
    'car_park': {
        'bicycle': 1.2,
        'bag': 0.7,
        'dog': 0.8,
        'crowd_person': 1.5,
        'ball': 0.5,
    },
    'concert': {'crowd_person': 4, 'bag': 0.6, 'bottle': 0.3},
    'bedroom': {
        'chair': 1,
        'plant': 1.2,
        'bag': 0.8,
        'dog': 0.8,
        'clock': 0.8,
        'ball': 0.4,
    },
    'hospital_ward': {'chair': 1.4, 'plant': 1, 'clock': 1, 'bag': 0.6, 'cup': 0.5},
    'office': {
        'chair': 1.3,
        'plant': 1.2,
        'clock': 0.8,
        'bag': 0.7,
        'laptop': 1.5,
        'cup': 0.5,
    },
    'shop': {
        'bag': 1.2,
        'plant': 0.8,
        'clock': 0.5,
        'crowd_person': 1.5,
        'bottle': 0.6,
    },
    'kitchen': {
        'chair': 1.3,
        'bottle': 1,
        'cup': 1,
        'plant': 0.8,
        'clock': 0.7,
        'dog': 0.5,
    },
    'desk': {'book': 1, 'phone': 1, 'qr_code': 0.3},
    'screen_capture': {'plant': 1},
    'table': {
        'cup': 1.2,
        'book': 0.9,
        'phone': 0.9,
        'bottle': 1,
        'plant': 0.4,
        'qr_code': 0.3,
    },
}

#: Elements that chance would leave out of some split of 500 (expected fewer than 8
#: times): each is dealt to one scene of every :data:`DEAL`, which is drawn until it has
#: it.
RARE = (
    'email_page',
    'medicine',
    'student_card',
    'passport',
    'address_sign',
    'drivers_license',
    'id_card',
    'sports_person',
    'laptop',
    'ticket',
    'bather',
    'receipt',
    'mail',
    'chat_screen',
    'date_stamp',
    'signature',
    'name_tag',
    'wheelchair',
    'phone_note',
    'landmark',
    'qr_code',
    'injured_arm',
    'credit_card',
    'protest_sign',
    'handwriting',
    'tattooed_arm',
    'uniformed_person',
)
DEAL = 500

#: Harmless things that a picture without people may be of, and their height there over
#: the height of the image. Else coverage and colours would tell who is in the picture.
SUBJECTS = frozenset({'dog', 'bicycle', 'chair', 'plant', 'bag'})
SUBJECT_SIZE = (0.3, 0.6)
#: Harmless things of which there is one at most.
SINGLE = frozenset({'clock', 'laptop', 'plant', 'qr_code'})


@dataclass(frozen=True)
class Item:
    """One element of a plan.

    Attributes:
        kind: Name of the element kind.
        size: Range of its size, see :data:`SIZES`; None for harmless things.
        telling: Whether it decides about the label.
    """

    kind: str
    size: tuple[float, float] | None
    telling: bool


@dataclass(frozen=True)
class Plan:
    """A scene before it is drawn.

    Attributes:
        setting: Name of the setting.
        table: Whether it is a near view of a table.
        items: The elements.
        private: Whether it is to be private; None if that was not planned.
        hard: Whether the telling elements are small and in clutter.
        centred: Whether a single telling element stands near the middle.
        size: Height and width of the picture in pixels; None to draw them.
    """

    setting: str
    table: bool
    items: tuple[Item, ...]
    private: bool | None = None
    hard: bool = False
    centred: bool = True
    size: tuple[int, int] | None = None


def pick(rng: Rng, group: Group) -> str:
    """Draw a name by weight."""
    names = sorted(group)
    if group.keys() & ELEMENTS.keys():
        names = [name for name in names if name in ELEMENTS]
    weights = [group[name] for name in names]
    total = sum(weights)
    return names[int(rng.choice(len(names), p=[weight / total for weight in weights]))]


def dealt(index: int) -> str | None:
    """The rare element that scene ``index`` has to show; None for most scenes."""
    turn, rest = divmod(index % DEAL, DEAL // len(RARE))
    return RARE[turn] if rest == 0 and turn < len(RARE) else None


def draw_plan(rng: Rng, element: str | None = None) -> Plan:
    """Draw a plan; one that has ``element``, if that is given."""
    while True:
        plan = _draw_any(rng)
        if element is None or any(item.kind == element for item in plan.items):
            return plan


def _draw_any(rng: Rng) -> Plan:
    setting = pick(rng, {name: share for name, (share, _) in SETTING_SHARES.items()})
    private = bool(rng.random() < SETTING_SHARES[setting][1])
    hard = bool(rng.random() < HARD_SHARE)
    recipes = [r for r in (PRIVATE if private else PUBLIC)[setting] if drawable(r)]
    weights = {str(k): recipe[0] for k, recipe in enumerate(recipes)}
    _, table, groups = recipes[int(pick(rng, weights))]
    names = [pick(rng, group) for group in groups]
    items = [Item(name, size_of(name, hard), True) for name in names]
    items += _clutter(rng, setting, table, hard, names)
    return Plan(setting, table and setting != 'desk', tuple(items), private, hard)


def size_of(kind: str, hard: bool) -> tuple[float, float]:
    """Range of sizes of a telling element."""
    return SIZES[GROUP_SIZE.get(kind, 'paper')][int(hard)]


def _clutter(
    rng: Rng, setting: str, table: bool, hard: bool, names: Sequence[str]
) -> list[Item]:
    """Draw harmless things that make no pair with the telling ones."""
    view = 'screen' if setting == 'screen_capture' else 'table' if table else 'wide'
    least, most, many = CLUTTER[view]
    count = many if hard else int(rng.integers(least, most + 1))
    if not names and view != 'screen':
        count += int(rng.integers(0, 2) if view == 'wide' else rng.integers(1, 3))
    around = AROUND['table' if table and setting != 'desk' else setting]
    chosen: list[Item] = []
    for _ in range(count):
        kind = pick(rng, around)
        kinds = {*names, *(item.kind for item in chosen), kind}
        before = labels.is_private(setting, names)
        doubled = kind in SINGLE and any(item.kind == kind for item in chosen)
        if not doubled and (before or not labels.is_private(setting, kinds)):
            lead = not names and not chosen and view == 'wide' and kind in SUBJECTS
            chosen.append(Item(kind, SUBJECT_SIZE if lead else None, False))
    return chosen


def drawable(recipe: Recipe) -> bool:
    """Whether there is something to draw for each group of a recipe."""
    return all(group.keys() & ELEMENTS.keys() for group in recipe[2])
