"""JSON for people and programs, whatever files are called."""

from __future__ import annotations

import json
from typing import Any


def to_json(content: Any, indent: int | None = None, sort_keys: bool = False) -> str:
    """Write JSON that can be encoded in UTF-8.

    Args:
        content: What to write. Objects that JSON does not have become their ``repr``.
        indent: Spaces of indentation; None for one line.
        sort_keys: Whether to order keys.

    Returns:
        The text. Letters stay as they are, unless one is part of a file name that is no
        UTF-8: then all but ASCII is escaped.
    """
    options = dict(indent=indent, sort_keys=sort_keys, default=repr)
    text = json.dumps(content, ensure_ascii=False, **options)
    try:
        text.encode('utf-8')
    except UnicodeEncodeError:
        return json.dumps(content, **options)
    return text
