"""Scores from regions, and what a fresh machine says about real photos."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from mmprivacy.advisor import Photo, Region
from mmprivacy.advisor.assessors import RegionAssessor
from mmprivacy.apis.advising import build_advisor
from mmprivacy.datasets.attributes import ATTRIBUTES
from mmprivacy.errors import ConfigError

HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
PHOTO = Photo(np.zeros((90, 200, 3), np.uint8))
FACE = Region((10, 10, 50, 60), 'face', 0.8, reason='a face')


def test_score_is_that_of_the_most_private_attribute():
    text = Region((100, 20, 180, 40), 'text', 0.9, reason='reads "+49 171 4452310"')
    said = RegionAssessor().assess_regions(PHOTO, [FACE, text])
    assert said.score == ATTRIBUTES['a49_phone'].mean_305 == 4.010
    assert [f.name for f in said.findings] == ['a49_phone', 'a9_face_complete']
    assert '+49 171' in said.findings[0].reason
    assert [f.score for f in said.findings] == [0.9, 0.8]
    face = RegionAssessor().assess_regions(PHOTO, [FACE])
    assert face.score == 3.695


def test_nothing_found_is_nothing_private():
    said = RegionAssessor().assess_regions(PHOTO, [])
    assert (said.score, said.findings, said.heat_map) == (0, (), None)
    weak = Region((1, 1, 9, 9), 'face', 0.3)
    assert RegionAssessor().assess_regions(PHOTO, [weak]).score == 0


def test_heat_map_shows_where():
    heat = RegionAssessor().assess_regions(PHOTO, [FACE]).heat_map
    assert max(heat.shape) <= 64
    high, wide = heat.shape
    assert heat[int(30 / 90 * high), int(30 / 200 * wide)] == pytest.approx(0.8)
    assert heat[:, wide // 2 :].max() == 0


def test_kinds_are_attributes_or_stand_for_them():
    assessor = RegionAssessor({'dog': 'a58_hobbies'}, fallback='a43_medicine')
    expected = {
        'dog': 'a58_hobbies',
        'a30_credit_card': 'a30_credit_card',
        'unknown': 'a43_medicine',
        'text': 'a19_name_full',
    }
    for kind, name in expected.items():
        assert assessor.attribute_of(Region((0, 0, 1, 1), kind)) == name
    mail = Region((0, 0, 1, 1), 'text', reason='reads "ann@example.org"')
    assert assessor.attribute_of(mail) == 'a90_email'
    with pytest.raises(ConfigError, match='a58_hobbies'):
        RegionAssessor({'dog': 'a58_hobby'})


def test_a_fresh_machine_judges_a_real_photo():
    advisor = build_advisor()
    plan = advisor.assess(advisor.decode(HOPPER.read_bytes(), HOPPER))
    assert plan.assessments[0]['score'] >= 3.695
    faces = [r for r in plan.regions if r.region.kind == 'face']
    assert [f.method for f in faces] == ['fill']
    own = RegionAssessor(localisers=[dict(type='FaceCascadeLocaliser', max_side=400)])
    assert own.assess(advisor.decode(HOPPER.read_bytes()).photo).score == 3.695
