"""Everything docs/results/disappearance.json says, computed from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import _results
from _jobs import Job

SOURCE = 'SocialGuard'
PUBLISHED = {
    'Table 1, COCO': {'r_all': 0.961, 'r_sen': 0.965},
    'Table 1, VOC 2007': {'r_all': 0.993, 'r_sen': 0.994},
    'Table 2, COCO': {'p_all': 0.0057, 'p_sen': 0.0223},
    'Table 2, VOC 2007': {'p_all': 0.0007, 'p_sen': 0.0018},
}
PUBLISHED_SWEEP = {  # Table 3
    't': (0.2, 0.24, 0.28, 0.32, 0.36, 0.4),
    'p_all': (0.0856, 0.0384, 0.0086, 0.0027, 0.0012, 0.0006),
    'p_sen': (0.0453, 0.0336, 0.0261, 0.0103, 0.0050, 0.0042),
}
PUBLISHED_METHODS = {  # Table 4: success, leakage, PSNR, SSIM
    'brightness': (0.006, 1.0, 8.46, 0.252),
    'blur': (0.004, 1.0, 24.08, 0.676),
    'mosaic': (0.022, 0.7819, 23.87, 0.683),
    'noise': (0.008, 0.9555, 22.68, 0.437),
    'jpeg': (0.054, 0.5732, 24.96, 0.687),
    'AE_all': (0.962, 0.0054, 27.16, 0.751),
    'AE_sen': (0.966, 0.0220, 46.91, 0.992),
}


def collect(
    jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence[str]
) -> dict[str, Any]:
    """Gather all records; see :func:`_results.collect`.

    Returns:
        The content of the JSON file.
    """
    results, parts = _results.collect('Disappearance', jobs, data, command, failed)
    found = {
        part: {r['name']: r['result'] for r in records}
        for part, records in parts.items()
    }
    return results | {
        'detectors': detectors(parts.get('accuracy', [])),
        'protection': _ours(found.get('protection', {})),
        'without': found.get('protection', {}).get('without a detector', {}),
        'sweep': _ours(found.get('sweep', {})),
        'classes': _ours(found.get('classes', {})),
        'peers': found.get('peers', {}),
        'transfer': _ours(found.get('transfer', {})),
        'cost': found.get('cost', {}),
        'goals': goals(found),
        'published': {
            'source': SOURCE,
            'rates': PUBLISHED,
            'thresholds': PUBLISHED_SWEEP,
            'methods': PUBLISHED_METHODS,
        },
        'records': [r for records in parts.values() for r in records],
    }


def detectors(records: Sequence[Mapping]) -> list[dict]:
    """List the detectors with what they reach on the unchanged test photos."""
    return [
        {'name': f'{r["name"]}, seed {r["seed"]}', **r['result']}
        for r in records
        if 'metrics' in r['result']
    ]


def goals(found: Mapping[str, Mapping]) -> list[dict]:
    """Compare with what the toolkit promises.

    Returns:
        ``name``, ``value``, ``target``, ``at_least`` of each that is measured.
    """
    rows: list[dict] = []

    def add(name: str, value: float | None, sign: str, goal: float) -> None:
        if value is not None:
            row = dict(name=name, value=value, target=goal, at_least=sign == '>=')
            rows.append(row)

    victim = next(iter(found.get('accuracy', {}).values()), {})
    if 'metrics' in victim:
        recall = victim['metrics']['recall']
        add('recall of the detector, unchanged photos', recall, '>=', 0.9)
    protection = found.get('protection', {})
    for mode, figures in (
        ('all', (('r_all', '>=', 0.961), ('p_all', '<=', 0.0057))),
        ('sen', (('r_sen', '>=', 0.965), ('p_sen', '<=', 0.0223))),
    ):
        ours = protection.get(f'product 8/255, {mode}', {}).get('ours')
        if ours:
            for key, sign, goal in figures:
                add(f'{key}, product 8/255', at(ours, key), sign, goal)
            add(f'PSNR of {mode} in dB, product 8/255', ours['psnr'], '>=', 37)
            add(f'L-inf of {mode}, product 8/255', ours['linf'], '<=', 8)
    without = protection.get('without a detector', {})
    if 'noise 8/255' in without:
        noise = at(without['noise 8/255'], 'r_all_detected')
        add('r_all_detected of noise of 8/255', noise, '<=', 0.2)
    jpeg = protection.get('jpeg 16/255, all', {}).get('ours')
    if jpeg:
        value = jpeg['jpeg']['75']['r_all']
        add('r_all from JPEG 75, jpeg preset', value, '>=', 0.8)
        add('PSNR in dB, jpeg preset', jpeg['psnr'], '>=', 30)
    for eps, methods in found.get('peers', {}).items():
        ours, peer = methods['ours'], methods['art']
        gain = at(ours, 'r_all') - at(peer, 'r_all')
        add(f'r_all minus that of ART, {eps}', gain, '>=', 0)
        add(f'dB more than ART, {eps}', ours['psnr'] - peer['psnr'], '>=', 1)
        ratio = ours['seconds'] / peer['seconds']
        add(f'seconds a photo by those of ART, {eps}', ratio, '<=', 0.5)
    cost = found.get('cost', {})
    if 'iteration' in cost:
        add('seconds an update by ART', cost['iteration']['ratio'], '<=', 1)
    if 'time to success' in cost:
        ratio = cost['time to success']['ratio']
        add("seconds to success by the paper's preset", ratio, '<=', 0.2)
    return rows


def at(figures: Mapping, key: str, thr: str = '0.3') -> float:
    """Read a rate of PNG files at a threshold."""
    return figures['rates'][thr][key]


def _ours(results: Mapping[str, Mapping]) -> dict[str, dict]:
    return {name: found['ours'] for name, found in results.items() if 'ours' in found}
