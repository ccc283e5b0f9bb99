"""The report: complete, escaped, and without anything from outside."""

import base64
import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from mmprivacy.advisor.report import page_name, write_report
from mmprivacy.apis.console import main
from mmprivacy.errors import ConfigError, DataError

EVIL = '<script>alert("x")</script>&\'.png'
NAME = EVIL.replace('/', '')
HEAT = np.zeros((4, 6), np.uint8)
HEAT[1, 4] = 255
VOID = {'meta', 'img', 'input', 'br'}


class Checker(HTMLParser):
    """Collects tags, attributes and text, and that tags close."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.values, self.text = [], [], [], ''

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.values += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parse(path):
    checker = Checker()
    checker.feed(path.read_text(encoding='utf-8'))
    assert checker.open == []
    return checker


def picture(shade):
    pixels = np.full((120, 200, 3), shade, np.uint8)
    return cv2.imencode('.png', pixels)[1].tobytes()


def pictures(checker):
    uris = [v for k, v in checker.values if k == 'src']
    data = (base64.b64decode(u.partition('base64,')[2]) for u in uris)
    return [cv2.imdecode(np.frombuffer(d, np.uint8), 1) for d in data]


@pytest.fixture
def safe(tmp_path):
    """An output folder of three photos, as protect leaves it."""
    root = tmp_path / 'safe'
    heat = base64.b64encode(cv2.imencode('.png', HEAT)[1].tobytes()).decode()
    region = {
        'box': [20, 30, 80, 90], 'kind': EVIL, 'score': 0.8, 'source': EVIL,
        'reason': EVIL, 'method': 'blur', 'warning': EVIL,
    }  # fmt: skip
    finding = {'name': 'a9_face_complete', 'score': 0.8, 'reason': EVIL}
    said = {
        'source': EVIL, 'score': 3.5, 'private_probability': 0.25,
        'findings': [finding], 'heat_map': heat,
    }  # fmt: skip
    plan = {'plan': 1, 'regions': [region], 'assessments': [said]}
    passed = {
        'file': f'photos/{NAME}', 'sha256': 'ab12', 'removed': [EVIL],
        'proved': [{'check': 'faces', 'what': EVIL, 'on': ['jpeg75']}],
        'not_proved': [EVIL], 'problems': [],
    }  # fmt: skip
    problem = {'kind': 'face', 'message': f'still there: {EVIL}'}
    refused = {**passed, 'file': 'quarantine/b.png', 'problems': [problem]}
    name = NAME
    files = {
        f'plans/{name}.json': json.dumps(plan).encode(),
        f'certificates/{name}.json': json.dumps(passed).encode(),
        f'photos/{name}': picture(200),
        'certificates/b.png.json': json.dumps(refused).encode(),
        'quarantine/b.png': picture(100),
    }
    rows = [(name, 'passed', ''), ('b.png', 'refused', 'x'), ('c.png', 'failed', EVIL)]
    keys = ('photo', 'status', 'message')
    lines = [json.dumps(dict(zip(keys, row))) for row in rows]
    files['results.jsonl'] = ('\n'.join(lines) + '\n').encode()
    for at, data in files.items():
        path = root / at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root, name


def test_everything_is_there_and_escaped(safe):
    root, name = safe
    checker = parse(write_report(root))
    assert 'script' not in checker.tags
    assert EVIL in checker.text
    for words in (
        name,
        'blur',
        '3.50',
        '25%',
        'Face (Complete)',
        'still there',
        'ab12',
    ):
        assert words in checker.text, words
    assert checker.tags.count('article') == 3
    assert re.search(r'1\s*may be published', checker.text)
    assert 'It says what was found' in checker.text


def test_nothing_is_loaded_from_anywhere(safe):
    root, _ = safe
    page = write_report(root)
    text = page.read_text()
    assert '://' not in text
    assert 'url(' not in text
    assert "default-src 'none'" in text
    for key, value in parse(page).values:
        assert key not in ('href', 'onclick', 'onload')
        assert key != 'src' or value.startswith('data:image/jpeg;base64,')


def test_originals_only_with_the_flag(safe, tmp_path):
    root, name = safe
    (tmp_path / 'photos').mkdir()
    (tmp_path / 'photos' / name).write_bytes(picture(50))
    shades = [np.median(p) for p in pictures(parse(write_report(root)))]
    assert min(shades) > 90
    checker = parse(write_report(root, tmp_path / 'photos'))
    before, after, heat, other = pictures(checker)
    assert abs(np.median(before) - 50) < 4
    assert abs(np.median(after) - 200) < 4
    assert abs(np.median(other) - 100) < 4
    assert 'It shows the originals' in checker.text
    # The box is drawn where it is, and the heat map is hot where it should be.
    assert (np.abs(before[30:90, 20:80].astype(int) - 50).max((0, 2)) > 90).any()
    assert np.abs(before[100:].astype(int) - 50).max() < 20
    levels = heat.astype(int).sum(-1)
    assert np.unravel_index(levels.argmax(), levels.shape)[1] > 110


def test_many_photos_make_several_pages(safe):
    root, _ = safe
    rows = [
        json.dumps({'photo': f'{n}.png', 'status': 'failed', 'message': f'why {n}'})
        for n in range(11)
    ]
    (root / 'results.jsonl').write_text('\n'.join(rows) + '\n')
    first = write_report(root, per_page=4)
    pages = [parse(root / 'report' / page_name(n)) for n in range(3)]
    assert first.name == page_name(0) == 'index.html'
    assert [p.tags.count('article') for p in pages] == [4, 4, 3]
    assert 'why 7' in pages[1].text
    assert all(re.search(r'11\s*not protected', p.text) for p in pages)
    links = {v for k, v in pages[1].values if k == 'href'}
    assert links == {page_name(0), page_name(2)}


def test_wrong_folders_are_named(safe, tmp_path):
    with pytest.raises(DataError, match=r'results\.jsonl'):
        write_report(tmp_path)
    with pytest.raises(ConfigError, match='--before'):
        write_report(safe[0], tmp_path / 'nowhere')
    with pytest.raises(ConfigError, match='per_page'):
        write_report(safe[0], per_page=0)


def test_command(safe, capsys):
    assert main(['report', str(safe[0])]) == 0
    assert capsys.readouterr().out.strip() == str(safe[0] / 'report/index.html')
