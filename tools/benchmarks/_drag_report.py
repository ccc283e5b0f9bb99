"""docs/results/drag.md and drag.json, written from the records alone."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from _common import write_json, write_text
from _compare import RULE
from _drag_report_cost import cost_blocks, grouping_blocks, machine_name
from _drag_results import METRICS, collect
from _jobs import Job
from _markdown import paragraph, percent, table

_SHORT = {
    'accuracy': 'accuracy',
    'balanced_accuracy': 'balanced',
    'precision_private': 'precision (private)',
    'recall_private': 'recall (private)',
    'f1_private': 'F1 (private)',
    'precision_public': 'precision (public)',
    'recall_public': 'recall (public)',
    'f1_public': 'F1 (public)',
    'auroc': 'AUROC',
    'ece': 'ECE',
}


def write_report(
    args: Namespace,
    jobs: Sequence[Job],
    data: dict | None,
    command: str,
    failed: Sequence[str],
) -> dict[str, Any]:
    """Write plot, JSON and Markdown into the results folder.

    Args:
        args: The command line; ``out`` is the folder.
        jobs: All planned measurements.
        data: Description of the data of the accuracy table; None if there are none.
        command: How the benchmark was started.
        failed: Titles of measurements that failed just now.

    Returns:
        What the JSON file holds.
    """
    from _plots import plot_accuracies

    results = collect(jobs, data, command, failed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    seeds = ', '.join(map(str, results['seeds']))
    plot = data and plot_accuracies(
        out / 'drag.png',
        results['methods'],
        f'DRAG and its baselines on {_data_name(data)}',
        f'{_test_photos(data)} test pictures; bar = mean over seeds {seeds}',
    )
    write_json(out / 'drag.json', results)
    write_text(out / 'drag.md', '\n\n'.join(markdown(results, plot)) + '\n')
    return results


def markdown(results: dict, plot: Path | None) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield '# DRAG: results'
    yield paragraph(
        f'Written by `{results["command"]}`; nothing here is typed by hand. The same',
        'figures, each with its command, seed, versions and data: `drag.json` beside',
        'this page.',
    )
    if results['data']:
        yield from _data_notice(results['data'])
    yield from _progress(results)
    if results['data']:
        yield from _accuracy(results, plot)
    yield from _published(results)
    yield from cost_blocks(results)
    yield from grouping_blocks(results)
    yield from _made_with(results)


def _data_name(data: dict) -> str:
    return 'drawn sample data' if data['sample'] else 'the given Image Privacy data'


def _test_photos(data: dict) -> int:
    return sum(data['splits']['test'].values())


def _data_notice(data: dict) -> Iterator[str]:
    splits = ', '.join(
        f'{name} {sum(n.values()):,} ({n["private"]:,} private)'
        for name, n in data['splits'].items()
    )
    notice = 'Measured on **the data that --data-root names** (Image Privacy layout).'
    if data['sample']:
        notice = (
            '**These are sample results.** Every accuracy of ours below is measured on '
            f'pictures that mmprivacy drew (`{data["sample"]["format"]}`, seed '
            f'{data["sample"]["seed"]}), with models trained from scratch for minutes. '
            'They show that the recipe runs, and how methods compare on such pictures. '
            'They say nothing about photographs and are not to be compared with '
            'published figures.'
        )
    yield paragraph(
        notice,
        f'Pictures: {splits}. Cost is measured on random pixels, grouping on random',
        'peaks.',
        prefix='> ',
    )
    if not data['frozen_baseline']:
        yield paragraph(
            'The ImageNet weights of ResNet-50 are not on this machine, so the',
            'baseline with frozen features is left out.',
        )
    if data['options']:
        options = ', '.join(f'`{option}`' for option in data['options'])
        yield paragraph(f'**Overrides** in every training run: {options}.')


def _progress(results: dict) -> Iterator[str]:
    if not results['data']:
        yield paragraph(
            '**Partial results**: no accuracy, since its data are not there. Without',
            '`--only`, they are drawn.',
        )
    if results['missing']:
        counts = results['measurements']
        yield paragraph(
            f'**Partial results**: {counts["done"]} of {counts["planned"]}',
            'measurements are done; the same command goes on with the others.',
            'Missing (with the seeds):',
            f'{"; ".join(results["missing"])}.',
        )
    if results['failed']:
        yield f'**Failed** in the last start: {"; ".join(results["failed"])}.'


def _accuracy(results: dict, plot: Path | None) -> Iterator[str]:
    methods = results['methods']
    yield f'## Accuracy on {_data_name(results["data"])}'
    if not methods:
        yield 'Not measured yet.'
        return
    photos = _test_photos(results['data'])
    yield paragraph(
        'Percent: mean ± standard deviation over n seeds. ECE: less is better. The',
        f'test split has {photos:,} pictures: one is {100 / photos:.2f} points, and',
        'which pictures happen to be in it moves an accuracy by up to',
        f'± {50 / math.sqrt(photos):.1f} points (standard error).',
    )
    if plot is not None:
        yield f'![Accuracy of every method, one point a seed]({plot.name})'
    for chosen in (METRICS[:2] + METRICS[8:], METRICS[2:8]):
        rows = [_row(m, chosen) for m in _in_order(methods)]
        yield table(['method', 'n', *(_SHORT[k] for k in chosen)], rows)
    yield paragraph(
        'A config is scored by its best checkpoint on the validation split. "finetuned',
        'only" is the linear classifier of the same DRAG run at the end of its first',
        'phase, with the backbone that the regions are built on.',
    )
    yield '### What follows'
    yield paragraph(RULE, 'Differences are in percentage points of accuracy.')
    bullets = dict(prefix='* ', hanging='  ')
    said = results['sentences'] or ['Nothing yet: no DRAG run is done.']
    yield '\n'.join(paragraph(sentence, **bullets) for sentence in said)


def _in_order(methods: Sequence[dict]) -> list[dict]:
    """Put every stage below its config, and the dumb baselines last."""
    rows = []
    for config in (m for m in methods if m['kind'] == 'config'):
        rows.append(config)
        rows += [m for m in methods if m.get('of') == config['name']]
    return rows + [m for m in methods if m['kind'] == 'dumb']


def _row(method: dict, metrics: Sequence[str]) -> list[str]:
    n = 'fixed' if method['deterministic'] else str(len(method['seeds']))
    name = f'`{method["name"]}`' if method['kind'] == 'config' else method['name']
    if method['kind'] == 'stage':
        name = f'… {method["name"].rpartition(", ")[2]}'
    return [name, n, *(percent(method['values'][k]) for k in metrics)]


def _published(results: dict) -> Iterator[str]:
    yield '## Published figures'
    yield paragraph(
        'Photographs, ImageNet weights, 18,058 training photos.',
        '**Other data than the sample data**: not to be compared with ours.'
        if not results['data'] or results['data']['sample']
        else 'Comparable with the tables above only for the same data and split.',
    )
    rows = [
        (r['method'], r['data'], r['source'], f'{100 * r["accuracy"]:.5g}')
        for r in results['published']
    ]
    yield table(['method', 'data', 'source', 'accuracy (%)'], rows, text_columns=3)


def _made_with(results: dict) -> Iterator[str]:
    last = results['reported_by']
    versions = {k: v for k, v in last['versions'].items() if v and k != 'source'}
    yield '## Made with'
    yield paragraph(
        f'Lane `{last["lane"]}`, Python {last["python"]},',
        ', '.join(f'{k} {v}' for k, v in versions.items()) + ';',
        f'{machine_name(last["machine"])}.',
        f'Seeds of training: {", ".join(map(str, results["seeds"])) or "none yet"}.',
    )
    if len(results['sources']) > 1:
        yield paragraph(
            f'The records come from {len(results["sources"])} states of the source',
            'code, which `drag.json` tells apart; `--fresh` repeats them with the',
            'present one.',
        )
