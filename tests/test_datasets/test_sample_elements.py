"""The drawn elements: pixels, attribute parts, texts, and the invented people."""

from __future__ import annotations

import pickle
from dataclasses import fields

import cv2
import numpy as np
import pytest

from mmprivacy.datasets.sample.elements import ELEMENTS
from mmprivacy.datasets.sample.identity import (
    SPLITS,
    Face,
    draw_identity,
    passes_luhn,
)
from mmprivacy.datasets.sample.sprite import Sprite
from mmprivacy.errors import DataError

REQUIRED = frozenset(
    [
        'person',
        'child',
        'face_closeup',
        'crowd_person',
        'tattooed_arm',
        'injured_arm',
        'id_card',
        'passport',
        'drivers_license',
        'credit_card',
        'ticket',
        'receipt',
        'student_card',
        'mail',
        'signature',
        'handwriting',
        'name_tag',
        'date_stamp',
        'address_sign',
        'phone_note',
        'email_page',
        'chat_screen',
        'car',
        'landmark',
        'medicine',
        'wheelchair',
        'uniformed_person',
        'bather',
        'sports_person',
        'protest_sign',
        'dog',
        'bicycle',
        'laptop',
        'phone',
        'book',
        'ball',
        'cup',
        'bottle',
        'clock',
        'chair',
        'plant',
        'bag',
        'qr_code',
    ]
)
ATTRIBUTES = frozenset(
    f'a{name}'
    for name in [
        '1_age_approx',
        '2_weight_approx',
        '3_height_approx',
        '4_gender',
        '5_eye_color',
        '6_hair_color',
        '8_signature',
        '9_face_complete',
        '10_face_partial',
        '11_tattoo',
        '12_semi_nudity',
        '16_race',
        '17_color',
        '19_name_full',
        '20_name_first',
        '21_name_last',
        '23_birth_city',
        '24_birth_date',
        '25_nationality',
        '26_handwriting',
        '29_ausweis',
        '30_credit_card',
        '31_passport',
        '32_drivers_license',
        '33_student_id',
        '35_mail',
        '37_receipt',
        '38_ticket',
        '39_disability_physical',
        '41_injury',
        '43_medicine',
        '46_occupation',
        '48_occassion_work',
        '49_phone',
        '58_hobbies',
        '59_sports',
        '61_opinion_general',
        '62_opinion_political',
        '70_education_history',
        '73_landmark',
        '74_address_current_complete',
        '75_address_current_partial',
        '78_address_home_complete',
        '82_date_time',
        '85_username',
        '90_email',
        '92_email_content',
        '97_online_conversation',
        '102_vehicle_ownership',
        '103_license_plate_complete',
    ]
)
SHOWS = {
    'id_card': {'a29_ausweis', 'a19_name_full', 'a24_birth_date', 'a23_birth_city'},
    'drivers_license': {'a32_drivers_license', 'a78_address_home_complete'},
    'credit_card': {'a30_credit_card', 'a19_name_full'},
    'passport': {'a31_passport'},
    'student_card': {'a33_student_id', 'a9_face_complete'},
    'car': {'a102_vehicle_ownership', 'a103_license_plate_complete'},
    'chat_screen': {'a97_online_conversation', 'a85_username'},
    'email_page': {'a90_email', 'a92_email_content'},
    'mail': {'a35_mail', 'a19_name_full', 'a78_address_home_complete'},
    'tattooed_arm': {'a11_tattoo'},
    'injured_arm': {'a41_injury'},
    'bather': {'a12_semi_nudity'},
    'uniformed_person': {'a46_occupation'},
    'wheelchair': {'a39_disability_physical'},
    'phone_note': {'a49_phone', 'a26_handwriting'},
    'signature': {'a8_signature'},
    'date_stamp': {'a82_date_time'},
    'protest_sign': {'a61_opinion_general'},
    'medicine': {'a43_medicine'},
    'landmark': {'a73_landmark'},
    'receipt': {'a37_receipt'},
    'ticket': {'a38_ticket'},
    'address_sign': {'a74_address_current_complete'},
}
HARMLESS = 'ball cup bottle clock book chair plant bag laptop phone dog bicycle qr_code'


def draw(name: str, height: int, seed: int = 0, split: str = 'train') -> Sprite:
    rng = np.random.default_rng([seed, len(name)])
    return ELEMENTS[name].draw(rng, height, draw_identity(rng, split))


