"""The demo: what the page shows for a photo, and the page if gradio is there."""

import shutil
import sys
from pathlib import Path

import matplotlib
import pytest

from mmprivacy.apis.demo import build_demo, protect_for_page
from mmprivacy.errors import MissingDependencyError

HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'


def test_a_photo_becomes_a_report_and_a_file(tmp_path):
    shutil.copy(HOPPER, tmp_path / 'me.jpg')
    report, file = protect_for_page(tmp_path / 'me.jpg', tmp_path / 'work')
    assert 'may be published' in report
    assert 'before, with what was found' in report
    assert Path(file).name == 'me.jpg'
    assert Path(file).read_bytes() != HOPPER.read_bytes()


def test_a_broken_photo_is_reported(tmp_path):
    (tmp_path / 'cut.jpg').write_bytes(HOPPER.read_bytes()[:3000])
    report, file = protect_for_page(tmp_path / 'cut.jpg', tmp_path / 'work')
    assert file is None
    assert 'cannot be decoded' in report


def test_gradio_is_named_if_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(MissingDependencyError, match='pip install gradio'):
        build_demo()
