"""docs/results/privattnet.md and privattnet.json, written from the records alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from _compare import PAIRED_RULE
from _jobs import Job
from _markdown import figure, paragraph, percent, table
from _privattnet_results import POINTED, collect
from _report import (
    Report,
    bullets,
    data_notice,
    goal_row,
    goals_section,
    heading,
    machine_name,
    made_with,
    progress,
    published_notice,
    test_photos,
)

_SHORT = {'l1': 'L1', 'l1_mean': 'L1 of the mean'}
_SHORT |= {'pearson': 'Pearson', 'spearman': 'Spearman'}


def markdown(results: dict, plots: Mapping[str, Path | None]) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield from heading(results)
    if results['data']:
        also = 'Cost is measured on random pixels.'
        yield from data_notice(results['data'], 'figure', 'VISPR', also)
    yield from progress(results, 'scores')
    if results['data']:
        if results['data']['sample']:
            yield from goals_section(results)
        yield from _scores(results, plots)
        yield from _pointing(results)
    yield from _published(results)
    yield from _cost(results)
    yield from made_with(results)


def _plots(jobs: Sequence[Job], results: dict, out: Path) -> dict[str, Path | None]:
    from _privattnet_plots import plot_spearman
    from _score_plots import plot_predictions, read_predictions

    if not results['data']:
        return {}
    name = _data_name(results['data'])
    bars, dots = out / 'privattnet.png', out / 'privattnet_scores.png'
    names = [m['name'] for m in results['methods'] if m['kind'] == 'config']
    return {
        'bars': plot_spearman(bars, results['methods'], name),
        'dots': plot_predictions(dots, read_predictions(jobs, names), name),
    }


def _data_name(data: dict) -> str:
    return 'drawn sample data' if data['sample'] else 'the given VISPR data'


def _scores(results: dict, plots: Mapping[str, Path | None]) -> Iterator[str]:
    methods = results['methods']
    yield f'## Privacy scores on {_data_name(results["data"])}'
    if not methods:
        yield 'Not measured yet.'
        return
    photos = test_photos(results['data'])
    yield paragraph(
        'Mean ± standard deviation over n seeds. Scores go from 0 (safe) to 5. L1:',
        f'less is better; correlations: more. The test split has {photos:,} pictures;',
        'which ones happen to be in it moves a correlation by up to',
        f'± {1 / math.sqrt(max(photos - 1, 1)):.2f} (standard error).',
    )
    for target in dict.fromkeys(m['target'] for m in methods):
        yield from _target(target, [m for m in methods if m['target'] == target])
    yield paragraph(
        'A config is scored by its checkpoint with the best Spearman on the validation',
        'split. The constant is the median of the training scores. The oracle knows',
        'which test pictures are safe, and nothing else: it gives them the safe score',
        'and the others their median. Ridge regression chooses its penalty by',
        'leave-one-out errors on the training split.',
    )
    if plots.get('bars'):
        yield f'![Spearman of every method]({plots["bars"].name})'
    if plots.get('dots'):
        yield f'![Predicted against true scores]({plots["dots"].name})'
    yield '### What follows'
    yield paragraph(
        PAIRED_RULE,
        'Methods that predict other scores are not compared. Differences of L1 are',
        'better if negative.',
    )
    yield bullets(results['sentences'] or ['Nothing yet: no run is done.'])


def _target(target: str, methods: Sequence[dict]) -> Iterator[str]:
    """Yield the table of the methods that predict the same."""
    yield f'### {target[0].upper()}{target[1:]}'
    columns = list(_SHORT)
    if target.startswith('30 profiles'):
        yield paragraph(
            'One score for each user profile. L1 is averaged over pictures and',
            'profiles, as in the paper. The last three columns compare the means over',
            'the profiles.',
        )
    else:
        columns.remove('l1_mean')
        if target == 'one score':
            yield 'The highest mean rating among the attributes of a picture.'
    rows = [_row(m, columns) for m in methods]
    yield table(['method', 'n', *(_SHORT[k] for k in columns)], rows)


def _row(method: dict, metrics: Sequence[str], phrase: Any = figure) -> list[str]:
    n = 'fixed' if method['deterministic'] else str(len(method['seeds']))
    name = f'`{method["name"]}`' if method['kind'] == 'config' else method['name']
    return [name, n, *(phrase(method['values'][k]) for k in metrics)]


def _pointing(results: dict) -> Iterator[str]:
    yield '## Pointing game'
    found = results['pointing']
    if not results['data']['sample']:
        yield 'The data have no masks, so what maps point at cannot be told.'
        return
    if not found['methods']:
        yield 'Not measured yet.'
        return
    error = 50 / math.sqrt(found['photos'])
    yield paragraph(
        f'Share of the {found["photos"]:,} unsafe test pictures in which the maximum',
        'of the map, at the centre of its cell, is on the pixels that show the highest',
        'rated attribute (on a face, say), and on the element that they belong to (the',
        'person); on any, if several elements show it. A map that is flat, as that of',
        'PrivNet, points anywhere: it gets their area, which is chance. The best fixed',
        'point is chosen on the test pictures themselves.',
        f'Standard error over pictures: up to ± {error:.1f} points.',
    )
    rows = [_row(m, list(POINTED), percent) for m in found['methods']]
    header = [f'{name.lower()} (%)' for name in POINTED.values()]
    yield table(['points', 'n', *header], rows)
    if results['pointing_sentences']:
        yield 'Compared as above; differences are in percentage points.'
        yield bullets(results['pointing_sentences'])


def _published(results: dict) -> Iterator[str]:
    yield '## Published figures'
    setting = 'Photographs (VISPR), ImageNet weights, 10,000 training photos. '
    setting += 'AP-PR and PR-CNN had another network, GoogLeNet.'
    yield published_notice(results, setting)
    metrics = ('l1', 'pearson', 'spearman')
    rows = [
        (r['method'], r['source'], *('n/a' if r[k] is None else r[k] for k in metrics))
        for r in results['published']
    ]
    yield table(['method', 'source', 'L1', 'Pearson', 'Spearman'], rows, text_columns=2)


def _cost(results: dict) -> Iterator[str]:
    yield '## Cost'
    if not results['cost']:
        yield 'Not measured yet.'
        return
    yield paragraph(
        'ResNet-50 up to its third stage, frozen. Training: a step of `privattnet_r50`',
        'on photos of 224 px, against the same encoder with a linear regressor on',
        'pooled features. Inference: the same photos one by one against one batch,',
        'with `PrivacyScoreInferencer`, from JPEG files and from arrays, and with the',
        'model alone; at the size of the config and at that of the sample data.',
        'Medians of pairs taken in turns in one process.',
    )
    rows = [_cost_row(entry, results['targets']) for entry in results['cost']]
    header = ['', 'batch', 'machine', 'seconds', 'quartiles', 'ratio', 'target', 'met']
    yield table(header, rows, text_columns=1)
    limits = [_limit(e) for e in results['cost'] if e['name'].endswith('model')]
    if limits:
        yield 'What a batch could gain at most, on the machine of the row:'
        yield bullets(limits)


def _limit(entry: dict) -> str:
    """Say how far the model is from what the machine can do."""
    total = entry['gflop'] * entry['batch_size']
    single, batch = (total / s for s in entry['seconds'].values())
    size = ' x '.join(map(str, entry['size']))
    return paragraph(
        f'{size} px, {entry["gflop"]:.2f} GFLOP a photo: the model does {single:.0f}',
        f'GFLOP/s on single photos and {batch:.0f} on batches, a large matrix product',
        f'{entry["matmul"]:.0f}. A batch as fast as that would gain',
        f'{entry["matmul"] / single:.2f}.',
    )


def _cost_row(entry: dict, targets: dict) -> list[str]:
    training = entry['name'].startswith('training')
    target = targets['time_ratio' if training else 'batch_gain']
    quartiles = entry['quartiles']
    goal = goal_row(entry['name'], entry['ratio'], target, quartiles, not training)
    what = 'PrivAttNet / linear' if training else 'single / batch'
    return [
        f'{goal[0]}: {what}',
        str(entry['batch_size']),
        _machine(entry['measured_by']['machine']),
        ' / '.join(f'{s:.2f}' for s in entry['seconds'].values()),
        '{:.2f} to {:.2f}'.format(*quartiles),
        *goal[1:],
    ]


def _machine(machine: dict) -> str:
    """Phrase the kind of machine, with the threads that torch had on it."""
    threads = '' if machine['gpu'] else f' ({machine["threads"]} threads)'
    return machine_name(machine) + threads


write_report = Report(collect, _plots, markdown).write
