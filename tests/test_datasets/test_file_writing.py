"""Files are replaced in one step, or the error names them."""

from __future__ import annotations

import pytest

from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import ConfigError


def test_folders_are_made_and_files_replaced(tmp_path):
    path = tmp_path / 'new' / 'a.txt'
    for text in ('one', 'zwei, drei: \u00e4'):
        write_text(path, text)
        assert path.read_text(encoding='utf-8') == text
    assert [p.name for p in path.parent.iterdir()] == ['a.txt']


def test_places_that_cannot_be_written_are_named(tmp_path):
    (tmp_path / 'file').write_text('kept')
    with pytest.raises(ConfigError, match=r'file/a\.txt: expected .* be written'):
        write_text(tmp_path / 'file' / 'a.txt', 'x')
    assert (tmp_path / 'file').read_text() == 'kept'
