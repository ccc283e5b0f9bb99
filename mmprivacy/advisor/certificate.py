"""The certificate of a protected file: what was proved about it, and what not.

It is bound to the file by its SHA-256 and its path, and to itself by a seal: whoever
changes a byte of either has another pair. The seal is a digest, no signature: it shows
accidents and careless edits, not an attacker who writes a new certificate.

There are no times in it: the same photo, plan and config give the same certificate.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmprivacy.advisor.contracts import Problem
from mmprivacy.advisor.json_text import to_json
from mmprivacy.errors import DataError
from mmprivacy.version import __version__

VERSION = 1
PASSED, REFUSED = 'passed', 'refused'
"""The file may be published; it is in quarantine."""


def sha256_of(data: bytes) -> str:
    """Digest bytes."""
    return hashlib.sha256(data).hexdigest()


def library_versions() -> dict[str, str]:
    """Name what the result depends on."""
    import cv2
    import numpy
    import PIL

    return {
        'mmprivacy': __version__,
        'python': platform.python_version(),
        'numpy': numpy.__version__,
        'opencv': cv2.__version__,
        'pillow': PIL.__version__,
    }


def seal(content: Mapping[str, Any]) -> dict[str, Any]:
    """Add the digest of a certificate to it."""
    content = {k: v for k, v in content.items() if k != 'seal'}
    text = to_json(content, sort_keys=True)
    return {**content, 'seal': sha256_of(text.encode())}


def is_sealed(content: Mapping[str, Any]) -> bool:
    """Tell whether a certificate is as it was written."""
    return content.get('seal') == seal(content)['seal']


def to_text(content: Mapping[str, Any]) -> str:
    """Write a certificate as indented JSON, sealed."""
    return to_json(seal(content), indent=1) + '\n'


def read_certificate(path: str | Path) -> dict[str, Any]:
    """Read a certificate and check its seal.

    Args:
        path: The JSON file.

    Returns:
        Its content.

    Raises:
        DataError: If it is missing, no certificate, or was changed.
    """
    try:
        content = json.loads(Path(path).read_text(encoding='utf-8'))
    except OSError as e:
        raise DataError.explain(
            path, expected='a certificate', got=e.strerror or e, fix='protect again'
        ) from e
    except ValueError as e:
        raise DataError.explain(
            path, expected='a certificate in JSON', got=e, fix='protect again'
        ) from e
    if not isinstance(content, dict) or content.get('certificate') != VERSION:
        raise DataError.explain(
            path,
            expected=f'a certificate of version {VERSION}',
            got='another file',
            fix='protect again',
        )
    if not is_sealed(content):
        raise DataError.explain(
            path,
            expected='a certificate as it was written',
            got='one that was changed (its seal is broken)',
            fix='protect again',
        )
    return content


def problem_dict(problem: Problem) -> dict[str, Any]:
    """Phrase a problem for JSON."""
    box = None if problem.box is None else [round(float(v), 1) for v in problem.box]
    return {
        'kind': problem.kind,
        'message': problem.message,
        'box': box,
        'score': round(float(problem.score), 4),
        'source': problem.source,
    }


def summarise(problems: Sequence[Mapping[str, Any]], limit: int = 3) -> str:
    """Phrase the problems of a certificate in one line."""
    shown = [p['message'] for p in problems[:limit]]
    more = f' and {len(problems) - limit} more' if len(problems) > limit else ''
    return '; '.join(shown) + more
