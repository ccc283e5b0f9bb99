"""Verifiers on photos that were protected well, and badly."""

from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from mmprivacy.advisor import Photo, Region
from mmprivacy.advisor.localisers import FaceCascadeLocaliser
from mmprivacy.advisor.protectors import FillProtector, InpaintProtector
from mmprivacy.advisor.verifiers import LocaliserVerifier, StrokeVerifier
from mmprivacy.datasets import load_photo
from mmprivacy.errors import ConfigError

DATA = Path(matplotlib.get_data_path())
FACE = Region((120, 70, 410, 360), 'face')
FACES = dict(
    type='FaceCascadeLocaliser',
    cascades=('frontalface_default',),
    min_hits=12,
    mirrored=True,
    max_side=400,
)
LINE = 'Call Ann: 0171 445 23'


@pytest.fixture(scope='module')
def hopper():
    path = DATA / 'sample_data' / 'grace_hopper.jpg'
    return np.ascontiguousarray(load_photo(path)[..., ::-1])


def test_a_missed_face_is_seen_and_a_hidden_one_not(hopper):
    verifier = LocaliserVerifier(FACES)
    (problem,) = verifier.verify(Photo(hopper), [FACE])
    assert problem.kind == 'face'
    assert problem.source == 'FaceCascadeLocaliser'
    assert 'still there' in problem.message
    x0, _, x1, _ = problem.box
    assert 140 < x0 < 175
    assert 330 < x1 < 395
    for protector in (FillProtector(), InpaintProtector()):
        after = protector.protect(hopper, [FACE])
        assert verifier.verify(Photo(after), [FACE]) == []
    assert LocaliserVerifier(FACES, min_score=0.99).verify(Photo(hopper), []) == []


def test_verifier_is_independent_by_what_its_localiser_knows():
    verifier, finder = LocaliserVerifier(FACES), FaceCascadeLocaliser()
    assert verifier.kinds == ('face',)
    assert verifier.model != finder.model == LocaliserVerifier(finder).model
    with pytest.raises(ConfigError, match=r'LocaliserVerifier\.localiser'):
        LocaliserVerifier(dict(type='FillProtector'))


def write(size, where=(30, 40), dark=True):
    """Write a line on a photo-like ground; the picture and the line's box."""
    y, x = np.mgrid[:160, :480]
    ground = 140 + 60 * np.sin(x / 90) * np.cos(y / 70) + (60 if dark else -40)
    picture = Image.fromarray(np.dstack([ground.clip(0, 255).astype(np.uint8)] * 3))
    font = ImageFont.truetype(str(DATA / 'fonts/ttf/DejaVuSans.ttf'), size)
    draw = ImageDraw.Draw(picture)
    draw.text(where, LINE, fill=(20, 20, 30) if dark else (250, 250, 200), font=font)
    options = [cv2.IMWRITE_JPEG_QUALITY, 85]
    _, data = cv2.imencode('.jpg', np.asarray(picture), options)
    return cv2.imdecode(data, 1), draw.textbbox(where, LINE, font=font)


@pytest.mark.parametrize('size', [13, 18, 26, 36])
@pytest.mark.parametrize('dark', [True, False])
def test_writing_is_found_where_it_is(size, dark):
    pixels, box = write(size, dark=dark)
    problems = StrokeVerifier(near=None).verify(Photo(pixels), [])
    covered = [
        min(p.box[2], box[2]) - max(p.box[0], box[0])
        for p in problems
        if p.box[1] < box[3] and box[1] < p.box[3]
    ]
    assert max(covered, default=0) > 0.4 * (box[2] - box[0])


def test_writing_that_sticks_out_is_found_and_hidden_writing_not():
    pixels, box = write(26)
    region = Region(tuple(map(float, box)), 'text')
    hidden = FillProtector().protect(pixels, [region])
    assert StrokeVerifier().verify(Photo(hidden), [region]) == []
    half = Region((box[0], box[1], (box[0] + box[2]) / 2, box[3]), 'text')
    stuck = FillProtector().protect(pixels, [half])
    assert StrokeVerifier().verify(Photo(stuck), [half])
    # It does not look far from where text was protected.
    other = Region((5.0, 140.0, 60.0, 155.0), 'text')
    assert StrokeVerifier().verify(Photo(pixels), [other]) == []


def test_ground_without_writing_is_clean(hopper):
    y, x = np.mgrid[:160, :480]
    board = np.dstack([((x // 12 + y // 12) % 2 * 255).astype(np.uint8)] * 3)
    for pixels in (hopper, board, write(26, (900, 40))[0]):
        assert StrokeVerifier(near=None).verify(Photo(pixels), []) == []
    with pytest.raises(ConfigError, match='min_letters'):
        StrokeVerifier(1)
