"""Everything docs/results/drag.json says, computed from the records."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import _results
from _compare import clauses, compare, gain, points
from _jobs import Job
from _results import Methods

METRICS = (
    'accuracy',
    'balanced_accuracy',
    'precision_private',
    'recall_private',
    'f1_private',
    'precision_public',
    'recall_public',
    'f1_public',
    'auroc',
    'ece',
)
FINETUNED = 'finetuned'
TARGETS = {'time_ratio': 1.15, 'memory_ratio': 1.2, 'grouping_mib': 2048}

PUBLISHED = (
    {
        'method': 'DRAG (ResNet-101)',
        'accuracy': 0.87,
        'data': 'Image Privacy, test split of the paper',
        'source': 'Yang et al. 2022, abstract: 87 %',
    },
    {
        'method': "DRAG, the authors' released checkpoint",
        'accuracy': 0.86699,
        'data': 'Image Privacy, 8,428 test photos',
        'source': 'file name of the checkpoint in the official repository',
    },
    {
        'method': 'majority class (public)',
        'accuracy': 0.63894,
        'data': 'Image Privacy, 8,428 test photos',
        'source': 'computed from the sizes of the classes',
    },
)


def collect(
    jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence[str]
) -> dict[str, Any]:
    """Gather all records; see :func:`_results.collect`.

    Returns:
        The content of the JSON file.
    """
    results, parts = _results.collect('DRAG', jobs, data, command, failed)
    methods = summarise(parts['accuracy'])
    return results | {
        'methods': methods,
        'published': [dict(row) for row in PUBLISHED],
        'cost': cost(parts['cost']),
        'grouping': grouping(parts['grouping']),
        'targets': TARGETS,
        'sentences': sentences(methods),
        'records': [r for part in parts.values() for r in part],
    }


def summarise(records: Sequence[dict]) -> list[dict]:
    """Turn the records of runs and baselines into one entry a method.

    Returns:
        Entries with ``name``, ``kind`` (``'config'``, ``'stage'`` for DRAG's own
        fine-tuned classifier, ``'dumb'``), ``of`` (the config of a stage), ``drag``,
        ``deterministic``, ``seeds``, ``values`` and ``summary`` by metric.
    """
    found = Methods(METRICS)
    for record in records:
        result, name = record['result'], record['name']
        if 'metrics' in result:
            is_drag = result.get(FINETUNED) is not None
            found.add(name, 'config', record, result['metrics'], drag=is_drag)
            if is_drag:
                stage = f'{name}, {FINETUNED} only'
                found.add(stage, 'stage', record, result[FINETUNED], of=name)
        elif name == 'labels':
            found.add('majority class', 'dumb', record, result['majority'])
            found.add('all private', 'dumb', record, result['all_private'])
        else:
            found.add(f'{name} + logistic regression', 'dumb', record, *result.values())
    return found.summary()


def sentences(methods: Sequence[dict]) -> list[str]:
    """Say in words what the accuracies show, and what they do not."""
    drag = [m for m in methods if m.get('drag')]
    rivals = [m for m in methods if m['kind'] != 'stage' and not m.get('drag')]
    said = []
    for method in drag:
        if rivals:
            said.append(_against(method, rivals))
        stage = next(m for m in methods if m.get('of') == method['name'])
        said.append(_what_the_graph_adds(method, stage))
    said += _ablations(drag)
    return said


def _against(method: dict, rivals: Sequence[dict]) -> str:
    verdicts: dict[str, list[str]] = {}
    for rival in rivals:
        verdict, difference, spread = compare(
            method['values']['accuracy'],
            rival['values']['accuracy'],
            rival['deterministic'],
        )
        text = f'{rival["name"]} ({points(difference, spread)})'
        verdicts.setdefault(verdict, []).append(text)
    return f'`{method["name"]}` {clauses(verdicts)}.'


def _what_the_graph_adds(method: dict, stage: dict) -> str:
    verdict, mean, spread = gain(
        method['values']['accuracy'], stage['values']['accuracy']
    )
    text = points(mean, spread)
    name = f'`{method["name"]}` after all phases'
    classifier = 'its own linear classifier at the end of fine-tuning'
    return {
        'unknown': f'{name} against {classifier}: {text} points in one run.',
        'no more': f'{name} is **not better** than {classifier}: {text} points, '
        'no more than the spread between seeds.',
        'more': f'{name} is better than {classifier}: {text} points.',
        'less': f'{name} is **worse** than {classifier}: {text} points.',
    }[verdict]


def _ablations(drag: Sequence[dict]) -> list[str]:
    """Compare every variant ``<config>_<what>`` with the config it varies."""
    said, by_name = [], {m['name']: m for m in drag}
    for name, variant in by_name.items():
        base = by_name.get(name.rpartition('_')[0])
        if base is None:
            continue
        verdict, difference, spread = compare(
            base['values']['accuracy'], variant['values']['accuracy']
        )
        words = {
            'beats': 'is better than',
            'is not better than': 'is **not better** than',
            'is worse than': 'is **worse** than',
            'unknown': 'cannot be compared, with too few seeds, to',
        }[verdict]
        said.append(
            f'Ablation: `{base["name"]}` {words} `{name}` '
            f'({points(difference, spread)} points).'
        )
    return said


def cost(records: Sequence[dict]) -> list[dict]:
    """Combine the cost records: one entry for each precision."""
    entries = []
    for name in dict.fromkeys(r['name'].partition(':')[0] for r in records):
        parts = [(r['name'].partition(': '), r) for r in records]
        own = {title: r for (kind, _, title), r in parts if kind == name}
        entry: dict[str, Any] = {'name': name}
        if 'time' in own:
            timed = own['time']['result']
            entry |= {'time_ratio': timed['ratio'], 'quartiles': timed['quartiles']}
            entry['pairs'] = len(timed['seconds']['drag'])
            entry['batch_size'] = timed['batch_size']
            entry['seconds'] = {
                k: statistics.median(v) for k, v in timed['seconds'].items()
            }
            entry['measured_by'] = own['time']['provenance']
        memory = [own.get(f'memory of {v}') for v in ('drag', 'baseline')]
        if all(memory):
            peaks = [m['result']['peak_mib'] for m in memory]
            rises = [
                m['result']['peak_mib'] - m['result']['before_mib'] for m in memory
            ]
            entry |= {'peak_mib': peaks, 'memory_ratio': peaks[0] / peaks[1]}
            entry['memory_ratio_without_libraries'] = rises[0] / rises[1]
        entries.append(entry)
    return entries


def grouping(records: Sequence[dict]) -> dict | None:
    """Return the figures of the channel grouping, or None."""
    if not records:
        return None
    return {**records[0]['result'], 'measured_by': records[0]['provenance']}
