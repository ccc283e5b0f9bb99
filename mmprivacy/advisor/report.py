"""The report of an output folder: static pages for a browser, and nothing else.

Pages need no server and load nothing: pictures are inside, scripts there are none. They
describe what is private in the photos, so they are for whoever publishes them, not for
the public.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmprivacy.advisor.decoding import decode_photo
from mmprivacy.advisor.output_folder import OutputFolder
from mmprivacy.advisor.plan import decode_heat_map
from mmprivacy.advisor.report_page import render_page
from mmprivacy.datasets.file_writing import write_text
from mmprivacy.errors import ConfigError, DataError

_SIDE = 350  # longer side of a thumbnail in pixels
_OUTLINE = (255, 196, 0)


@dataclass(frozen=True)
class Entry:
    """What the report says about one photo.

    Attributes:
        photo: Its path below the input folder.
        status: ``'passed'``, ``'refused'`` or ``'failed'``.
        message: Why, if it is not ``'passed'``.
        pictures: Caption to picture, as a ``data:`` URI.
        plan: Its plan as it stands in the file; empty if there is none.
        certificate: The same of its certificate.
    """

    photo: str
    status: str
    message: str = ''
    pictures: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    certificate: Mapping[str, Any] = field(default_factory=dict)


def write_report(
    out: str | Path, before: str | Path | None = None, per_page: int = 50
) -> Path:
    """Write the report of an output folder into its folder ``report``.

    Photo after photo is read, so that the memory does not depend on their number.

    Args:
        out: The output folder of ``protect``.
        before: The folder of the originals, to show them, too.
        per_page: Photos on a page.

    Returns:
        The first page, ``report/index.html``.

    Raises:
        DataError: If it is no output folder, or ``protect`` has not finished.
        ConfigError: If there are no originals, or a page cannot be written.
    """
    folder = OutputFolder(out)
    rows = folder.root / 'results.jsonl'
    if not rows.is_file():
        raise DataError.explain(
            out,
            expected='the output folder of a finished run of protect',
            got='no results.jsonl',
            fix='check the path, or run protect to its end',
        )
    if before is not None and not Path(before).exists():
        raise ConfigError.explain(
            '--before', expected='the originals', got=before, fix='check the path'
        )
    if per_page < 1:
        raise ConfigError.explain(
            'per_page', expected='at least 1', got=per_page, fix='increase it'
        )
    counts = Counter(row['status'] for row in _rows(rows))
    pages = max(1, -(-sum(counts.values()) // per_page))
    names = [page_name(n) for n in range(pages)]
    outcomes = _rows(rows)
    for number, name in enumerate(names):
        shown = [_entry(r, folder, before) for r in islice(outcomes, per_page)]
        text = render_page(shown, counts, number, names, before is not None)
        write_text(folder.root / 'report' / name, text)
    return folder.root / 'report' / names[0]


def page_name(number: int) -> str:
    """Name a page, from 0 on."""
    return f'page_{number + 1:05d}.html' if number else 'index.html'


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding='utf-8') as file:
        yield from map(json.loads, file)


def _entry(
    row: Mapping[str, Any], folder: OutputFolder, before: str | Path | None
) -> Entry:
    """Gather what there is about a photo."""
    name = row['photo']
    plan = _read(folder.plan(name))
    certificate = _read(folder.certificate(name))
    boxes = [r['box'] for r in plan.get('regions', ())]
    heats = [
        (said['source'], decode_heat_map(said.get('heat_map')))
        for said in plan.get('assessments', ())
    ]
    pictures = {}
    original = None
    if before is not None:
        at = Path(before)
        original = _thumbnail(at / name if at.is_dir() else at)
    if original is not None:
        pictures['before, with what was found'] = _outlined(original, boxes)
    after = None
    if certificate.get('file'):
        after = _thumbnail(folder.root / certificate['file'])
    if after is not None:
        found = 'after' if original is not None else 'after, with what was found'
        pictures[found] = _outlined(after, [] if original is not None else boxes)
    ground = original if original is not None else after
    for source, heat in heats:
        if heat is not None and ground is not None:
            pictures[f'heat map: {source}'] = _heated(ground, heat)
    return Entry(name, row['status'], row['message'], pictures, plan, certificate)


def _read(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty if there is none."""
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


Thumbnail = tuple[np.ndarray, float]


def _thumbnail(path: Path) -> Thumbnail | None:
    """Read a photo small: RGB, and the scale; None if it cannot be read."""
    try:
        pixels = decode_photo(path.read_bytes(), path).photo.pixels
    except (OSError, DataError):
        return None
    height, width = pixels.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), scale


def _outlined(thumbnail: Thumbnail, boxes: Sequence[Sequence[float]]) -> str:
    picture, scale = thumbnail[0].copy(), thumbnail[1]
    for box in boxes:
        x0, y0, x1, y1 = (round(v * scale) for v in box)
        cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), (0, 0, 0), 4)
        cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), _OUTLINE, 2)
    return _uri(picture)


def _heated(thumbnail: Thumbnail, heat: np.ndarray) -> str:
    """Lay a map over a picture that is turned to gray."""
    picture = thumbnail[0]
    height, width = picture.shape[:2]
    large = cv2.resize(heat, (width, height), interpolation=cv2.INTER_LINEAR)
    levels = np.rint(255 * large.clip(0, 1)).astype(np.uint8)
    colour = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1]
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    weight = 0.2 + 0.5 * large.clip(0, 1)[..., None]
    mixed = (1 - weight) * gray + weight * colour
    return _uri(np.rint(mixed).clip(0, 255).astype(np.uint8))


def _uri(picture: np.ndarray) -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, 85]
    _, data = cv2.imencode('.jpg', np.ascontiguousarray(picture[..., ::-1]), options)
    return f'data:image/jpeg;base64,{base64.b64encode(data).decode()}'
