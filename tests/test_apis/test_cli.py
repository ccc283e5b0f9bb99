import argparse
import subprocess
import sys

import pytest
import torch

from mmprivacy.apis import cli
from mmprivacy.errors import ConfigError, DataError, MissingDependencyError


def run(error, *argv, monkeypatch):
    def main(_):
        raise error

    monkeypatch.setattr('sys.argv', ['tool', *argv])
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        cli.run_tool(main)
    return caught.value


def test_own_error_becomes_one_line_and_status_2(monkeypatch, capsys):
    status = run(ConfigError('a\n  b'), monkeypatch=monkeypatch)
    assert status.code == 2
    assert capsys.readouterr().err == 'error: a b\n'


def test_debug_shows_the_traceback(monkeypatch):
    assert (
        type(run(ConfigError('a'), '--debug', monkeypatch=monkeypatch)) is ConfigError
    )


def test_bug_keeps_its_traceback(monkeypatch):
    assert type(run(ZeroDivisionError(), monkeypatch=monkeypatch)) is ZeroDivisionError


def test_interrupt_has_its_own_status(monkeypatch):
    assert run(KeyboardInterrupt(), monkeypatch=monkeypatch).code == 130


def test_own_error_is_found_behind_a_wrapped_one():
    own = MissingDependencyError('install it')

    def load():
        try:
            raise own
        except ImportError:
            raise ImportError('Failed to import')  # noqa: B904

    with pytest.raises(ImportError) as caught:
        load()
    assert cli.find_own_error(caught.value) is own
    assert cli.find_own_error(ValueError()) is None


class Broken(torch.utils.data.Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise DataError.explain('a.jpg', expected='a photo', got='half', fix='copy it')


def test_message_of_a_worker_is_the_original_one():
    loader = torch.utils.data.DataLoader(Broken(), num_workers=1)
    with pytest.raises(DataError) as caught:
        next(iter(loader))
    assert 'Traceback' in str(caught.value)
    own = cli.find_own_error(caught.value)
    assert cli.one_line(own) == 'a.jpg: expected a photo, got half. To fix: copy it.'


def test_options_are_collected_in_order():
    parser = argparse.ArgumentParser()
    cli.add_common_arguments(parser)
    words = ['--cfg-options', 'a.b=1', '+c="x=y"', '--cfg-options', 'd=[1,2]']
    args = parser.parse_args(words)
    assert args.cfg_options == {'a.b': '1', '+c': '"x=y"', 'd': '[1,2]'}
    assert parser.parse_args([]).cfg_options == {}
    with pytest.raises(SystemExit):
        parser.parse_args(['--cfg-options', 'novalue'])


def test_importing_the_package_is_cheap():
    code = (
        'import sys, mmprivacy.apis, mmprivacy.apis.cli; '
        'sys.exit(any(m in sys.modules for m in ("torch", "mmengine", "numpy")))'
    )
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
