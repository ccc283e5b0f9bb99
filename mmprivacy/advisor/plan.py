"""The plan of a photo: what was found and what is to be done, for people to edit.

A plan is a JSON file. Delete a region, move a box, change a ``method`` (``keep`` lets
the region stay), add regions of your own (a box and a kind are enough), and protect
with it.

Convention:
    Boxes are xyxy in pixels of the upright photo. Masks are run lengths in COCO's
    uncompressed form, 1 = private.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmprivacy.advisor.contracts import Assessment, Region
from mmprivacy.advisor.json_text import to_json
from mmprivacy.advisor.policy import KEEP, Policy
from mmprivacy.datasets.rle import decode_rle, encode_rle
from mmprivacy.errors import DataError, nearest

VERSION = 1
_REGION_KEYS = (
    'box', 'kind', 'score', 'source', 'reason', 'method', 'margin', 'warning', 'mask',
)  # fmt: skip
_HEAT_MAP_SIDE = 64


@dataclass(frozen=True, eq=False)
class PlannedRegion:
    """A region, and what is to be done with it.

    Attributes:
        region: As it was found.
        method: Name of a protector, or ``'keep'``.
        margin: See :class:`mmprivacy.advisor.policy.Rule`.
        warning: What the method does not protect from.
    """

    region: Region
    method: str
    margin: float = 0.0
    warning: str = ''


@dataclass(frozen=True, eq=False)
class Plan:
    """What is known about a photo, and what is to be done.

    Attributes:
        photo: Path of the photo below the input folder.
        sha256: Digest of its file.
        size: ``(H, W)`` of the upright photo.
        regions: The regions.
        assessments: What the assessors said, as it stands in the file.
        config: Digest of the config that made the plan.
        skipped: Parts that did not run, with the reason.
    """

    photo: str
    sha256: str
    size: tuple[int, int]
    regions: tuple[PlannedRegion, ...] = ()
    assessments: tuple[Mapping[str, Any], ...] = ()
    config: str = ''
    skipped: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the plan as indented JSON; the same plan gives the same text."""
        height, width = self.size
        content = {
            'plan': VERSION,
            'photo': self.photo,
            'sha256': self.sha256,
            'width': width,
            'height': height,
            'config': self.config,
            'regions': [_region_dict(r) for r in self.regions],
            'assessments': list(self.assessments),
            'skipped': dict(self.skipped),
        }
        return to_json(content, indent=1) + '\n'

    @property
    def digest(self) -> str:
        """Digest of the plan's text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def read_plan(path: str | Path, policy: Policy, methods: Sequence[str]) -> Plan:
    """Read a plan that somebody may have edited.

    Args:
        path: The JSON file.
        policy: Says what regions without a method or margin get.
        methods: Names of the protectors.

    Returns:
        The plan.

    Raises:
        DataError: If the file is missing, no plan, or a value in it is wrong.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except OSError as e:
        raise DataError.explain(
            path, expected='a plan', got=e.strerror or e, fix='run assess before'
        ) from e
    except ValueError as e:
        raise DataError.explain(
            path, expected='a plan in JSON', got=e, fix='correct it, or assess again'
        ) from e
    if not isinstance(content, dict) or content.get('plan') != VERSION:
        said = content.get('error') if isinstance(content, dict) else None
        got = said or 'another file'
        raise DataError.explain(
            path, expected=f'a plan of version {VERSION}', got=got, fix='assess again'
        )
    try:
        size = int(content['height']), int(content['width'])
        regions = [
            _read_region(entry, size, policy, methods, f'{path}: region {n}')
            for n, entry in enumerate(content['regions'])
        ]
        return Plan(
            content['photo'],
            content['sha256'],
            size,
            tuple(regions),
            tuple(content.get('assessments', ())),
            content.get('config', ''),
            content.get('skipped', {}),
        )
    except (KeyError, TypeError, ValueError) as e:
        if isinstance(e, DataError):
            raise
        raise DataError.explain(
            path, expected='a complete plan', got=repr(e), fix='assess again'
        ) from e


def assessment_dict(assessment: Assessment) -> dict[str, Any]:
    """Phrase an assessment for the plan.

    Args:
        assessment: The assessment.

    Returns:
        What JSON can hold; the heat map as a small gray PNG in base64.
    """
    return {
        'source': assessment.source,
        'score': _rounded(assessment.score),
        'private_probability': _rounded(assessment.private_probability),
        'findings': [
            {'name': f.name, 'score': _rounded(f.score), 'reason': f.reason}
            for f in assessment.findings
        ],
        'heat_map': _encode_heat_map(assessment.heat_map),
    }


def decode_heat_map(text: str | None) -> np.ndarray | None:
    """Read the heat map of an assessment in a plan, (h, w) float in [0, 1]."""
    if not text:
        return None
    data = np.frombuffer(base64.b64decode(text), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255


def _encode_heat_map(heat_map: np.ndarray | None) -> str | None:
    if heat_map is None:
        return None
    h, w = heat_map.shape
    scale = min(1, _HEAT_MAP_SIDE / max(h, w))
    side = max(1, round(w * scale)), max(1, round(h * scale))
    small = cv2.resize(heat_map.astype(np.float32), side, interpolation=cv2.INTER_AREA)
    levels = np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
    return base64.b64encode(cv2.imencode('.png', levels)[1].tobytes()).decode()


def _region_dict(planned: PlannedRegion) -> dict[str, Any]:
    region = planned.region
    entry: dict[str, Any] = {
        'box': [round(float(v), 2) for v in region.box],
        'kind': region.kind,
        'score': _rounded(region.score),
        'source': region.source,
        'reason': region.reason,
        'method': planned.method,
        'margin': planned.margin,
    }
    if planned.warning:
        entry['warning'] = planned.warning
    if region.mask is not None:
        entry['mask'] = encode_rle(region.mask)
    return entry


def _read_region(
    entry: Mapping[str, Any],
    size: tuple[int, int],
    policy: Policy,
    methods: Sequence[str],
    where: str,
) -> PlannedRegion:
    for key in entry:
        if key not in _REGION_KEYS:
            raise DataError.explain(
                where, expected='known keys', got=key, fix=nearest(key, _REGION_KEYS)
            )
    rule = policy.rule_for(str(entry['kind']))
    method = entry.get('method', rule.method)
    if method not in (*methods, KEEP):
        raise DataError.explain(
            where,
            expected='a known method',
            got=repr(method),
            fix=nearest(str(method), [*methods, KEEP]),
        )
    box = tuple(float(v) for v in entry['box'])
    height, width = size
    x0, y0, x1, y1 = box
    if not (x0 < x1 and y0 < y1 and x0 < width and y0 < height and x1 > 0 and y1 > 0):
        raise DataError.explain(
            f'{where}, box',
            expected=f'x0 < x1, y0 < y1, inside {width} x {height}',
            got=list(box),
            fix='give corners in pixels of the upright photo',
        )
    mask = decode_rle(entry['mask']) if entry.get('mask') else None
    if mask is not None and mask.shape != size:
        raise DataError.explain(
            f'{where}, mask', expected=size, got=mask.shape, fix='correct its size'
        )
    margin = float(entry.get('margin', rule.margin))
    if not 0 <= margin <= 10:
        raise DataError.explain(
            f'{where}, margin', expected='0 to 10', got=margin, fix='correct it'
        )
    region = Region(
        box,
        str(entry['kind']),
        float(entry.get('score', 1)),
        str(entry.get('source', 'plan')),
        mask,
        str(entry.get('reason', '')),
    )
    return PlannedRegion(region, method, margin, str(entry.get('warning', '')))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
