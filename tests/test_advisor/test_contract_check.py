"""The contract test accepts our parts, and catches each way of being wrong."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmprivacy.advisor import Assessment, Problem, Region
from mmprivacy.advisor.assessors import RegionAssessor
from mmprivacy.advisor.check import check_part, load, main
from mmprivacy.advisor.localisers import CodeLocaliser, FaceCascadeLocaliser
from mmprivacy.advisor.protectors import (
    BlurProtector,
    FillProtector,
    InpaintProtector,
    PixelateProtector,
)
from mmprivacy.advisor.verifiers import LocaliserVerifier, StrokeVerifier
from mmprivacy.errors import ConfigError


@pytest.mark.parametrize(
    ('part', 'options'),
    [
        (FaceCascadeLocaliser, {}),
        (CodeLocaliser, {}),
        (CodeLocaliser, dict(engine='opencv')),
        (StrokeVerifier, dict(near=None)),
        (LocaliserVerifier, dict(localiser=dict(type='CodeLocaliser'))),
        (FillProtector, {}),
        (InpaintProtector, {}),
        (BlurProtector, {}),
        (PixelateProtector, {}),
        (RegionAssessor, {}),
        (RegionAssessor, dict(localisers=[dict(type='FaceCascadeLocaliser')])),
    ],
)
def test_our_parts_keep_their_contracts(part, options):
    checks = check_part(part, options)
    assert len(checks) > 10
    assert [c for c in checks if not c.ok] == []


class GoodLocaliser:
    """Right in everything; what is wrong in others comes from ``spoil``."""

    kinds = ('face',)
    spoil = staticmethod(lambda photo, region: region)

    def __init__(self):
        self.calls = 0

    def localise(self, photo):
        self.calls += 1
        height, width = photo.size
        region = Region((0, 0, width / 2, height / 2), 'face', 0.5)
        return [self.spoil(photo, region)]


def broken(part):
    """The promises that a part breaks; being registered is not asked for here."""
    checks = check_part(part)
    return [c.broken for c in checks if not c.ok and 'register_module' not in c.broken]


def write_into(photo, region):
    photo.pixels[0] = 0
    return region


@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        (lambda p, r: replace(r, box=(0, 0, p.size[1] + 1, 1)), 'out of the photo'),
        (lambda p, r: replace(r, box=(0, 0, 0, 1)), 'no area'),
        (lambda p, r: replace(r, box=(0, 0, np.nan, 1)), 'no finite xyxy'),
        (lambda p, r: replace(r, score=1.5), 'not from 0 to 1'),
        (lambda p, r: replace(r, score=np.nan), 'not from 0 to 1'),
        (lambda p, r: replace(r, kind='car'), 'none of its kinds'),
        (lambda p, r: replace(r, mask=np.ones((2, 2), bool)), 'no bool array'),
        (lambda p, r: replace(r, score=np.random.default_rng().random()), ', then '),
        (lambda p, r: r.box, 'no Region'),
        (write_into, 'copy it first'),
        (lambda p, r: 1 / (p.size[0] - 1) and r, 'raises ZeroDivisionError'),
    ],
)
def test_wrong_localisers_are_caught(spoil, words):
    class Spoilt(GoodLocaliser):
        pass

    Spoilt.spoil = staticmethod(spoil)
    assert broken(GoodLocaliser) == []
    assert any(words in b for b in broken(Spoilt))


def test_memory_of_earlier_photos_is_caught():
    class Remembers(GoodLocaliser):
        def localise(self, photo):
            (region,) = super().localise(photo)
            return [replace(region, score=1 / self.calls)]

    assert any('then' in b for b in broken(Remembers))


class Swap(FillProtector):
    """Says it cannot be undone, and is a permutation."""

    def protect(self, image, regions):
        result = super().protect(image, regions)
        chosen = (result != image).any(-1)
        result[chosen] = image[chosen][::-1]
        return result


class Sloppy(FillProtector):
    """Changes a pixel elsewhere."""

    def protect(self, image, regions):
        result = super().protect(image, regions)
        result[-1, -1] ^= 255
        return result


class InPlace(FillProtector):
    """Changes what it gets."""

    def protect(self, image, regions):
        for r in regions:
            x0, y0, x1, y1 = map(int, r.box)
            image[y0:y1, x0:x1] = 0
        return image


@pytest.mark.parametrize(
    ('part', 'words'),
    [
        (Swap, 'depend on it'),
        (Sloppy, 'outside of the regions'),
        (InPlace, 'copy it first'),
    ],
)
def test_wrong_protectors_are_caught(part, words):
    assert any(words in b for b in broken(part))


def test_wrong_verifiers_and_assessors_are_caught():
    class Vague:
        kinds = ('face',)

        def verify(self, photo, regions):
            return [Problem('face', '')]

    class Loud:
        def assess(self, photo):
            return Assessment('x', score=7, heat_map=np.full((2, 2), 3.0))

    assert any('no message' in b for b in broken(Vague))
    assert any('not from 0 to 5' in b for b in broken(Loud))
    with pytest.raises(ConfigError, match='localise'):
        check_part(dict)


def test_command_line(capsys, monkeypatch, tmp_path):
    (tmp_path / 'outside.py').write_text(
        'class Half:\n    kinds = ()\n\n    def localise(self, photo): return 3\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    name = 'mmprivacy.advisor.protectors.FillProtector'
    assert main([name, 'color=(9, 9, 9)']) == 0
    assert 'keeps all 17 promises' in capsys.readouterr().out
    assert main(['outside.Half']) == 1
    out = capsys.readouterr().out
    assert 'FAIL  is registered' in out
    assert 'gave int, no list' in out
    for wrong in ('outside.None', 'nowhere.X', 'X'):
        with pytest.raises(ConfigError, match='class in a module'):
            load(wrong)
    with pytest.raises(ConfigError, match='KEY=VALUE'):
        main([name, '=3'])


def test_as_a_module():
    command = [sys.executable, '-m', 'mmprivacy.advisor.check']
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [*command, 'mmprivacy.advisor.protectors.Nothing'],
        capture_output=True, text=True, cwd=root,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith('error: mmprivacy.advisor.protectors.Nothing')
