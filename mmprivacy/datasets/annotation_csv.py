"""Read annotation tables, and say what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mmprivacy.errors import DataError

PREPARE_HINT = (
    'prepare the data with `python tools/prepare_data.py image-privacy --private DIR '
    '--public DIR --out <data_root>`, or add --sample to run on drawn sample data'
)


def read_rows(ann_file: Path, columns: Sequence[str]) -> list[tuple[int, dict]]:
    """Read a CSV file with the line number of each row.

    Args:
        ann_file: The file, UTF-8.
        columns: Columns that must be there.

    Returns:
        ``(line number, row)`` pairs, blank lines left out.

    Raises:
        DataError: If the file is missing, no CSV, or lacks a column.
    """
    if not ann_file.is_file():
        raise DataError.explain(
            ann_file,
            expected='an annotation file',
            got='no such file',
            fix=PREPARE_HINT,
        )
    try:
        with open(ann_file, newline='', encoding='utf-8-sig') as f:
            reader = csv.DictReader(f)
            missing = [c for c in columns if c not in (reader.fieldnames or ())]
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as e:
        raise DataError.explain(
            ann_file, expected='a CSV file in UTF-8', got=str(e), fix='save it as such'
        ) from e
    if missing:
        raise DataError.explain(
            ann_file,
            expected=f'columns {", ".join(columns)}',
            got=', '.join(reader.fieldnames or ()) or 'none',
            fix='use the layout in docs/get_started, or name other columns',
        )
    for line, row in rows:
        if any(row[c] is None for c in columns):
            raise DataError.explain(
                f'{ann_file}, line {line}',
                expected=f'{len(reader.fieldnames)} values',
                got='fewer',
                fix='complete the row',
            )
    return rows
