"""The page about what the advisor costs."""

from __future__ import annotations

from typing import Any


def report(known: dict[str, Any]) -> str:
    """Phrase the figures."""
    lines = [
        '# The advisor: results', '',
        'Written by `python tools/benchmarks/advisor.py`; nothing here is typed by',
        'hand. The same figures: `advisor.json` beside this page. Seconds are those of',
        'one core.',
    ]  # fmt: skip
    if 'photos' in known:
        lines += ['', *photo_report(known['photos'])]
    if 'folder' in known:
        lines += ['', *folder_report(known['folder'])]
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
    if 'deface' in seconds:
        share = seconds['deface']['total'] / seconds['CenterFace alone']['total']
        lines.append(
            'With the same detector at the same size, the advisor (decode to encode)\n'
            f'does {share:.2f} times as many photos a second as deface, which is '
            'given a network for each size.'
        )
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
        f'{found["files"]:,} files of {found["side"]} x {found["side"]} pixels, default config; killed after '
        f'{found["killed_after"]:,}, resumed, then {found["done"]:,} finished.',
        f'Memory: at most {memory["first quarter"]:.0f} MB in the first quarter of the '
        f'second run, {memory["last quarter"]:.0f} MB in the last.',
        f'{1000 * found["cpu_seconds_a_file"]:.1f} ms of one core a file; '
        f'{found["unfinished_temporaries"]} temporary files were left.',
    ]  # fmt: skip
