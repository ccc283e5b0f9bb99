"""Run the code that the README and the docs show.

Python blocks run in one interpreter a page. A block whose first line is a comment with
a file name is written to that file. The shell lines that train run as they stand, with
further overrides that leave a few small images. What needs a fresh machine (make, pip,
git, source) is left to the set-up itself.
"""

import json
import re
import shlex
from pathlib import Path

import pytest
from tiny_runs import as_arguments

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r'# ([\w-]+\.py)\n')


def blocks(page, language):
    return [m[2] for m in BLOCK.finditer(page.read_text()) if m[1] == language]


def shell_lines(page):
    for block in blocks(page, 'bash'):
        lines = block.replace('\\\n', ' ').splitlines()
        yield from (line.split('  #')[0].strip() for line in lines)


@pytest.fixture
def workspace(tmp_path):
    """A folder that looks like the repository to somebody who types commands there."""
    for name in ('configs', 'tools', 'docs'):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def write_files(page, folder):
    for block in blocks(page, 'python'):
        named = FILE_NAME.match(block)
        if named:
            (folder / named[1]).write_text(block)


@pytest.mark.parametrize('page', PAGES, ids=lambda p: p.name)
def test_python_blocks_run(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    namespace = {}
    for block in blocks(page, 'python'):
        if not FILE_NAME.match(block):
            exec(compile(block, str(page), 'exec'), namespace)


@pytest.mark.parametrize('page', PAGES, ids=lambda p: p.name)
def test_named_files_and_tools_exist(page):
    for line in shell_lines(page):
        words = shlex.split(line)
        if words[:1] == ['make']:
            assert re.search(rf'^{words[1]}:', (ROOT / 'Makefile').read_text(), re.M)
        for word in words:
            if word.startswith(('tools/', 'configs/', 'docs/')):
                assert (ROOT / word).exists(), f'{page.name}: {line}'


@pytest.mark.parametrize('page', PAGES, ids=lambda p: p.name)
def test_relative_links_lead_somewhere(page):
    for target in re.findall(r'\]\(([^)#:]+)\)', page.read_text()):
        assert (page.parent / target).exists(), f'{page.name}: {target}'


def test_examples_of_own_modules_are_short():
    for block in blocks(ROOT / 'docs/extend.md', 'python'):
        assert len(block.splitlines()) <= 40


@pytest.mark.parametrize('name', ['my_head', 'my_backbone', 'drag_mobilenet'])
def test_shown_model_trains_on_sample_data(name, workspace, tiny_options, run_tool):
    for page in PAGES:
        write_files(page, workspace)
    lines = [ln for page in PAGES for ln in shell_lines(page) if f' {name}' in ln]
    (line,) = (ln for ln in lines if 'train.py' in ln)
    _, tool, config, *flags = shlex.split(line)
    options = as_arguments(tiny_options(workspace / config))
    done = run_tool(Path(tool).stem, config, *flags, *options, cwd=workspace)
    assert done.status == 0, done.err
    assert 'privacy/accuracy' in done.out


def test_shown_data_set_is_read(workspace, sample_root, run_tool):
    for page in PAGES:
        write_files(page, workspace)
    (workspace / 'photos').mkdir()
    for split in ('train', 'val', 'test'):
        rows = [
            json.dumps({'image': str(photo), 'private': label == 'private'})
            for label in ('private', 'public')
            for photo in sorted((sample_root / label).glob('*.jpg'))[:4]
        ]
        (workspace / 'photos' / f'{split}.jsonl').write_text('\n'.join(rows))
    line = next(ln for ln in shell_lines(ROOT / 'docs/extend.md') if 'check' in ln)
    _, tool, *configs = shlex.split(line)
    done = run_tool(Path(tool).stem, *configs, cwd=workspace)
    assert done.status == 0, done.out + done.err
