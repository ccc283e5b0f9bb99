import pytest
from mmengine.registry import DefaultScope


@pytest.fixture(autouse=True)
def _scope():
    """Heads build their parts in the scope of their host, whatever ran before."""
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield
