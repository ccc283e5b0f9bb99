"""What docs/advisor_parts.md shows does what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import matplotlib
import numpy as np

from mmprivacy.advisor import assessors, localisers, protectors, verifiers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs/advisor_parts.md').read_text(encoding='utf-8')
HOPPER = Path(matplotlib.get_data_path()) / 'sample_data' / 'grace_hopper.jpg'


def test_every_part_is_on_the_page():
    for room in (assessors, localisers, protectors, verifiers):
        for name in room.__all__:
            assert f'`{name}`' in PAGE


def test_shown_protector_fits_and_protects(tmp_path):
    blocks = re.findall(r'^```python\n(# (\w+\.py)\n.*?)^```$', PAGE, re.M | re.S)
    for text, name in blocks:
        assert len(text.splitlines()) <= 40
        (tmp_path / name).write_text(text)
    (tmp_path / 'configs').symlink_to(ROOT / 'configs')
    (tmp_path / 'photos').mkdir()
    shutil.copy(HOPPER, tmp_path / 'photos/me.jpg')
    lines = re.findall(r'^(?:python -m|mmprivacy) .*$', PAGE, re.M)
    env = {**os.environ, 'PYTHONPATH': str(ROOT)}
    outputs = []
    for line in lines:
        words = line.replace('python -m ', '').split()
        done = subprocess.run(
            [sys.executable, '-m', *words],
            cwd=tmp_path, env=env, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, line + done.stdout + done.stderr
        outputs.append(done.stdout)
    check, protect, report = outputs
    assert 'keeps all 17 promises' in check
    assert '1 protected and verified' in protect
    assert Path(tmp_path, report.strip()).is_file()
    before, after = (
        cv2.imread(str(HOPPER)),
        cv2.imread(str(tmp_path / 'safe/photos/me.jpg')),
    )
    face = after[150:320, 180:350].reshape(-1, 3).astype(int)
    assert face.std(0).max() < 3  # one colour
    assert np.abs(after.astype(int) - before)[450:].mean() < 3
