"""Whatever a run has left behind, types are looked up in mmseg here."""

import pytest

pytest.importorskip('mmseg')

from mmengine.registry import DefaultScope


@pytest.fixture(scope='module', autouse=True)
def mmseg_in_module():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture(autouse=True)
def mmseg_in_test(mmseg_in_module):
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield
