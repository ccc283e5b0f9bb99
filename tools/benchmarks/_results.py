"""What the JSON files of all benchmarks say, computed from the records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from _common import mean_spread, provenance
from _jobs import Job


def collect(
    method: str, jobs: Sequence[Job], data: dict | None, command: str, failed: Sequence
) -> tuple[dict[str, Any], Mapping[str, list[dict]]]:
    """Gather all records.

    Args:
        method: Name of the method.
        jobs: All planned measurements.
        data: Description of the data of the accuracies.
        command: How the benchmark was started.
        failed: Titles of measurements that failed just now.

    Returns:
        What every JSON file says about its measurements, and the records by part.
    """
    records = [(job, job.record()) for job in jobs]
    done = [r for _, r in records if r is not None]
    parts: dict[str, list[dict]] = defaultdict(list)
    for record in done:
        parts[record['part']].append(record)
    trainings = [j for j in jobs if j.target.endswith(':train_and_test')]
    return {
        'method': method,
        'command': command,
        'complete': len(done) == len(jobs) and data is not None,
        'measurements': {'done': len(done), 'planned': len(jobs)},
        'missing': _missing([job for job, r in records if r is None]),
        'failed': list(failed),
        'seeds': sorted({j.seed for j in trainings}),
        'data': data,
        'reported_by': provenance(),
        'sources': sorted({r['provenance']['versions']['source'] for r in done}),
    }, parts


def _missing(jobs: Sequence[Job]) -> list[str]:
    """Name the jobs, all seeds of one together."""
    seeds: dict[str, list[str]] = {}
    for job in jobs:
        seeds.setdefault(job.name, [])
        if job.part == 'accuracy' and job.seed is not None:
            seeds[job.name].append(str(job.seed))
    return [f'{n} ({", ".join(s)})' if s else n for n, s in seeds.items()]


class Methods:
    """Figures of several seeds, put together to one entry a method.

    Args:
        metrics: Which figures.
    """

    def __init__(self, metrics: Sequence[str]) -> None:
        self.metrics = metrics
        self.entries: dict[tuple, dict] = {}

    def add(
        self, name: str, kind: str, record: dict, figures: dict, **more: Any
    ) -> None:
        """Add the figures of one record.

        Args:
            name: Name of the method.
            kind: ``'config'``, ``'stage'`` or ``'dumb'``.
            record: The record; without a seed, the method draws nothing.
            figures: Value of each metric; those that are missing count as unknown.
            **more: What else the entry is to say; methods of the same name and another
                ``target`` are other methods.
        """
        fixed = record['seed'] is None
        empty = {'name': name, 'kind': kind, 'deterministic': fixed, **more}
        key = (name, more.get('target'))
        entry = self.entries.setdefault(key, {**empty, 'seeds': [], 'values': {}})
        entry['seeds'].append(record['seed'])
        for metric in self.metrics:
            entry['values'].setdefault(metric, []).append(figures.get(metric))

    def summary(self) -> list[dict]:
        """Return the entries, with ``values`` and ``summary`` by metric."""
        for entry in self.entries.values():
            pairs = {m: mean_spread(v) for m, v in entry['values'].items()}
            entry['summary'] = {
                m: {'mean': mean, 'spread': spread}
                for m, (mean, spread) in pairs.items()
            }
        return list(self.entries.values())
