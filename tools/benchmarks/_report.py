"""Sections that the reports of all benchmarks have."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _common import write_json, write_text
from _jobs import Job
from _markdown import paragraph, table


@dataclass(frozen=True)
class Report:
    """What a benchmark makes of its records.

    Attributes:
        collect: ``(jobs, data, command, failed) -> results``, what the JSON file holds.
        illustrate: ``(jobs, results, out) -> pictures``: writes plots and pictures into
            the folder ``out``.
        markdown: ``(results, pictures)`` -> blocks: paragraphs, tables, headings.
    """

    collect: Callable[..., dict[str, Any]]
    illustrate: Callable[[Sequence[Job], dict[str, Any], Path], Any]
    markdown: Callable[[dict[str, Any], Any], Iterator[str]]

    def write(
        self,
        args: Namespace,
        jobs: Sequence[Job],
        data: dict | None,
        command: str,
        failed: Sequence[str],
    ) -> dict[str, Any]:
        """Write pictures, JSON and Markdown into the results folder.

        Args:
            args: The command line; ``out`` is the folder.
            jobs: All planned measurements.
            data: Description of the data; None if there are none.
            command: How the benchmark was started.
            failed: Titles of measurements that failed just now.

        Returns:
            What the JSON file holds.
        """
        results = self.collect(jobs, data, command, failed)
        out = Path(args.out)
        out.mkdir(parents=True, exist_ok=True)
        pictures = self.illustrate(jobs, results, out)
        name = results['method'].lower()
        write_json(out / f'{name}.json', results)
        blocks = self.markdown(results, pictures)
        write_text(out / f'{name}.md', '\n\n'.join(blocks) + '\n')
        return results


def copy_pictures(
    jobs: Sequence[Job], out: Path, tool: str, titles: Mapping[str, str]
) -> dict[str, str]:
    """Copy the pictures of the first run that has some.

    Args:
        jobs: The measurements.
        out: Where to.
        tool: What the names of the copies begin with.
        titles: File to title.

    Returns:
        Title to name of the copy.
    """
    for job in jobs:
        names = (job.record() or {}).get('result', {}).get('pictures') or []
        names = [name for name in names if (job.run_folder / name).is_file()]
        if names:
            for name in names:
                shutil.copyfile(job.run_folder / name, out / f'{tool}_{name}')
            return {titles[name]: f'{tool}_{name}' for name in names}
    return {}


def picture_blocks(pictures: Mapping[str, str]) -> Iterator[str]:
    """Yield a heading and a picture for each title."""
    for title, name in pictures.items():
        yield f'## {title}'
        yield f'![{title}]({name})'


def heading(results: dict) -> Iterator[str]:
    """Yield the title and how the page came to be."""
    name = results['method'].lower()
    yield f'# {results["method"]}: results'
    yield paragraph(
        f'Written by `{results["command"]}`; nothing here is typed by hand. The same',
        f'figures, each with its command, seed, versions and data: `{name}.json`',
        'beside this page.',
    )


def test_photos(data: dict) -> int:
    """Count the photos of the test split."""
    return sum(data['splits']['test'].values())


def data_notice(data: dict, figure: str, real: str, also: str) -> Iterator[str]:
    """Yield which data the figures come from.

    Args:
        data: Description of the data; the first count of a split is named.
        figure: What is measured, such as ``'accuracy'``.
        real: Name of the layout of real data.
        also: What is measured on other things.
    """
    splits = ', '.join(
        f'{name} {sum(n.values()):,} ({next(iter(n.values())):,} {next(iter(n))})'
        for name, n in data['splits'].items()
    )
    notice = f'Measured on **the data that --data-root names** ({real} layout).'
    if data['sample']:
        notice = (
            f'**These are sample results.** Every {figure} of ours below is measured '
            f'on pictures that mmprivacy drew (`{data["sample"]["format"]}`, seed '
            f'{data["sample"]["seed"]}), with models trained from scratch for minutes. '
            'They show that the recipe runs, and how methods compare on such pictures. '
            'They say nothing about photographs and are not to be compared with '
            'published figures.'
        )
    yield paragraph(notice, f'Pictures: {splits}.', also, prefix='> ')
    if not data['frozen_baseline']:
        yield paragraph(
            'The ImageNet weights of ResNet-50 are not on this machine, so the',
            'baseline with frozen features is left out.',
        )
    if data['options']:
        options = ', '.join(f'`{option}`' for option in data['options'])
        yield paragraph(f'**Overrides** in every training run: {options}.')


def progress(results: dict, figure: str) -> Iterator[str]:
    """Yield what is not measured yet, and what failed."""
    if not results['data']:
        yield paragraph(
            f'**Partial results**: no {figure}, since its data are not there. Without',
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


def bullets(sentences: Sequence[str]) -> str:
    """Write sentences as a list."""
    return '\n'.join(paragraph(s, prefix='* ', hanging='  ') for s in sentences)


def published_notice(results: dict, setting: str) -> str:
    """Say what published figures may be compared with."""
    return paragraph(
        setting,
        '**Other data than the sample data**: not to be compared with ours.'
        if not results['data'] or results['data']['sample']
        else 'Comparable with the tables above only for the same data and split.',
    )


def goal_row(
    name: str,
    value: float,
    target: float,
    quartiles: Sequence[float] = (),
    at_least: bool = False,
    digits: int = 3,
) -> list[str]:
    """Compare with a target; quartiles on both sides of it decide nothing."""
    met = 'yes' if (value >= target if at_least else value <= target) else '**no**'
    if quartiles and quartiles[0] <= target < quartiles[1]:
        met = '**undecided**: quartiles on both sides'
    sign = '\N{GREATER-THAN OR EQUAL TO}' if at_least else '\N{LESS-THAN OR EQUAL TO}'
    return [name, f'{value:.{digits}f}', f'{sign} {target}', met]


def goals_section(results: dict) -> Iterator[str]:
    """Yield the heading and the table of the goals."""
    yield '## Goals'
    rows = [goal_row(**goal) for goal in results['goals']]
    yield table(['', 'measured', 'goal', 'met'], rows) if rows else 'Not measured yet.'


def machine_name(machine: dict) -> str:
    """Phrase the kind of machine."""
    gpu = machine['gpu']
    return f'one {gpu}' if gpu else f'{machine["cpu_cores"]} CPU cores'


def made_with(results: dict) -> Iterator[str]:
    """Yield versions, machine and seeds."""
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
        name = results['method'].lower()
        yield paragraph(
            f'The records come from {len(results["sources"])} states of the source',
            f'code, which `{name}.json` tells apart; `--fresh` repeats them with the',
            'present one.',
        )
