"""Plans of scenes for privacy scores: one element decides, and it has to be found.

A scene has one element that decides about its score: somewhere, often small, among
harmless things and others that are rated lower. A safe scene is one of these without
that element, so neither the setting nor the view tells anything. What decides is dealt
like cards: every run of :data:`NUM_CARDS` scenes has the same mixture of scores.
"""

from __future__ import annotations

from mmprivacy.datasets.sample.labels import privacy_score
from mmprivacy.datasets.sample.plans import AROUND, SINGLE, SUBJECTS, Item, Plan, pick
from mmprivacy.datasets.sample.scene import Scene
from mmprivacy.datasets.sample.textures import Rng

ROOMS = ('bedroom', 'hospital_ward', 'office', 'shop', 'kitchen')
OPEN = ('street', 'park', 'beach', 'car_park', 'concert')
TABLE = ('office', 'shop', 'kitchen', 'desk')
SCREEN = ('screen_capture',)

#: What decides -> (cards, settings). The first four are rated 2.7 to 3.0, faces 3.7,
#: cards, bathing clothes and number plates 4.0 to 4.3. With 75 safe scenes in 200, mean
#: and spread of the scores are near those of VISPR (2.30 and 1.79).
DECIDING: dict[str, tuple[int, tuple[str, ...]]] = {
    'tattooed_arm': (15, ('beach', 'park', 'concert', 'bedroom')),
    'protest_sign': (15, ('street', 'park', 'concert', 'car_park')),
    'landmark': (16, ('street', 'park', 'beach')),
    'handwriting': (3, TABLE),
    'wheelchair': (2, ('hospital_ward', 'street', 'park')),
    'injured_arm': (4, ('hospital_ward', 'bedroom', 'park')),
    'medicine': (1, TABLE),
    'address_sign': (2, ('street', 'office')),
    'ticket': (1, TABLE),
    'date_stamp': (1, TABLE),
    'name_tag': (1, TABLE),
    'receipt': (1, TABLE),
    'chat_screen': (2, SCREEN),
    'person': (6, (*OPEN, *ROOMS)),
    'person_half': (6, (*OPEN, *ROOMS)),
    'face_closeup': (4, (*OPEN, *ROOMS, *SCREEN)),
    'child': (1, ('park', 'beach', 'street', 'bedroom', 'kitchen')),
    'sports_person': (1, ('park', 'beach')),
    'uniformed_person': (1, ('hospital_ward', 'street', 'shop')),
    'mail': (1, TABLE),
    'signature': (1, TABLE),
    'student_card': (1, TABLE),
    'email_page': (1, SCREEN),
    'phone_note': (1, TABLE),
    'car': (16, ('street', 'car_park', 'park', 'beach')),
    'bather': (8, ('beach',)),
    'drivers_license': (1, TABLE),
    'passport': (2, TABLE),
    'id_card': (1, TABLE),
    'credit_card': (9, TABLE),
}
SAFE_CARDS = 75
NUM_CARDS = SAFE_CARDS + sum(cards for cards, _ in DECIDING.values())
#: Coprime to the number of cards: neighbours have different cards.
STRIDE = 123

#: What may stand beside what decides, since it is rated lower.
BESIDE: dict[str, tuple[str, ...]] = {
    'car': ('person', 'landmark', 'protest_sign'),
    'bather': ('person', 'person_half'),
    **dict.fromkeys(
        ('person', 'person_half', 'child', 'sports_person', 'uniformed_person'),
        ('protest_sign', 'landmark'),
    ),
    **dict.fromkeys(
        ('credit_card', 'id_card', 'passport', 'drivers_license', 'mail'),
        ('handwriting', 'date_stamp', 'name_tag'),
    ),
}
BESIDE_SHARE = 0.3

#: Height over image height of what stands, width over image width of what lies, of what
#: decides: in ordinary and in hard scenes.
SIZES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    'figure': ((0.6, 0.95), (0.4, 0.55)),
    'close': ((0.5, 0.8), (0.36, 0.5)),
    'thing': ((0.36, 0.6), (0.24, 0.36)),
    'paper': ((0.36, 0.54), (0.24, 0.36)),
}
SIZE_OF = {
    **dict.fromkeys(
        ('person', 'child', 'bather', 'sports_person', 'uniformed_person'), 'figure'
    ),
    **dict.fromkeys(
        ('person_half', 'face_closeup', 'tattooed_arm', 'injured_arm', 'wheelchair'),
        'close',
    ),
    **dict.fromkeys(('car', 'landmark', 'protest_sign', 'address_sign'), 'thing'),
}
#: Share of hard scenes, where what decides is small and in clutter.
HARD_SHARE = 0.25
#: Number of harmless things: least, most, and in hard scenes.
CLUTTER = (1, 3, 5)
#: What a harmless screen shows.
SHOWN = {'plant': 1.0, 'dog': 1.0, 'bicycle': 0.6, 'laptop': 0.6, 'ball': 0.4}


def draw_plan(rng: Rng, index: int) -> Plan:
    """Draw the plan of scene ``index``."""
    kind = deal(index)
    safe = kind is None
    if kind is None:
        kind = pick(rng, {name: cards for name, (cards, _) in DECIDING.items()})
    settings = DECIDING[kind][1]
    setting = settings[int(rng.integers(len(settings)))]
    table = setting in TABLE and kind not in SIZE_OF
    hard = bool(rng.random() < HARD_SHARE)
    items = []
    if not safe:
        items.append(Item(kind, _size(kind, hard), True))
        if rng.random() < BESIDE_SHARE:
            items += _beside(rng, kind, setting)
    if setting in SCREEN:
        items += [Item(pick(rng, SHOWN), None, False)] if safe else []
    else:
        items += _clutter(rng, 'table' if table else setting, hard, safe)
    table = table and setting != 'desk'
    return Plan(setting, table, tuple(items), hard=hard, centred=False)


def deal(index: int) -> str | None:
    """What decides in scene ``index``; None if it is safe."""
    card = index * STRIDE % NUM_CARDS - SAFE_CARDS
    for kind, (cards, _) in DECIDING.items():
        if 0 <= card < cards:
            return kind
        card -= cards
    return None


def _size(kind: str, hard: bool) -> tuple[float, float]:
    return SIZES[SIZE_OF.get(kind, 'paper')][int(hard)]


def _beside(rng: Rng, kind: str, setting: str) -> list[Item]:
    """Draw something that is rated lower and found in the same setting."""
    others = [k for k in BESIDE.get(kind, ()) if setting in DECIDING[k][1]]
    if not others:
        return []
    other = others[int(rng.integers(len(others)))]
    return [Item(other, _size(other, True), False)]


def _clutter(rng: Rng, place: str, hard: bool, safe: bool) -> list[Item]:
    """Draw harmless things; in a safe scene, the first may be large."""
    least, most, many = CLUTTER
    count = many if hard else int(rng.integers(least, most + 1))
    chosen: list[Item] = []
    for _ in range(count):
        kind = pick(rng, AROUND[place])
        if kind not in SINGLE or all(item.kind != kind for item in chosen):
            lead = safe and not chosen and kind in SUBJECTS
            size = SIZES['thing'][int(hard)] if lead else None
            chosen.append(Item(kind, size, False))
    return chosen


def fits(scene: Scene, plan: Plan) -> bool:
    """Whether what decides is well visible, and decides."""
    deciding = [k for k, item in enumerate(plan.items) if item.telling]
    if not deciding:
        return scene.attributes == ('a0_safe',)
    shown = {truth.id: truth.attributes for truth in scene.elements}
    return scene.score == privacy_score(shown.get(deciding[0], ())) > 0
