"""What the benchmarks of all methods share: records, provenance, tables, subprocesses.

A benchmark measures in child processes (``_child.py``), keeps one record a measurement
in its work folder, and writes ``docs/results/<method>.{md,json}`` from the records.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import shlex
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmprivacy import __version__
from mmprivacy.compat import check_stack, installed_as
from mmprivacy.errors import DataError, MMPrivacyError

ROOT = Path(__file__).resolve().parents[2]


class RunFailedError(MMPrivacyError):
    """A child process of a benchmark ended without a result."""


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in one step, so that a kill leaves the old or the new one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    temporary.write_text(text, encoding='utf-8')
    temporary.replace(path)


def write_json(path: str | Path, value: Any) -> None:
    """Write JSON in one step. NaN and infinity become null: JSON has neither."""
    text = json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + '\n')


def read_json(path: str | Path) -> Any:
    """Read a JSON file, or return None if there is none.

    Raises:
        DataError: If the file is not JSON.
    """
    path = Path(path)
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except ValueError as e:
        raise DataError.explain(
            path, expected='a JSON record', got=e, fix='delete the file'
        ) from e


def plain(value: Any) -> Any:
    """Turn tuples, NumPy scalars and NaN into what JSON has."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, 'item'):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def digest(value: Any) -> str:
    """Return eight hexadecimal digits that stand for a JSON value."""
    text = json.dumps(plain(value), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def source_digest() -> str:
    """Return twelve hexadecimal digits that stand for the package's source."""
    total = hashlib.sha256()
    for path in sorted((ROOT / 'mmprivacy').rglob('*.py')):
        total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()[:12]


def provenance() -> dict[str, Any]:
    """Say what measured: versions, lane, kind of machine. No names, no paths."""
    import torch

    lane = check_stack()
    names = ('torch', 'torchvision', 'numpy', 'scikit-learn')
    hosts = ['mmengine', 'mmcv', 'mmpretrain']
    hosts += ['mmdetection'] if lane == 'onedl' else ['mmdet']
    hosts += ['mmsegmentation']
    prefix = 'onedl-' if lane == 'onedl' else ''
    versions = {'mmprivacy': __version__, 'source': source_digest()}
    versions |= {n: installed_as(n) for n in names}
    versions |= {n: installed_as(prefix + n) for n in hosts}
    cuda = torch.cuda.is_available()
    return {
        'versions': versions,
        'lane': lane,
        'python': platform.python_version(),
        'machine': {
            'cpu_cores': len(os.sched_getaffinity(0))
            if hasattr(os, 'sched_getaffinity')
            else os.cpu_count(),
            'threads': torch.get_num_threads(),
            'gpu': torch.cuda.get_device_name() if cuda else None,
        },
    }


def run_child(target: str, payload: dict, result: str | Path) -> dict:
    """Run a function of this folder in a process of its own.

    Args:
        target: ``module:function``; the function takes the payload and returns a dict.
        payload: JSON values.
        result: Where the child writes what the function returned.

    Returns:
        The function's result.

    Raises:
        RunFailedError: If the child failed; it has told why on stderr.
    """
    result = Path(result)
    result.unlink(missing_ok=True)
    request = result.with_suffix('.request.json')
    write_json(request, payload)
    child = [sys.executable, str(Path(__file__).with_name('_child.py'))]
    done = subprocess.run([*child, target, str(request), str(result)], check=False)
    request.unlink(missing_ok=True)
    answer = read_json(result)
    if done.returncode or answer is None or 'error' in answer:
        result.unlink(missing_ok=True)
        reason = (answer or {}).get('error') or f'exit status {done.returncode}'
        raise RunFailedError(reason)
    return answer


def peak_rss() -> int:
    """Return the highest resident memory of this process so far in bytes.

    Read from the process itself where Linux offers it: ``getrusage`` also counts the
    parent that a child was forked from.
    """
    status = Path('/proc/self/status')
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith('VmHWM:'):
                return int(line.split()[1]) * 1024
    import resource

    unit = 1 if sys.platform == 'darwin' else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def mean_spread(values: Sequence[float | None]) -> tuple[float, float | None]:
    """Return mean and sample standard deviation of the finite values.

    Returns:
        The mean (NaN without values), and the spread (None with fewer than two).
    """
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return math.nan, None
    spread = statistics.stdev(known) if len(known) > 1 else None
    return statistics.fmean(known), spread


def command_line(argv: Sequence[str], tool: str) -> str:
    """Phrase how a benchmark was started; paths outside the repository are hidden."""
    return shlex.join(
        ['python', f'tools/benchmarks/{tool}.py', *map(without_path, argv)]
    )


def without_path(argument: object) -> str:
    """Phrase an argument, or ``KEY=VALUE``, without an absolute path."""
    key, equals, value = str(argument).rpartition('=')
    path = Path(value).expanduser()
    if path.is_absolute():
        inside = path.is_relative_to(ROOT)
        value = str(path.relative_to(ROOT)) if inside else 'DIR'
    return f'{key}{equals}{value}'
