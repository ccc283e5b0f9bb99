"""docs/results/disappearance.md and .json, written from the records alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from _disappearance_results import (
    PUBLISHED,
    PUBLISHED_METHODS,
    PUBLISHED_SWEEP,
    at,
    collect,
)
from _jobs import Job
from _markdown import number, paragraph, table
from _report import Report, data_notice, goal_row, heading, made_with, progress

_MAIN = {'all': 'product 8/255, all', 'sen': 'product 8/255, sen'}


def _plots(jobs: Sequence[Job], results: Mapping, out: Path) -> dict[str, Path]:
    del jobs
    from _disappearance_plots import (
        plot_budgets,
        plot_classes,
        plot_peers,
        plot_thresholds,
    )

    protection = results['protection']
    runs = {m: protection[n] for m, n in _MAIN.items() if n in protection}
    draw = {
        'sweep': (plot_budgets, results['sweep']),
        'thresholds': (plot_thresholds, runs),
        'classes': (plot_classes, results['classes']),
        'peers': (plot_peers, results['peers']),
    }
    return {
        name: function(out / f'disappearance_{name}.png', found)
        for name, (function, found) in draw.items()
        if found
    }


def markdown(results: dict, plots: Mapping[str, Path]) -> Iterator[str]:
    """Yield the blocks of the report: paragraphs, tables, headings."""
    yield from heading(results)
    if results['data']:
        yield from data_notice(results['data'], 'figure', 'COCO', '')
    yield from progress(results, 'protection')
    sections = (
        ('detectors', _detectors),
        ('goals', _goals),
        ('protection', _protection),
        ('without', _without),
        ('peers', _peers),
        ('sweep', _sweep),
        ('classes', _classes),
        ('transfer', _transfer),
        ('cost', _cost),
    )
    for name, section in sections:
        if results[name]:
            yield from section(results, plots)
    yield from _published()
    yield from made_with(results)


def _detectors(results: Mapping, plots: Mapping) -> Iterator[str]:
    del plots
    yield '## Detectors, on unchanged test photos, at T = 0.3'
    rows = [
        [
            d['name'],
            d['epochs'],
            f'{d["minutes"]:.1f}',
            _percent(d['metrics']['recall']),
            _percent(d['metrics']['precision']),
        ]
        for d in results['detectors']
    ]
    yield table(['detector', 'epochs', 'minutes', 'recall %', 'precision %'], rows)


def _goals(results: Mapping, plots: Mapping) -> Iterator[str]:
    del plots
    yield '## Goals'
    rows = [goal_row(**goal, digits=4) for goal in results['goals']]
    yield table(['', 'measured', 'goal', 'met'], rows)


def _protection(results: Mapping, plots: Mapping) -> Iterator[str]:
    yield '## Protection (Tables 1 and 2)'
    yield paragraph(
        'Shares in %, at T = 0.3, counted in the PNG files that were written.',
        'Preset, budget, and what is hidden: all objects, or people and faces.',
    )
    keys = ('r_all', 'r_sen', 'p_all', 'p_sen')
    rows = [
        [name, *(_percent(at(f, k)) for k in keys), *_prices(f)]
        for name, f in results['protection'].items()
    ]
    header = ['preset, eps, mode', *keys, 'PSNR', 'SSIM', 'L-inf']
    yield table([*header, 'updates', 's a photo'], rows)
    yield paragraph(
        '`r_all` counts photos without any detection, among all;',
        'with `sen`, objects that are not sensitive may stay. `r_sen` counts photos',
        'without a sensitive box, among those in which one was correctly detected;',
        'for `sen`, photos with people or faces were taken.',
        'With `all`, sensitive is what was correctly detected.',
    )
    yield '### Over the threshold (Table 3, Fig. 7)'
    yield from _thresholds(results['protection'])
    if 'thresholds' in plots:
        yield f'![Success and leakage over T]({plots["thresholds"].name})'
    yield '### From JPEG files'
    yield paragraph(
        'Success in %, `r_all`, or `r_sen` for `sen`, when the photo is then',
        'saved as JPEG.',
    )
    yield from _jpeg(results['protection'])


def _thresholds(protection: Mapping) -> Iterator[str]:
    rows = []
    for mode, name in _MAIN.items():
        if name in protection:
            rates = protection[name]['rates']
            for kind in ('r', 'p'):
                key = f'{kind}_{mode}'
                rows.append([key, *(_percent(r[key]) for r in rates.values())])
    if rows:
        names = next(protection[n]['rates'] for n in _MAIN.values() if n in protection)
        yield table(['product 8/255, T =', *names], rows)


def _jpeg(protection: Mapping) -> Iterator[str]:
    rows = []
    for name, found in protection.items():
        if found['jpeg']:
            key = 'r_sen' if name.endswith('sen') else 'r_all'
            values = [_percent(rates[key]) for rates in found['jpeg'].values()]
            rows.append([name, _percent(at(found, key)), *values])
    if rows:
        first = next(f for f in protection.values() if f['jpeg'])
        header = ['', 'PNG', *(f'quality {q}' for q in first['jpeg'])]
        yield table(header, rows)


def _without(results: Mapping, plots: Mapping) -> Iterator[str]:
    del plots
    yield '## Methods that know no detector (Table 4)'
    yield paragraph(
        'Each with the strength that has the PSNR of the paper on these photos;',
        'noise of ± 8 grey levels on every component is the most that the product',
        'preset may change. Success is `r_all`; leakage is `p_all`, above 100 % where',
        'more is detected than before.',
    )
    rows = []
    for name, found in results['without'].items():
        row = [name, _percent(at(found, 'r_all')), _percent(at(found, 'p_all'))]
        rows.append([*row, _value(found['psnr'], 2), _value(found['ssim'], 3)])
    for mode, name in _MAIN.items():
        found = results['protection'].get(name)
        if found:
            row = [f'ours, {name}', _percent(at(found, f'r_{mode}'))]
            row += [_percent(at(found, f'p_{mode}')), _value(found['psnr'], 2)]
            rows.append([*row, _value(found['ssim'], 3)])
    yield table(['method', 'success %', 'leakage %', 'PSNR', 'SSIM'], rows)


def _peers(results: Mapping, plots: Mapping) -> Iterator[str]:
    yield '## Beside other libraries'
    yield paragraph(
        'Projected gradient descent of the Adversarial Robustness Toolbox (objective:',
        'no objects) and of torchattacks (objective: background, on the proposals',
        'of the photo), and the product preset: on the same photos and detector,',
        'in turns in one process, with the same budget, 20 steps at most, of 1/255.',
    )
    rows = []
    for eps, methods in results['peers'].items():
        for name, f in methods.items():
            row = [eps, name, _percent(at(f, 'r_all')), _percent(at(f, 'p_all'))]
            row += [_percent(f['jpeg']['75']['r_all']), _value(f['psnr'], 2)]
            rows.append([*row, _value(f['iters'], 1), _value(f['seconds'], 2)])
    header = ['eps', 'method', 'r_all', 'p_all', 'r_all, JPEG 75', 'PSNR']
    yield table([*header, 'updates', 's a photo'], rows, text_columns=2)
    yield f'![Success, quality and time beside other libraries]({plots["peers"].name})'


def _sweep(results: Mapping, plots: Mapping) -> Iterator[str]:
    yield '## Over the budget (Figs. 5 and 6)'
    rows = [
        [name, _percent(at(f, 'r_sen')), _percent(at(f, 'p_sen')), *_prices(f)]
        for name, f in results['sweep'].items()
    ]
    header = ['eps', 'r_sen', 'p_sen', 'PSNR', 'SSIM', 'L-inf', 'updates', 's a photo']
    yield table(header, rows)
    yield f'![Success, leakage and quality over eps]({plots["sweep"].name})'


def _classes(results: Mapping, plots: Mapping) -> Iterator[str]:
    yield '## Single classes (Fig. 4)'
    yield f'![Leakage of nine classes]({plots["classes"].name})'
    rows = []
    for name, found in results['classes'].items():
        row = [name, _percent(at(found, 'r_sen')), _percent(at(found, 'p_sen'))]
        rows.append([*row, at(found, 'n_sensitive'), _value(found['psnr'], 2)])
    yield table(['class', 'r_sen', 'p_sen', 'photos', 'PSNR'], rows)


def _transfer(results: Mapping, plots: Mapping) -> Iterator[str]:
    del plots
    yield '## Transfer to other detectors'
    yield paragraph(
        'A row for the detectors that were attacked, a column for the one that looks:',
        '`p_all` in %, the detections that are left. Less is better.',
    )
    names = list(
        dict.fromkeys(n for f in results['transfer'].values() for n in f['transfer'])
    )
    rows = []
    for title, found in results['transfer'].items():
        own = {title.split(' and ')[0]: at(found, 'p_all')}
        seen = own | {n: r['p_all'] for n, r in found['transfer'].items()}
        rows.append([title, *(_percent(seen.get(n)) for n in names)])
    yield table(['attacked', *names], rows)


def _cost(results: Mapping, plots: Mapping) -> Iterator[str]:
    del plots
    yield '## Cost'
    cost, rows = results['cost'], []
    if 'iteration' in cost:
        low, high = cost['iteration']['quartiles']
        ratio = f'{cost["iteration"]["ratio"]:.2f} ({low:.2f} to {high:.2f})'
        rows.append(['seconds of an update, by those of ART (quartiles)', ratio])
    if 'time to success' in cost:
        found = cost['time to success']
        name = f"seconds to success, by those of the paper's preset ({found['photos']}"
        rows.append([f'{name} photos)', f'{found["ratio"]:.2f}'])
    for name, found in cost.items():
        if name.startswith('memory'):
            peak = found['ours']['peak_rss'] / 2**20
            rows.append([f'peak {name}', f'{peak:.0f} MiB'])
    yield table(['', ''], rows)


def _published() -> Iterator[str]:
    yield '## Published'
    yield paragraph(
        'SocialGuard, Faster R-CNN with Inception v2 on COCO and VOC 2007, in %.',
        '**Other data than the sample data**: not to be compared with ours.',
    )
    keys = ('r_all', 'r_sen', 'p_all', 'p_sen')
    rows = [
        [name, *(_percent(row.get(key)) for key in keys)]
        for name, row in PUBLISHED.items()
    ]
    yield table(['', *keys], rows)
    sweep = [
        [key, *(_percent(v) for v in PUBLISHED_SWEEP[key])]
        for key in ('p_all', 'p_sen')
    ]
    yield table(['Table 3, T =', *map(str, PUBLISHED_SWEEP['t'])], sweep)
    rows = [
        [name, _percent(success), _percent(leakage), f'{db:.2f}', f'{same:.3f}']
        for name, (success, leakage, db, same) in PUBLISHED_METHODS.items()
    ]
    yield table(['Table 4', 'success %', 'leakage %', 'PSNR', 'SSIM'], rows)


def _prices(found: Mapping) -> list[str]:
    """Phrase PSNR, SSIM, L-inf, updates and seconds."""
    digits = {'psnr': 2, 'ssim': 3, 'linf': 0, 'iters': 1, 'seconds': 2}
    return [_value(found[key], n) for key, n in digits.items()]


def _percent(value: float | None) -> str:
    return 'n/a' if value is None or math.isnan(value) else f'{100 * value:.1f}'


def _value(value: float | None, digits: int) -> str:
    return 'n/a' if value is None else number(value, digits)


write_report = Report(collect, _plots, markdown).write
