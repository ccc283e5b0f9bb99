"""Everything docs/results/privattnet.json says, computed from the records."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import _results
from _compare import clauses, compare_paired, points, signed
from _jobs import Job
from _privattnet_baselines import CENTRE, CHANCE, CONSTANT
from _results import Methods
from _score_figures import METRICS

SPEARMAN, L1_RATIO, POINTING_RATIO = 0.85, 0.5, 5
TARGETS = {'time_ratio': 1.3, 'batch_gain': 2}
PRIVNET = 'privnet_r50'
COMPARED = {'l1': 'L1', 'spearman': 'Spearman'}
POINTED = {'hit': 'Pixels', 'element': 'Elements'}
_POSTER = 'Zhang et al. 2020, poster'
PUBLISHED = tuple(
    {'method': method, 'l1': l1, 'pearson': pearson, 'spearman': spearman, **source}
    for method, l1, pearson, spearman, source in (
        ('PrivAttNet', 0.40, 0.87, 0.84, {'source': _POSTER}),
        ('PrivAttNet_MLC', 0.44, 0.83, 0.76, {'source': _POSTER}),
        ('PrivNet', 0.43, 0.83, 0.78, {'source': _POSTER}),
        ('AP-PR', 0.656, None, None, {'source': f'{_POSTER}; 30 profiles'}),
        ('PR-CNN', 0.637, None, None, {'source': f'{_POSTER}; 30 profiles'}),
    )
)


def collect(
    jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence[str]
) -> dict[str, Any]:
    """Gather all records; see :func:`_results.collect`.

    Returns:
        The content of the JSON file.
    """
    results, parts = _results.collect('PrivAttNet', jobs, data, command, failed)
    methods, pointing = summarise(parts['accuracy']), pointers(parts['accuracy'])
    return results | {
        'methods': methods,
        'pointing': pointing,
        'goals': goals(methods, pointing['methods']),
        'published': [dict(row) for row in PUBLISHED],
        'cost': [timing(record) for record in parts['cost']],
        'targets': TARGETS,
        'sentences': sentences(methods),
        'pointing_sentences': pointing_sentences(pointing['methods']),
        'records': [r for part in parts.values() for r in part],
    }


def summarise(records: Sequence[dict]) -> list[dict]:
    """Turn the records of runs and baselines into one entry a method.

    Returns:
        Entries with ``name``, ``kind`` (``'config'`` or ``'dumb'``), ``target``: what
        is predicted, ``attends``: whether it is PrivAttNet, ``deterministic``,
        ``seeds``, ``values`` and ``summary`` by metric. PrivAttNet comes first, and
        those of a target stay together.
    """
    found = Methods(METRICS)
    for record in records:
        result = record['result']
        more = {'target': result.get('target'), 'attends': result.get('attends', False)}
        if 'metrics' in result:
            found.add(record['name'], 'config', record, result['metrics'], **more)
        for name, figures in result.get('methods', {}).items():
            found.add(name, 'dumb', record, figures, **more)
    methods = in_order(found.summary())
    targets = dict.fromkeys(m['target'] for m in methods)
    return [m for target in targets for m in methods if m['target'] == target]


def in_order(methods: Sequence[dict]) -> list[dict]:
    """Put PrivAttNet first, and dumb baselines last."""
    return sorted(methods, key=lambda m: (m['kind'] == 'dumb', not m['attends']))


def pointers(records: Sequence[dict]) -> dict[str, Any]:
    """Gather the pointing game.

    Returns:
        ``methods``, entries as of :func:`summarise` with the metrics ``hit`` and
        ``element``, and the number of ``photos``.
    """
    found, photos = Methods(['hit', 'element']), 0
    for record in records:
        result = record['result']
        pointing = result.get('pointing')
        if not pointing:
            continue
        if 'metrics' in result:
            more = {'attends': result['attends']}
            found.add(record['name'], 'config', record, pointing, **more)
            photos = pointing['photos']
        else:
            for name, shares in pointing.items():
                found.add(name, 'dumb', record, shares, attends=False)
            photos = result['photos']
    return {'methods': in_order(found.summary()), 'photos': photos}


def goals(methods: Sequence[dict], pointing: Sequence[dict]) -> list[dict]:
    """Compare with what has to hold on drawn data; what is missing is left out.

    Args:
        methods: Entries of :func:`summarise`.
        pointing: Those of :func:`pointers`.

    Returns:
        Rows with ``name``, ``value``, ``target``, ``at_least``.
    """
    ours = next((m for m in methods if m['attends']), None)
    if ours is None:
        return []
    same = [m for m in methods if m['target'] == ours['target']]

    def mean(entries: Sequence[dict], name: str, metric: str) -> float | None:
        found = (m['summary'][metric]['mean'] for m in entries if m['name'] == name)
        return next(found, None)

    spearman, l1 = (ours['summary'][k]['mean'] for k in ('spearman', 'l1'))
    share = mean(pointing, ours['name'], 'element')
    rows: list[tuple] = [('Spearman', spearman, SPEARMAN, True)]
    if (rival := mean(same, PRIVNET, 'spearman')) is not None:
        rows.append(('Spearman above that of PrivNet', spearman - rival, 0.0, True))
    if constant := mean(same, CONSTANT, 'l1'):
        title = 'L1 by that of the best constant'
        rows.append((title, l1 / constant, L1_RATIO, False))
    if share is not None and (chance := mean(pointing, CHANCE, 'element')):
        title = 'pointing at the element, by chance'
        rows.append((title, share / chance, POINTING_RATIO, True))
    centre = mean(pointing, CENTRE, 'element')
    if share is not None and centre is not None:
        title = 'pointing at the element, above the centre of the photo'
        rows.append((title, share - centre, 0.0, True))
    names = ('name', 'value', 'target', 'at_least')
    return [dict(zip(names, row)) for row in rows]


def sentences(methods: Sequence[dict]) -> list[str]:
    """Say in words what the scores show, and what they do not.

    PrivAttNet is compared with all that predict the same, the others with the dumb
    baselines.
    """
    configs = [m for m in methods if m['kind'] == 'config']
    said = []
    for method in configs:
        rivals = [
            m
            for m in methods
            if m['target'] == method['target']
            and m is not method
            and (m['kind'] == 'dumb' or method['attends'])
        ]
        for metric, name in COMPARED.items() if rivals else ():
            said.append(f'{name}: {_against(method, rivals, metric)}')
    return said


def pointing_sentences(methods: Sequence[dict]) -> list[str]:
    """Say in words what the maps point at."""
    dumb = [m for m in methods if m['kind'] == 'dumb']
    configs = [m for m in methods if m['kind'] == 'config']
    return [
        f'{what}: {_against(method, dumb, metric)}'
        for method in configs
        for metric, what in POINTED.items()
        if dumb
    ]


def _against(method: dict, rivals: Sequence[dict], metric: str) -> str:
    verdicts: dict[str, list[str]] = {}
    phrase = points if metric in POINTED else signed
    for rival in rivals:
        verdict, mean, spread = compare_paired(method, rival, metric, metric == 'l1')
        name = f'`{rival["name"]}`' if rival['kind'] == 'config' else rival['name']
        verdicts.setdefault(verdict, []).append(f'{name} ({phrase(mean, spread)})')
    return f'`{method["name"]}` {clauses(verdicts)}.'


def timing(record: dict) -> dict[str, Any]:
    """Summarise one record of times."""
    result = record['result']
    seconds = result['seconds']
    return {
        'name': record['name'],
        'ratio': result['ratio'],
        'quartiles': result['quartiles'],
        'pairs': len(next(iter(seconds.values()))),
        'batch_size': result['batch_size'],
        'seconds': {name: statistics.median(v) for name, v in seconds.items()},
        **{key: result[key] for key in ('size', 'gflop', 'matmul') if key in result},
        'measured_by': record['provenance'],
    }
