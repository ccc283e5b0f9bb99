"""Measurements of a benchmark: what to run, and the record that keeps its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _common import provenance, read_json, run_child, write_json


@dataclass(frozen=True)
class Job:
    """One measurement.

    Attributes:
        part: Part of the benchmark, such as ``'accuracy'``.
        name: What is measured, such as a config's stem.
        target: ``module:function`` that measures, see :func:`_common.run_child`.
        payload: Its argument.
        folder: Where the record and the measurement's own files go. Contains a digest
            of everything that the result depends on, so another measurement has
            another folder.
        command: Command line for people.
        data: Which data the figures come from.
        seed: Random seed, or None for a measurement that draws nothing.
    """

    part: str
    name: str
    target: str
    payload: dict = field(repr=False)
    folder: Path
    command: str
    data: str
    seed: int | None = None

    @property
    def title(self) -> str:
        """Name, and the seed of an accuracy."""
        if self.part != 'accuracy' or self.seed is None:
            return self.name
        return f'{self.name}, seed {self.seed}'

    @property
    def run_folder(self) -> Path:
        """Folder of the training run, which other measurements of it share."""
        return Path(self.payload.get('work_dir', self.folder))

    def record(self) -> dict[str, Any] | None:
        """Return the record of a finished measurement, or None."""
        return read_json(self.folder / 'record.json')

    def run(self, fresh: bool = False) -> dict[str, Any]:
        """Measure, unless that has been done, and keep the record.

        Args:
            fresh: Measure again.

        Returns:
            The record: the job's description, ``result`` and ``provenance``.

        Raises:
            RunFailedError: If the measurement failed.
        """
        done = None if fresh else self.record()
        if done is not None:
            return done
        self.folder.mkdir(parents=True, exist_ok=True)
        result = run_child(self.target, self.payload, self.folder / 'result.json')
        record = {
            'part': self.part,
            'name': self.name,
            'seed': self.seed,
            'data': self.data,
            'command': self.command,
            'result': result,
            'provenance': provenance(),
        }
        write_json(self.folder / 'record.json', record)
        (self.folder / 'result.json').unlink(missing_ok=True)
        return record


def remove_checkpoints(folder: Path) -> None:
    """Delete the weights of a finished run: with optimizer, a gigabyte for each."""
    for path in folder.rglob('*.pth'):
        path.unlink()
    (folder / 'last_checkpoint').unlink(missing_ok=True)
