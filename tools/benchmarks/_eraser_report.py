"""docs/results/eraser.md and eraser.json, written from the records alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from _eraser_results import PUBLISHED, TABLES, collect
from _jobs import Job
from _markdown import figure, number, paragraph, percent, table
from _report import (
    Report,
    bullets,
    copy_pictures,
    data_notice,
    goal_row,
    heading,
    machine_name,
    made_with,
    picture_blocks,
    progress,
    published_notice,
)

_TITLES = {
    'inpainting': 'Table 1: inpainting',
    'quality': 'Table 2: quality of what is published',
    'difference': 'Table 3: difference of the regions',
}
_ABOUT = {
    'inpainting': 'Masks are drawn (thick, as LaMa tests): the picture itself is the '
    'truth. MAE is the sum of differences over the sum of the picture.',
    'quality': 'Something sensitive was removed. The first columns compare with the '
    'picture before, as the paper does: blur and pixelation are near to it, since they '
    'keep what was to be removed. The columns called true compare with the same scene '
    'drawn without it, which only drawn pictures have.',
    'difference': 'Features of the region on black, without weights, divided by the '
    'share of the picture that the region covers; FM and Adv are those of the '
    'discriminator that ERASER was trained with. More is more different.',
}
_FILES = {'removals.png': 'Figures 1 and 4', 'priors.png': 'Figure 3'}


def markdown(results: dict, pictures: Mapping[str, str]) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield from heading(results)
    if results['data']:
        also = 'Cost is measured on random pixels.'
        yield from data_notice(results['data'], 'figure', 'Places2', also)
    yield from progress(results, 'quality')
    if results['side']:
        yield paragraph(
            f'Pictures are {results["side"]} pixels wide. Blur and pixelation have a',
            'radius of 8 pixels, as in the paper, where pictures have 256: the smaller',
            'the picture, the stronger they are. OpenCV inpaints with a radius of 3.',
        )
    for key in TABLES:
        yield from _table(results, key)
    yield from _privacy(results)
    yield from _priors(results)
    yield '## What follows'
    yield bullets(results['sentences'] or ['Nothing yet: no run is done.'])
    yield from picture_blocks(pictures)
    yield from _published(results)
    yield from _cost(results)
    yield from made_with(results)


def _table(results: dict, key: str) -> Iterator[str]:
    yield f'## {_TITLES[key]}'
    methods = results['tables'][key]
    if not methods:
        yield 'Not measured yet.'
        return
    yield paragraph(_ABOUT[key])
    prefix, columns = TABLES[key]
    columns = {
        k: name
        for k, name in columns.items()
        if k in PUBLISHED[key]['ERASER'] or prefix + k in methods[0]['values']
    }
    rows = [
        [m['name'], *(figure(m['values'].get(prefix + k, [])) for k in columns)]
        for m in methods
    ]
    yield table(['method', *columns.values()], rows)
    empty = [n for k, n in columns.items() if prefix + k not in methods[0]['values']]
    if empty:
        yield paragraph(
            'Not measured, since the weights of their networks were not given:',
            f'{", ".join(empty)}.',
        )


def _privacy(results: dict) -> Iterator[str]:
    yield '## Privacy: what models still recognise'
    methods = results['tables']['privacy']
    if not methods:
        yield 'Not measured: neither `--detector` nor `--classifier` was given.'
        return
    yield paragraph(
        'Share of what is to be removed that a model recognises, in percent: in the',
        'picture before, in the result, and in the true background, where it is a',
        'mistake. "Anything": the detector finds an object there, of whatever class.',
        'The models have not seen obfuscated pictures.',
    )
    columns = {
        'detector/before': 'detector: before',
        'detector/after': 'after',
        'detector/any_after': 'anything after',
        'detector/clean': 'true background',
        'classifier/before': 'classifier: before',
        'classifier/after': 'after ',
        'classifier/clean': 'true background ',
    }
    columns = {k: n for k, n in columns.items() if k in methods[0]['values']}
    rows = [[m['name'], *(percent(m['values'][k]) for k in columns)] for m in methods]
    yield table(['method', *columns.values()], rows)


def _priors(results: dict) -> Iterator[str]:
    yield '## Samplers of the priors'
    samplers = results['tables']['priors']
    if not samplers:
        yield 'Not measured yet.'
        return
    yield paragraph(
        'Passes of the transformer and seconds for both priors of one picture; PSNR of',
        'the global prior inside the mask, which it does not see, against the true',
        'background in the same few colours.',
    )
    columns = {'passes': 1, 'seconds': 3, 'psnr': 2}
    rows = [
        [m['name'], *(figure(m['values'][k], d) for k, d in columns.items())]
        for m in samplers
    ]
    yield table(['sampler', 'passes', 'seconds', 'PSNR (dB)'], rows)


def _published(results: dict) -> Iterator[str]:
    yield '## Published figures'
    yield published_notice(
        results,
        f'{results["published"]["source"]}: Places2 (Table 1), Visual Redactions at '
        '256 pixels (Tables 2 and 3). In Table 3, the first three rows are on another '
        'scale than the others: a black mask cannot be as near to the original for '
        'VGG as blur is.',
    )
    for key, (_, columns) in TABLES.items():
        published = PUBLISHED[key]
        shown = {k: n for k, n in columns.items() if k in published['ERASER']}
        rows = [[m, *(number(v[k]) for k in shown)] for m, v in published.items()]
        yield table([_TITLES[key].partition(':')[0], *shown.values()], rows)


def _cost(results: dict) -> Iterator[str]:
    yield '## Cost'
    if not results['cost']:
        yield 'Not measured yet.'
        return
    yield paragraph(
        "The forward pass of the generator in big-lama's size, on one picture, against",
        'a plain implementation of the same layers with functions of torch alone, in',
        'turns in one process; medians. On a CPU, seconds are those of the process on',
        'one thread, so that other processes hardly disturb them.',
    )
    target = results['targets']['cost']
    rows = []
    for entry in results['cost']:
        name = f'{entry["side"]} px: ERASER / plain'
        goal = goal_row(name, entry['ratio'], target, entry['quartiles'])
        seconds = ' / '.join(f'{s:.2f}' for s in entry['seconds'].values())
        machine = machine_name(entry['measured_by']['machine'])
        quartiles = '{:.3f} to {:.3f}'.format(*entry['quartiles'])
        apart = f'{entry["largest_difference"]:.1e}'
        rows.append([goal[0], machine, seconds, quartiles, *goal[1:], apart])
    header = ['', 'machine', 'seconds', 'quartiles', 'ratio', 'target', 'met']
    yield table([*header, 'largest difference'], rows, text_columns=2)


def _illustrate(jobs: Sequence[Job], results: Any, out: Path) -> dict[str, str]:
    del results
    return copy_pictures(jobs, out, 'eraser', _FILES)


write_report = Report(collect, _illustrate, markdown).write