@pytest.mark.parametrize('name', sorted(ELEMENTS))
@pytest.mark.parametrize('height', [24, 32, 128, 400])
def test_sprite_is_tight_and_consistent(name, height):
    sprite = draw(name, height, seed=height)
    alpha = sprite.rgba[..., 3] > 0
    assert sprite.rgba.dtype == np.uint8
    assert abs(sprite.rgba.shape[0] - height) <= max(2, height // 25)
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.any()
    for part in sprite.parts.values():
        assert part.dtype == bool
        assert part.any()
        assert not (part & ~alpha).any()
    rows, cols = alpha.shape
    for text in sprite.texts:
        x0, y0, x1, y1 = text.box
        assert text.content
        assert 0 <= x0 < x1 <= cols
        assert 0 <= y0 < y1 <= rows


@pytest.mark.parametrize('name', sorted(ELEMENTS))
def test_same_generator_gives_the_same_bytes(name):
    np.random.seed(1)  # the global state plays no part
    first = draw(name, 64, seed=3)
    np.random.seed(2)
    second = draw(name, 64, seed=3)
    assert first.rgba.tobytes() == second.rgba.tobytes()
    assert first.texts == second.texts
    assert first.parts.keys() == second.parts.keys()
    assert all((first.parts[k] == second.parts[k]).all() for k in first.parts)


@pytest.mark.parametrize('name', sorted(ELEMENTS))
def test_kinds_vary_and_name_known_attributes(name):
    sprites = [draw(name, 48, seed=s) for s in range(4)]
    assert len({s.rgba.tobytes() for s in sprites}) == len(sprites)
    for sprite in sprites:
        assert sprite.parts.keys() <= ATTRIBUTES


@pytest.mark.parametrize('name', sorted(ELEMENTS))
def test_the_height_does_not_change_what_is_drawn(name):
    small, large = (draw(name, height, seed=5) for height in (50, 150))
    assert [t.content for t in small.texts] == [t.content for t in large.texts]
    aspects = [s.rgba.shape[1] / s.rgba.shape[0] for s in (small, large)]
    assert aspects[0] == pytest.approx(aspects[1], rel=0.1)


@pytest.mark.parametrize('name', sorted(SHOWS))
def test_elements_show_their_attributes(name):
    for seed in range(3):
        assert SHOWS[name] <= draw(name, 160, seed).parts.keys()


@pytest.mark.parametrize('name', HARMLESS.split())
def test_harmless_things_show_nothing(name):
    assert not draw(name, 160).parts


def test_far_people_have_no_recognisable_face():
    for seed in range(5):
        parts = draw('crowd_person', 120, seed).parts
        assert not parts.keys() & {
            'a9_face_complete',
            'a10_face_partial',
            'a5_eye_color',
        }


def test_large_faces_show_eyes_and_skin():
    parts = [draw('face_closeup', 300, seed).parts for seed in range(6)]
    assert all({'a17_color', 'a6_hair_color'} <= p.keys() for p in parts)
    assert sum('a5_eye_color' in p for p in parts) >= 3


def test_kinds_are_complete():
    assert ELEMENTS.keys() >= REQUIRED
    assert len({kind.category for kind in ELEMENTS.values()}) >= 20
    for name, kind in ELEMENTS.items():
        assert kind.name == name
        assert kind.support in {'ground', 'surface', 'flat', 'wall', 'screen'}
        assert 0 < kind.height[0] <= kind.height[1]
        assert pickle.loads(pickle.dumps(kind)) == kind


@pytest.mark.parametrize('height', [128, 200, 333, 600])
def test_qr_code_decodes(height):
    sprite = draw('qr_code', height, seed=height)
    alpha = sprite.rgba[..., 3:] / 255
    image = sprite.rgba[..., :3] * alpha + 128 * (1 - alpha)
    image = cv2.copyMakeBorder(
        image.astype(np.uint8), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(128,) * 3
    )
    found = cv2.QRCodeDetector().detectAndDecode(image[..., ::-1].copy())[0]
    assert found == sprite.texts[0].content
    assert found.startswith('https://example.org/')


def test_text_is_written_where_it_says():
    sprite = draw('address_sign', 200)
    for text in sprite.texts:
        x0, y0, x1, y1 = (round(v) for v in text.box)
        grey = sprite.rgba[y0:y1, x0:x1, :3].mean(2)
        assert grey.max() - grey.min() > 100


def test_identities_of_different_splits_share_nothing():
    seen = {}
    for split in SPLITS:
        rng = np.random.default_rng(5)
        people = [draw_identity(rng, split) for _ in range(500)]
        own = {p.face.seed for p in people}
        for person in people:
            for entry in fields(person):
                value = getattr(person, entry.name)
                if isinstance(value, str) and entry.name not in ('split', 'gender'):
                    own.add(value)
        seen[split] = own
    for one, other in (('train', 'val'), ('train', 'test'), ('val', 'test')):
        assert not seen[one] & seen[other]


def test_element_texts_of_different_splits_share_nothing():
    seen = {split: set() for split in SPLITS}
    for split in SPLITS:
        for name in ELEMENTS:
            for seed in range(2):
                seen[split] |= {t.content for t in draw(name, 24, seed, split).texts}
    for one, other in (('train', 'val'), ('train', 'test'), ('val', 'test')):
        assert not {t for t in seen[one] & seen[other] if len(t) > 2}


def test_identities_are_nobody():
    rng = np.random.default_rng(0)
    for _ in range(50):
        who = draw_identity(rng, 'val')
        assert ' 555-01' in who.phone
        assert who.email.endswith('@example.org')
        assert who.card_number.startswith('9')
        assert not passes_luhn(who.card_number)
        assert isinstance(who.face, Face)
        assert 18 <= who.age < 80


def test_unknown_split_is_refused():
    with pytest.raises(DataError, match='split'):
        draw_identity(np.random.default_rng(0), 'dev')
