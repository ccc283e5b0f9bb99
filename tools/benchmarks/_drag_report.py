"""docs/results/drag.md and drag.json, written from the records alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from _compare import RULE
from _drag_report_cost import cost_blocks, grouping_blocks
from _drag_results import METRICS, collect
from _jobs import Job
from _markdown import paragraph, percent, table
from _report import (
    Report,
    bullets,
    data_notice,
    heading,
    made_with,
    progress,
    published_notice,
    test_photos,
)

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


def markdown(results: dict, plot: Path | None) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield from heading(results)
    if results['data']:
        also = 'Cost is measured on random pixels, grouping on random peaks.'
        yield from data_notice(results['data'], 'accuracy', 'Image Privacy', also)
    yield from progress(results, 'accuracy')
    if results['data']:
        yield from _accuracy(results, plot)
    yield from _published(results)
    yield from cost_blocks(results)
    yield from grouping_blocks(results)
    yield from made_with(results)


def _plot(jobs: Sequence[Job], results: dict, out: Path) -> Path | None:
    from _plots import plot_accuracies

    del jobs
    if not results['data']:
        return None
    seeds = ', '.join(map(str, results['seeds']))
    return plot_accuracies(
        out / 'drag.png',
        results['methods'],
        f'DRAG and its baselines on {_data_name(results["data"])}',
        f'{test_photos(results["data"])} test pictures; bar = mean over seeds {seeds}',
    )


def _data_name(data: dict) -> str:
    return 'drawn sample data' if data['sample'] else 'the given Image Privacy data'


def _accuracy(results: dict, plot: Path | None) -> Iterator[str]:
    methods = results['methods']
    yield f'## Accuracy on {_data_name(results["data"])}'
    if not methods:
        yield 'Not measured yet.'
        return
    photos = test_photos(results['data'])
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
    yield bullets(results['sentences'] or ['Nothing yet: no DRAG run is done.'])


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
    setting = 'Photographs, ImageNet weights, 18,058 training photos.'
    yield published_notice(results, setting)
    rows = [
        (r['method'], r['data'], r['source'], f'{100 * r["accuracy"]:.5g}')
        for r in results['published']
    ]
    yield table(['method', 'data', 'source', 'accuracy (%)'], rows, text_columns=3)


write_report = Report(collect, _plot, markdown).write
