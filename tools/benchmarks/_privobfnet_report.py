"""docs/results/privobfnet.md and privobfnet.json, written from the records alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from _jobs import Job
from _markdown import figure, number, paragraph, percent, table
from _privobfnet_results import (
    ABLATION,
    ACCURACIES,
    CAM,
    CHANCE,
    FULL,
    PERMUTED,
    SCORES,
    SEGMENTATION,
    collect,
)
from _report import (
    Report,
    copy_pictures,
    data_notice,
    goals_section,
    heading,
    machine_name,
    made_with,
    picture_blocks,
    progress,
    published_notice,
)

_FILES = {'workflow.png': 'Figure 1: masks', 'choice.png': 'Figure 3: what was chosen'}
_STAGES = {
    'pseudo_labels': 'pseudo labels of the training photos (classes known)',
    'pseudo_labels_test': 'pseudo labels of the test photos (classes known)',
    'first_stage': 'first stage on the test photos',
    'second_stage': 'second stage on the test photos',
}


def markdown(results: dict, pictures: Mapping[str, str]) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield from heading(results)
    if results['data']:
        also = 'Cost is measured on random pixels.'
        yield from data_notice(results['data'], 'figure', 'VISPR', also)
    yield from progress(results, 'figures')
    yield from goals_section(results)
    yield from picture_blocks(pictures)
    yield from _masks(results)
    yield from _scores(results)
    yield from _attributes(results)
    yield from _ablation(results)
    yield from _segmentation(results)
    yield from _cost(results)
    yield from made_with(results)


def _masks(results: dict) -> Iterator[str]:
    yield '## Masks against true pixels'
    if not results['methods']:
        yield 'Not measured yet.'
        return
    yield paragraph(
        'Intersection over union in percent: mean over the attributes of Visual',
        'Redactions that the test photos show, mean ± standard deviation over n seeds.',
        'Training saw no pixel of them. Each attribute has the threshold that is best',
        'on the validation split, in every row; the last column has one for all of',
        'them instead. Classes are predicted. Those without a look know the classes:',
        'all pixels of the photos that show them, the middle, or as many pixels as are',
        'true, at random. Mask types are those of the 68 attributes; the sample runs',
        'have a39_disability_physical un-masked, for half of the drawn wheelchairs are',
        'empty.',
    )
    kinds = ('miou', 'miou_none', 'miou_human', 'miou_text', 'iou_per_photo')
    keys = (*(f'masks/{k}' for k in kinds), 'one_threshold/miou')
    rows = [
        [
            m['name'],
            len(m['seeds']),
            *(percent(m['values'][k]) for k in keys),
        ]
        for m in results['methods']
    ]
    names = ('whole photo', 'middle', 'random pixels')
    for name, value in zip(names, results['blind'].values()):
        rows.append([name, 'fixed', percent([value]), *[''] * 5])
    header = ['', 'n', 'mIoU', 'un-masked', 'human', 'text', 'photo by photo']
    header.append('one threshold')
    yield table(header, rows)
    shown = [r for r in (FULL, CAM, PERMUTED) if any(r in m for m in results['masks'])]
    rows = [
        [
            m['id'],
            m['mask'],
            m['n'],
            *(percent(m.get(r, [None])) for r in shown),
            *(percent([m[k]]) for k in CHANCE),
        ]
        for m in results['masks']
    ]
    header = ['attribute', 'mask', 'photos', *shown, *names]
    yield table(header, rows, text_columns=2)


def _scores(results: dict) -> Iterator[str]:
    yield '## Table 2: privacy scores'
    setting = 'Published: VISPR, with ImageNet weights; L1 of PrivObfNet from 0 to 1,'
    yield published_notice(results, f'{setting} that of the others from 0 to 5.')
    keys = ('l1', 'pearson', 'spearman')
    rows = [
        [f'{m["name"]}, ours', *(figure(m['values'][f'score/{k}']) for k in keys)]
        for m in results['methods']
        if m['name'] == FULL
    ]
    if results['without_photo']:
        scores = results['without_photo']['scores']
        rows.append(
            ['mean of the training scores', *(figure([scores[k]]) for k in keys)]
        )
    for name, values in SCORES.items():
        shown = ['n/a' if v is None else f'{v:.2f}' for v in values]
        rows.append([f'{name}, published', *shown])
    yield table(['', 'L1', 'Pearson', 'Spearman'], rows)


def _attributes(results: dict) -> Iterator[str]:
    yield '## Table 3: attributes'
    if not results['attributes']:
        yield 'Not measured yet.'
        return
    rows = [
        [f'{m["name"]}, ours', *(percent(m['values'][k]) for k in _ATTRIBUTE)]
        for m in results['methods']
    ]
    blind = (results['without_photo'] or {}).get('attributes', {})
    for name, found in blind.items():
        rows.append([name, percent([found['map']]), percent([found['accuracy']])])
    yield 'Means over the attributes that the test photos show, in percent.'
    yield table(['', 'mAP', 'accuracy'], rows)
    yield paragraph(
        'Each of them, by the full model. "All absent" is always right where the',
        'attribute is not. The published accuracies (VISPR) are those of Table 3,',
        'attributes with more than 300 training photos; other data than ours.',
    )
    rows = [
        [
            row['id'],
            row['n'],
            percent(row['ap']),
            percent([row['prevalence']]),
            percent(row['accuracy']),
            percent([1 - row['prevalence']]),
            ACCURACIES.get(row['id'], ''),
        ]
        for row in results['attributes']
    ]
    header = ['attribute', 'photos', 'AP', 'prevalence', 'accuracy', 'all absent']
    yield table([*header, 'published'], rows)


_ATTRIBUTE = ('attribute/map', 'attribute/accuracy')


def _ablation(results: dict) -> Iterator[str]:
    yield '## Table 4: ablation'
    methods = {m['name']: m['values'] for m in results['methods']}
    keys = ('score/pearson', 'score/spearman', 'attribute/map', 'masks/miou')
    rows = []
    for name in (*ABLATION, *(m for m in methods if m not in ABLATION)):
        values = methods.get(name, {})
        shown = [
            (percent if k == 'masks/miou' else figure)(values.get(k, [])) for k in keys
        ]
        paper = ABLATION.get(name, ('', ''))
        rows.append([name, *shown, *paper])
    header = ['', 'Pearson', 'Spearman', 'mAP', 'mask mIoU (%)']
    yield table([*header, 'Pearson, published', 'Spearman, published'], rows)
    yield paragraph(
        'The published rows differ by their config, `privobfnet_r38d_*_vispr.py`,',
        'the others by an override, which their records name. Rows without a privacy',
        'task get their score from the attributes. n/a: not measured yet.',
    )


def _segmentation(results: dict) -> Iterator[str]:
    yield '## Table 5: segmentation from image labels'
    found = {k: v for k, v in results['stages'].items() if v}
    if found:
        yield paragraph(
            'mIoU in percent, on drawn pictures in the layout of VOC, with the',
            'commands of `docs/pseudo_labels.md`; the score of the background is',
            'chosen on the validation split.',
        )
        yield table(
            ['ours', 'mIoU'],
            [[_STAGES[k], figure(v, digits=1)] for k, v in found.items()],
        )
    else:
        yield 'Ours: not measured yet.'
    yield published_notice(results, 'Published, DeepLabV2 with ResNet-101.')
    rows = [
        [name, *('n/a' if v is None else v for v in values)]
        for name, values in SEGMENTATION.items()
    ]
    yield table(['', 'VOC 2012 test', 'COCO 2014 val'], rows)


def _cost(results: dict) -> Iterator[str]:
    yield '## Cost'
    if not results['cost']:
        yield 'Not measured yet.'
        return
    yield paragraph(
        'A step: all losses of the full model, forward and backward. Its parts:',
        'forward and backward of Model-Image on the images and of Model-Cropped on as',
        'many windows, and nothing else. Medians of pairs in turns in one process.',
        'Memory: the highest of the process so far.',
    )
    rows = [_cost_row(e) for e in results['cost'] if 'ratio' in e]
    header = ['', 'images', 'windows', 'machine', 'seconds', 'quartiles', 'ratio']
    yield table([*header, 'peak memory (MiB)'], rows)
    rows = [
        [e['name'], *(f'{e[k]:,}' for k in ('training', 'inference', 'local'))]
        for e in results['cost']
        if 'local' in e
    ]
    yield 'Parameters in memory:'
    yield table(['', 'training', 'inference', 'of Model-Cropped at inference'], rows)
    runs = [
        (r['name'], r['result'])
        for r in results['records']
        if r['result'].get('peak_memory') and r['part'] == 'accuracy'
    ]
    if runs:
        rows = [
            [name, run['epochs'], number(run['peak_memory'] / 2**20, 0)]
            for name, run in runs
        ]
        yield 'Runs on the sample data:'
        yield table(['', 'epochs', 'peak memory (MiB)'], rows)


def _cost_row(entry: dict) -> list[str]:
    machine = entry['measured_by']['machine']
    images, windows = entry['batch_size'], entry['batch_size'] * entry['num_crops']
    return [
        entry['name'],
        f'{images} of {entry["side"]} px',
        f'{windows} of {entry["crop_size"]} px',
        f'{machine_name(machine)} ({machine["threads"]} threads)',
        ' / '.join(f'{s:.2f}' for s in entry['seconds'].values()),
        '{:.2f} to {:.2f}'.format(*entry['quartiles']),
        f'{entry["ratio"]:.3f}',
        number(entry['peak_memory'] / 2**20, 0),
    ]


def _illustrate(jobs: Sequence[Job], results: Any, out: Path) -> dict[str, str]:
    del results
    return copy_pictures(jobs, out, 'privobfnet', _FILES)


write_report = Report(collect, _illustrate, markdown).write
