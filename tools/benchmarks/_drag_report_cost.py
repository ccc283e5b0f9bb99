"""The sections of docs/results/drag.md on cost."""

from __future__ import annotations

from collections.abc import Iterator

from _markdown import paragraph, table
from _report import goal_row, machine_name


def cost_blocks(results: dict) -> Iterator[str]:
    """Yield the section on time and memory of a training step."""
    yield '## Cost of a training step'
    if not results['cost']:
        yield 'Not measured yet.'
    goal = results['targets']
    for entry in results['cost']:
        if 'time_ratio' not in entry or 'memory_ratio' not in entry:
            yield f'{entry["name"]}: measured in part.'
            continue
        low, high = entry['quartiles']
        yield paragraph(
            'A step of the last joint epoch of `drag_r50` (448 px, 4 regions) against',
            'the same backbone with global average pooling and a linear head: same',
            f'optimizer, batches of {entry["batch_size"]},',
            f'{machine_name(entry["measured_by"]["machine"])}',
            ', mixed precision.' if 'mixed' in entry['name'] else ', single precision.',
        ).replace(' ,', ',')
        rows = [
            goal_row('time', entry['time_ratio'], goal['time_ratio'], (low, high)),
            goal_row('peak memory', entry['memory_ratio'], goal['memory_ratio']),
        ]
        yield table(['DRAG / baseline', 'ratio', 'target', 'met'], rows)
        yield paragraph(
            f'Time: median of {entry["pairs"]} pairs of steps, taken in turns in one',
            f'process (quartiles {low:.3f} and {high:.3f}). Memory: a fresh process',
            'for each; without what the libraries take, the ratio is',
            f'{entry["memory_ratio_without_libraries"]:.3f}.',
        )


def grouping_blocks(results: dict) -> Iterator[str]:
    """Yield the section on the channel grouping."""
    yield '## Channel grouping'
    found, goal = results['grouping'], results['targets']['grouping_mib']
    if found is None:
        yield 'Not measured yet.'
        return
    met = 'within' if found['increase_mib'] <= goal else '**above**'
    yield paragraph(
        'K-means of 2,048 channels by their peaks in 10,000 images (random peaks)',
        f'raises the peak memory of the process by {found["increase_mib"]:.0f} MiB,',
        f'{met} the target of {goal} MiB, and takes {found["seconds"]:.0f} s on',
        f'{machine_name(found["measured_by"]["machine"])}, of which it uses one.',
    )
