import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from mmprivacy import compat
from mmprivacy.errors import CheckpointError, MissingDependencyError


class Evil:
    """Runs code when it is unpickled without restriction."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.mkdir, (self.target,)


def buffer(values):
    history = HistoryBuffer()
    for value in values:
        history.update(value)
    return history


def test_training_checkpoint_of_mmengine_loads(tmp_path):
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    saved = dict(
        meta=dict(epoch=3, cfg='a = 1'),
        state_dict=OrderedDict(model.state_dict()),
        optimizer=optimizer.state_dict(),
        message_hub=dict(
            log_scalars=OrderedDict(loss=buffer([3.0, 2.0])),
            runtime_info=OrderedDict(best_score=np.float64(0.5), n=np.arange(3)),
        ),
        half=torch.zeros(2, dtype=torch.bfloat16),
    )
    torch.save(saved, tmp_path / 'a.pth')
    loaded = compat.safe_load(tmp_path / 'a.pth')
    assert torch.equal(loaded['state_dict']['weight'], model.weight)
    history = loaded['message_hub']['log_scalars']['loss']
    assert isinstance(history, HistoryBuffer)
    assert history.mean() == 2.5
    assert loaded['message_hub']['runtime_info']['best_score'] == 0.5
    assert loaded['message_hub']['runtime_info']['n'].tolist() == [0, 1, 2]


def test_code_in_a_checkpoint_never_runs(tmp_path):
    target = tmp_path / 'executed'
    torch.save(dict(state_dict={}, extra=Evil(target)), tmp_path / 'evil.pth')
    with pytest.raises(CheckpointError, match='--trust-checkpoint'):
        compat.safe_load(tmp_path / 'evil.pth')
    assert not target.exists()
    compat.safe_load(tmp_path / 'evil.pth', trust=True)
    assert target.exists()


def test_getattr_is_allowed_for_log_buffers_only(tmp_path):
    class Sneaky:
        def __reduce__(self):
            return getattr, (np.ndarray, 'tofile')

    torch.save(dict(a=Sneaky()), tmp_path / 'sneaky.pth')
    with pytest.raises(CheckpointError):
        compat.safe_load(tmp_path / 'sneaky.pth')


def test_broken_and_missing_files_are_named(tmp_path):
    torch.save(dict(a=torch.zeros(100)), tmp_path / 'a.pth')
    (tmp_path / 'half.pth').write_bytes((tmp_path / 'a.pth').read_bytes()[:200])
    (tmp_path / 'text.pth').write_text('no checkpoint')
    for name in ('half.pth', 'text.pth', 'none.pth'):
        with pytest.raises(CheckpointError, match=name):
            compat.safe_load(tmp_path / name)


def test_restricted_unpickler_refuses_os_system(tmp_path):
    path = tmp_path / 'a.pkl'
    path.write_bytes(pickle.dumps(Evil(tmp_path / 'x'), protocol=2))
    with path.open('rb') as file, pytest.raises(pickle.UnpicklingError, match='mkdir'):
        compat._RestrictedPickle.load(file)


def test_require_names_the_feature():
    with pytest.raises(MissingDependencyError, match=r'PrivObfNet.*nonexistent_pkg'):
        compat.require('nonexistent_pkg', feature='PrivObfNet')
    assert compat.require('torch', feature='all') is torch


def test_this_environment_is_one_known_lane():
    assert compat.check_stack() in compat.LANES


def test_two_lanes_in_one_environment_are_refused(monkeypatch):
    versions = {'mmengine': '0.10.7', 'onedl-mmcv': '2.3.6', 'torch': '2.1.2'}

    def version(name):
        if name in versions:
            return versions[name]
        raise compat.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(compat.importlib.metadata, 'version', version)
    with pytest.raises(MissingDependencyError, match='onedl-mmcv'):
        compat.check_stack.__wrapped__()


def test_untested_versions_warn_and_pass(monkeypatch):
    stack = dict(compat.LANES['upstream'].values())
    stack['mmdet'] = '3.4.0'

    def version(name):
        if name in stack:
            return stack[name]
        raise compat.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(compat.importlib.metadata, 'version', version)
    with pytest.warns(UserWarning, match=r'mmdet 3\.4\.0 \(tested: 3\.3\.0\)'):
        assert compat.check_stack.__wrapped__() == 'upstream'
