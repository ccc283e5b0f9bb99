"""Everything docs/results/eraser.json says, computed from the records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import _results
from _common import mean_spread
from _jobs import Job
from _results import Methods

_PAPER = 'Yang et al. 2023'
OURS, BEFORE = 'ERASER', 'ERASER, stage 1'
TARGETS = {'cost': 1.05, 'recall': 0.1, 'psnr_loss': 1.0, 'fewer_passes': 20}
#: Table of the report -> prefix of its keys, and key to heading.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    'inpainting': (
        'inpainting/',
        {
            'psnr': 'PSNR (dB)',
            'ssim': 'SSIM',
            'mae_rel': 'MAE',
            'region_psnr': 'PSNR inside',
            'region_ssim': 'SSIM inside',
        },
    ),
    'quality': (
        'inpainting/',
        {
            'ssim': 'SSIM',
            'psnr': 'PSNR (dB)',
            'fid': 'FID',
            'lpips_vgg': 'LPIPS',
            'clean_ssim': 'true SSIM',
            'clean_psnr': 'true PSNR',
            'clean_region_ssim': 'inside: true SSIM',
            'clean_region_psnr': 'inside: true PSNR',
        },
    ),
    'difference': (
        'difference/',
        {
            'mae': 'MAE',
            'fm': 'FM',
            'adv': 'Adv',
            'pl_v': 'PL-V',
            'pl_v_random': 'PL-V, random VGG19',
            'pl_r': 'PL-R',
        },
    ),
}
PUBLISHED: dict[str, dict[str, dict[str, float]]] = {
    'inpainting': {  # Table 1; the other rows are shifted in the text of the paper
        'ICT': {'psnr': 25.982, 'ssim': 0.839, 'mae_rel': 0.0254},
        'LaMa': {'psnr': 24.947, 'ssim': 0.857, 'mae_rel': 0.0245},
        'ERASER': {'psnr': 24.085, 'ssim': 0.845, 'mae_rel': 0.0285},
    },
    'quality': {  # Table 2
        name: dict(zip(('ssim', 'psnr', 'fid', 'lpips_vgg'), row))
        for name, row in {
            'Mask': (0.622, 14.232, 75.57, 0.378),
            'Blur': (0.841, 27.777, 26.02, 0.098),
            'Pixelation': (0.847, 29.199, 21.40, 0.084),
            'ICT': (0.646, 18.261, 99.32, 0.190),
            'LaMa': (0.694, 18.866, 63.23, 0.119),
            'ERASER': (0.862, 25.592, 65.35, 0.125),
        }.items()
    },
    'difference': {  # Table 3
        name: dict(zip(('mae', 'fm', 'adv', 'pl_v', 'pl_r'), row))
        for name, row in {
            'Mask': (0.179, 0.301, 0.633, 0.040, 0.730),
            'Blur': (0.023, 0.083, 0.632, 0.041, 0.052),
            'Pixelation': (0.018, 0.074, 0.631, 0.040, 0.055),
            'ICT': (0.237, 0.266, 13.035, 49.162, 65.056),
            'LaMa': (0.178, 0.206, 29.863, 131.789, 55.774),
            'ERASER': (0.198, 0.215, 29.860, 131.819, 55.937),
        }.items()
    },
}


def collect(
    jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence[str]
) -> dict[str, Any]:
    """Gather all records; see :func:`_results.collect`.

    Returns:
        The content of the JSON file.
    """
    results, parts = _results.collect('ERASER', jobs, data, command, failed)
    runs = parts['accuracy']
    tables = {
        'inpainting': summarise(runs, 'inpainting'),
        'quality': summarise(runs, 'removal'),
        'privacy': summarise(runs, 'privacy'),
        'priors': summarise(runs, 'priors'),
    }
    tables['difference'] = tables['quality']
    return results | {
        'side': runs[0]['result']['side'] if runs else None,
        'tables': tables,
        'published': {'source': _PAPER, 'tables': PUBLISHED},
        'cost': [
            {**r['result'], 'measured_by': r['provenance']} for r in parts['cost']
        ],
        'targets': TARGETS,
        'sentences': sentences(tables),
        'records': [r for part in parts.values() for r in part],
    }


def summarise(records: Sequence[dict], part: str) -> list[dict]:
    """Turn the figures of the runs into one entry a method.

    Args:
        records: Those of the runs.
        part: ``'inpainting'``, ``'removal'``, ``'privacy'`` or ``'priors'``.

    Returns:
        Entries as of :class:`_results.Methods`, in the order of measuring. What needs
        no training counts once a seed, since some measures are those of the run.
    """
    rows = [r['result'].get(part) or {} for r in records]
    keys = dict.fromkeys(k for row in rows for figures in row.values() for k in figures)
    found = Methods(list(keys))
    for record, row in zip(records, rows):
        for name, figures in row.items():
            kind = 'config' if name.startswith(OURS) else 'dumb'
            found.add(name, kind, record, figures)
    return found.summary()


def value(methods: Sequence[dict], name: str, key: str) -> float:
    """Return the mean figure of a method, NaN if there is none."""
    for method in methods:
        if method['name'] == name and key in method['values']:
            return mean_spread(method['values'][key])[0]
    return math.nan


def sentences(tables: Mapping[str, Sequence[dict]]) -> list[str]:
    """Say in words what the tables show, and what they do not."""
    said = []
    quality, privacy = tables['quality'], tables['privacy']
    for key, unit in (('clean_region_psnr', ' dB'), ('clean_region_ssim', '')):
        key = f'inpainting/{key}'
        ours = value(quality, OURS, key)
        rivals = {m['name']: value(quality, m['name'], key) for m in quality}
        rivals = {n: v for n, v in rivals.items() if not n.startswith(OURS)}
        if math.isnan(ours) or not rivals:
            continue
        name = 'PSNR' if unit else 'SSIM'
        worse = [n for n, v in rivals.items() if v < ours]
        better = [f'{n} ({v:.3f}{unit})' for n, v in rivals.items() if v >= ours]
        said.append(
            f'Inside the mask, against the true background, ERASER has a {name} of '
            f'{ours:.3f}{unit}: more than {_list(worse)}'
            f'{", not more than " + _list(better) if better else ""}.'
        )
    said += _stages(quality) + _samplers(tables['priors'])
    for prefix in ('detector', 'classifier'):
        after = value(privacy, OURS, f'{prefix}/after')
        if math.isnan(after):
            continue
        before = value(privacy, OURS, f'{prefix}/before')
        others = {
            m['name']: value(privacy, m['name'], f'{prefix}/after')
            for m in privacy
            if m['kind'] == 'dumb'
        }
        rest = ', '.join(f'{n} {100 * v:.1f} %' for n, v in others.items())
        met = 'met' if after <= TARGETS['recall'] else '**not met**'
        said.append(
            f'The {prefix} recognises {100 * before:.1f} % of what is to be removed '
            f'before, and {100 * after:.1f} % after ERASER (target: at most '
            f'{100 * TARGETS["recall"]:.0f} %, {met}); after others: {rest}.'
        )
    return said


def _stages(quality: Sequence[dict]) -> list[str]:
    """Say what the second stage changes."""
    loss = [value(quality, name, 'trained/loss') for name in (BEFORE, OURS)]
    psnr = [value(quality, n, 'inpainting/clean_region_psnr') for n in (BEFORE, OURS)]
    if any(math.isnan(v) for v in (*loss, *psnr)):
        return []
    cost = psnr[0] - psnr[1]
    met = 'met' if cost <= TARGETS['psnr_loss'] else '**not met**'
    more = 'more' if loss[1] > loss[0] else '**not more**'
    return [
        f'The second stage: what the Difference Loss looks at is {loss[0]:.3f} before '
        f'and {loss[1]:.3f} after ({more}), for {cost:.2f} dB of PSNR inside the mask '
        f'against the true background (at most {TARGETS["psnr_loss"]:.0f} dB: {met}).'
    ]


def _samplers(priors: Sequence[dict]) -> list[str]:
    """Say what the parallel sampler saves."""
    passes = [value(priors, name, 'passes') for name in ('raster', 'parallel')]
    if any(math.isnan(v) for v in passes):
        return []
    ratio = passes[0] / passes[1]
    met = 'met' if ratio >= TARGETS['fewer_passes'] else '**not met**'
    return [
        f'Both priors of a picture take {passes[0]:.0f} passes in raster order and '
        f'{passes[1]:.0f} in parallel: {ratio:.0f} times fewer (target: '
        f'{TARGETS["fewer_passes"]}, {met}).'
    ]


def _list(names: Sequence[str]) -> str:
    return ', '.join(names) or 'none'
